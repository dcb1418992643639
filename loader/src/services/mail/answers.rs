//! Answers a module's requests for mail.

use std::sync::Arc;

use hsmod_plugin_api::requests;
use hsmod_plugin_api::requests::mail::rows;
use hsmod_plugin_api::values::{ModuleError, Unanswered};
use tokio::sync::OnceCell;

use super::{MailError, Mailer};
use crate::config::Mail;
use crate::rehearsal::Rehearsal;
use crate::services::life::Life;

/// Answers the requests of one module. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct MailAnswers(Arc<Desk>);

#[derive(Debug)]
struct Desk {
    config: Mail,
    /// In a rehearsal, the module's name and where its mail is noted instead of sent.
    noted_by: Option<(Arc<str>, Rehearsal)>,
    life: Arc<Life>,
    /// Created for the first mail.
    mailer: OnceCell<Mailer>,
}

impl MailAnswers {
    pub(crate) fn new(
        config: Mail,
        noted_by: Option<(Arc<str>, Rehearsal)>,
        life: Arc<Life>,
    ) -> Self {
        Self(Arc::new(Desk { config, noted_by, life, mailer: OnceCell::new() }))
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
        let desk = Arc::clone(&self.0);
        let [recipient, subject, html, text] = [recipient, subject, html, text].map(str::to_owned);
        let sent = async move {
            let make = async || Mailer::new(&desk.config);
            let mailer = desk.mailer.get_or_try_init(make).await?;
            let Some((module, rehearsal)) = &desk.noted_by else {
                return mailer.send(&recipient, &subject, &html, &text).await;
            };
            mailer.check(&recipient, &subject, &html, &text)?;
            rehearsal.note_mail(module, &recipient, &subject);
            Ok(())
        };
        self.0.life.on_runtime(rows::send_mail.name, sent).await?.map_err(failed)
    }
}

/// Converts an error for the module.
fn failed(error: MailError) -> ModuleError {
    match error {
        MailError::Crowded { .. } => {
            ModuleError::not_answered(Unanswered::TooMany, error.to_string())
        }
        error => error.into(),
    }
}
