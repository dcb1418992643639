//! Errors of mail.

use std::time::Duration;

use crate::services::cause::innermost;

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MailError {
    /// The config is not usable for mail; the operator has to fix it.
    #[error("mail cannot be set up: {reason}")]
    Setup {
        /// The reason.
        reason: String,
    },
    /// The recipient is not a mail address.
    #[error("`{recipient}` is not a mail address: give one like `ann@example.com`, without a name")]
    Recipient {
        /// The recipient as given.
        recipient: String,
    },
    /// The subject contains control characters.
    #[error("the subject `{subject}` has line breaks or other control characters: remove them")]
    Subject {
        /// The subject as given.
        subject: String,
    },
    /// Too many mails of the module are waiting already.
    #[error("{waiting} mails of this module are already waiting: send fewer at once")]
    Crowded {
        /// How many may wait.
        waiting: usize,
    },
    /// The server refused the mail.
    #[error("the mail server `{server}` refused the mail: {reason}")]
    Refused {
        /// The server's name and port.
        server: String,
        /// Its answer, beginning with the code.
        reason: String,
        /// Whether it may accept the mail later.
        transient: bool,
    },
    /// The server took too long.
    #[error("the mail server `{server}` did not take the mail within {after:?}")]
    TimedOut {
        /// The server's name and port.
        server: String,
        /// The time limit.
        after: Duration,
    },
    /// The server cannot be reached, or does not speak SMTP.
    #[error("the mail server `{server}` cannot be used: {cause}")]
    Failed {
        /// The server's name and port.
        server: String,
        /// The message of the system or of the mail library.
        cause: String,
    },
}

impl MailError {
    /// Converts an error of the mail library.
    pub(super) fn new(server: String, error: &lettre::transport::smtp::Error) -> Self {
        let cause = innermost(error);
        match error.status() {
            Some(code) => Self::Refused {
                server,
                reason: format!("{code} {cause}"),
                transient: error.is_transient(),
            },
            None => Self::Failed { server, cause },
        }
    }
}
