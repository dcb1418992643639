//! Group `mail`.

use super::Canned;
use crate::requests::Mail;
use crate::values::ModuleError;

impl Mail for Canned {
    /// Only recorded: see [`FakeHost::requests`](crate::testing::FakeHost::requests).
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
