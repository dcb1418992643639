//! What can go wrong with a mail.

use std::time::Duration;

use crate::services::cause::innermost;

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MailError {
    /// The config does not make a mailer; the operator's to mend.
    #[error("mail cannot be set up: {reason}")]
    Setup {
        /// Why.
        reason: String,
    },
    /// The recipient is no mail address.
    #[error("`{recipient}` is no mail address: give one like `ann@example.com`, without a name")]
    Recipient {
        /// As given.
        recipient: String,
    },
    /// The subject would be more than a subject.
    #[error("the subject `{subject}` has line breaks or other control characters: leave them out")]
    Subject {
        /// As given.
        subject: String,
    },
    /// Too many of the module's mails wait for their turn.
    #[error("{waiting} mails of this module wait for their turn already: send fewer at once")]
    Crowded {
        /// How many may.
        waiting: usize,
    },
    /// The server has something against the mail.
    #[error("the mail server `{server}` refuses: {reason}")]
    Refused {
        /// Name and port.
        server: String,
        /// Its answer, with the code in front.
        reason: String,
        /// Whether it may take the mail later.
        transient: bool,
    },
    /// The server took too long.
    #[error("the mail server `{server}` did not take the mail within {after:?}")]
    TimedOut {
        /// Name and port.
        server: String,
        /// How long it had.
        after: Duration,
    },
    /// The server cannot be reached, or what it says is no SMTP.
    #[error("the mail server `{server}` cannot be used: {cause}")]
    Failed {
        /// Name and port.
        server: String,
        /// In the system's or the mail library's words.
        cause: String,
    },
}

impl MailError {
    /// What the mail library's error means.
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
