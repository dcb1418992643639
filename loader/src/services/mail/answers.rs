//! Mail, as one module asks for it across the boundary.

use std::sync::{Arc, OnceLock};

use hsmod_plugin_api::requests;
use hsmod_plugin_api::requests::mail::rows;
use hsmod_plugin_api::values::{ModuleError, Unanswered};

use super::{MailError, Mailer};
use crate::config::Mail;
use crate::services::life::Life;

/// Answers one module. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct MailAnswers(Arc<Desk>);

#[derive(Debug)]
struct Desk {
    config: Mail,
    life: Arc<Life>,
    /// Made for the first mail.
    mailer: OnceLock<Mailer>,
}

impl MailAnswers {
    pub(crate) fn new(config: Mail, life: Arc<Life>) -> Self {
        Self(Arc::new(Desk { config, life, mailer: OnceLock::new() }))
    }

    fn mailer(&self) -> Result<Mailer, MailError> {
        if let Some(mailer) = self.0.mailer.get() {
            return Ok(mailer.clone());
        }
        let made = Mailer::new(&self.0.config)?;
        // Of two that are made at once one is kept.
        Ok(self.0.mailer.get_or_init(|| made).clone())
    }
}

#[requests]
impl requests::Mail for MailAnswers {
    async fn send_mail(
        &self,
        recipient: &str,
        subject: &str,
        html: &str,
        text: &str,
    ) -> Result<(), ModuleError> {
        let this = self.clone();
        let [recipient, subject, html, text] = [recipient, subject, html, text].map(str::to_owned);
        let sent = async move { this.mailer()?.send(&recipient, &subject, &html, &text).await };
        self.0.life.on_runtime(rows::send_mail.name, sent).await?.map_err(failed)
    }
}

/// What a module is told of an error.
fn failed(error: MailError) -> ModuleError {
    match error {
        MailError::Crowded { .. } => {
            ModuleError::not_answered(Unanswered::TooMany, error.to_string())
        }
        error => error.into(),
    }
}
