//! Mail, like Synapse's `send_mail`: through the operator's SMTP server and from the operator's
//! address.

pub(crate) mod answers;
mod error;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use tokio::time::timeout;

pub use self::error::MailError;
use super::cause::innermost;
use super::limit::{Crowded, Limiter};
use crate::config::{Mail, MailSecurity};

/// The number of mails of one module that are sent at once; more wait for these.
const RUNNING_MAX: usize = 4;
const WAITING_MAX: usize = 256;

/// The time limit for one mail, including the wait for its turn.
const TIMEOUT: Duration = Duration::from_secs(120);

/// Sends a module's mail. It is cheap to clone; all clones share the limits.
#[derive(Clone, Debug)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    server: String,
    from: Mailbox,
    app_name: String,
    turns: Arc<Limiter>,
}

impl Mailer {
    /// A mailer that sends as the config says. It does not connect yet.
    ///
    /// # Errors
    /// `notif_from` is not a mailbox, or the system's certificates cannot be read.
    pub fn new(config: &Mail) -> Result<Self, MailError> {
        let from = config.notif_from.replace("%(app)s", &config.app_name);
        let from: Mailbox = from.parse().map_err(|_| MailError::Setup {
            reason: format!(
                "`notif_from` is `{from}`, which is not a mailbox: write it like `Matrix \
                 <noreply@example.com>`"
            ),
        })?;
        let tls = || {
            TlsParameters::new(config.smtp_host.clone())
                .map_err(|error| MailError::Setup { reason: innermost(&error) })
        };
        let tls = match config.security {
            MailSecurity::Tls => Tls::Wrapper(tls()?),
            MailSecurity::StartTls => Tls::Required(tls()?),
            MailSecurity::StartTlsIfOffered => Tls::Opportunistic(tls()?),
            MailSecurity::Plain => Tls::None,
        };
        let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.smtp_host);
        let mut transport = transport.port(config.smtp_port).tls(tls).timeout(Some(TIMEOUT));
        if let Some((user, pass)) = &config.login {
            let login = Credentials::new(user.clone(), pass.reveal().to_owned());
            transport = transport.credentials(login);
        }
        Ok(Self {
            transport: transport.build(),
            server: format!("{}:{}", config.smtp_host, config.smtp_port),
            from,
            app_name: config.app_name.clone(),
            turns: Arc::new(Limiter::new(RUNNING_MAX, WAITING_MAX)),
        })
    }

    /// The name of the service in mails: Synapse's `email_app_name`.
    pub fn app_name(&self) -> &str {
        &self.app_name
    }

    /// Sends a mail, as HTML and as plain text, to an address like `ann@example.com`. When this
    /// returns, the server has accepted it.
    ///
    /// # Errors
    /// The address or the subject is invalid, the server refuses the mail or does not answer within
    /// two minutes, or 256 mails are waiting already.
    pub async fn send(
        &self,
        recipient: &str,
        subject: &str,
        html: &str,
        text: &str,
    ) -> Result<(), MailError> {
        let message = self.message(recipient, subject, html, text)?;
        let server = || self.server.clone();
        let sent = async {
            let crowded = |crowded: Crowded| MailError::Crowded { waiting: crowded.waiting_max };
            let _turn = self.turns.admit().await.map_err(crowded)?;
            let sent = self.transport.send(message).await;
            sent.map(drop).map_err(|error| MailError::new(server(), &error))
        };
        let timed_out = || Err(MailError::TimedOut { server: server(), after: TIMEOUT });
        timeout(TIMEOUT, sent).await.unwrap_or_else(|_| timed_out())
    }

    /// Makes the checks that [`send`](Self::send) makes before it contacts the server.
    ///
    /// # Errors
    /// The address or the subject is invalid.
    pub fn check(
        &self,
        recipient: &str,
        subject: &str,
        html: &str,
        text: &str,
    ) -> Result<(), MailError> {
        self.message(recipient, subject, html, text).map(drop)
    }

    fn message(
        &self,
        recipient: &str,
        subject: &str,
        html: &str,
        text: &str,
    ) -> Result<Message, MailError> {
        let to: Address = recipient.parse().map_err(|_| MailError::Recipient {
            recipient: recipient.escape_debug().to_string(),
        })?;
        // A line break would let the subject add headers.
        if subject.contains(char::is_control) {
            return Err(MailError::Subject { subject: subject.escape_debug().to_string() });
        }
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(subject)
            .message_id(None)
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .multipart(MultiPart::alternative_plain_html(text.to_owned(), html.to_owned()))
            .map_err(|error| MailError::Setup { reason: error.to_string() })
    }
}
