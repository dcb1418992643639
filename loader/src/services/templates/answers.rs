//! Answers a module's requests for templates.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use hsmod_plugin_api::requests;
use hsmod_plugin_api::requests::templates::rows;
use hsmod_plugin_api::values::{JsonStr, ModuleError, Unanswered};
use serde_json::Value;

use super::Templates;
use crate::services::life::Life;
use crate::services::limit::{Crowded, Limiter};
use crate::services::shelf::Shelf;

/// How many requests of one module are processed at once; more wait for these.
const RUNNING_MAX: usize = 4;
const WAITING_MAX: usize = 256;

/// Answers the requests of one module. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct TemplateAnswers(Arc<Desk>);

#[derive(Debug)]
struct Desk {
    overrides: Option<PathBuf>,
    life: Arc<Life>,
    templates: Shelf<Templates>,
    turns: Limiter,
}

impl TemplateAnswers {
    pub(crate) fn new(overrides: Option<PathBuf>, life: Arc<Life>) -> Self {
        let (templates, turns) = (Shelf::new(), Limiter::new(RUNNING_MAX, WAITING_MAX));
        Self(Arc::new(Desk { overrides, life, templates, turns }))
    }

    /// Drops all templates.
    pub(crate) fn close(&self) {
        self.0.templates.close();
    }

    /// Reads files and renders templates on a blocking thread.
    async fn work<T: Send + 'static>(
        &self,
        request: &str,
        work: impl FnOnce() -> Result<T, ModuleError> + Send + 'static,
    ) -> Result<T, ModuleError> {
        let turn = self.0.turns.admit().await.map_err(|Crowded { waiting_max }| {
            let message = format!(
                "{waiting_max} templates of this module are already waiting: ask for fewer at once"
            );
            ModuleError::not_answered(Unanswered::TooMany, message)
        })?;
        // A thread cannot be stopped: it keeps its turn even if the caller has gone.
        let work = move || {
            let done = work();
            drop(turn);
            done
        };
        self.0.life.blocking(request, work).await?
    }
}

#[requests]
impl requests::Templates for TemplateAnswers {
    async fn read_templates(
        &self,
        filenames: &JsonStr,
        builtin: &JsonStr,
    ) -> Result<i64, ModuleError> {
        let request = rows::read_templates.name;
        let filenames: Vec<String> = filenames.parse()?;
        let builtin: HashMap<String, String> = builtin.parse()?;
        let overrides = self.0.overrides.clone();
        let read = move || {
            let templates = Templates::new(overrides, builtin)?;
            filenames.iter().try_for_each(|name| templates.require(name))?;
            Ok(templates)
        };
        let templates = self.work(request, read).await?;
        let number = self.0.templates.put(templates);
        number.ok_or_else(|| crate::admission::shutting_down(request))
    }

    async fn render_template(
        &self,
        templates: i64,
        name: &str,
        context: &JsonStr,
    ) -> Result<String, ModuleError> {
        let request = rows::render_template.name;
        let templates = self.0.templates.get(templates);
        let templates = templates.ok_or_else(|| crate::admission::shutting_down(request))?;
        let (name, context) = (name.to_owned(), context.parse::<Value>()?);
        self.work(request, move || Ok(templates.render(&name, &context)?)).await
    }

    fn give_up(&self, number: i64) {
        drop(self.0.templates.take(number));
    }
}
