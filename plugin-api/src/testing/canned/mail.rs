//! Group `mail`.

use super::Canned;
use crate::requests::Mail;
use crate::values::ModuleError;

impl Mail for Canned {
    /// Nothing but [`FakeHost::requests`](crate::testing::FakeHost::requests) tells of it.
    async fn send_mail(
        &self,
        _recipient: &str,
        _subject: &str,
        _html: &str,
        _text: &str,
    ) -> Result<(), ModuleError> {
        Ok(())
    }
}
