//! Group `time`.

use std::time::Duration;

use super::Canned;
use crate::requests::Time;
use crate::values::ModuleError;

impl Time for Canned {
    /// Waits until the test has let enough time pass.
    async fn sleep(&self, duration: Duration) -> Result<(), ModuleError> {
        let clock = self.known().clock.clone();
        clock.sleep_until(clock.after(duration)).await;
        Ok(())
    }
}
