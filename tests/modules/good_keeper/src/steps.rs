//! The steps, one after the other:
//!
//! - `{"begin": desc}`, `{"query": sql, "values": [..]}`, `{"execute": ..}`, `{"commit": null}`,
//!   `{"drop": null}`: on the transaction of this list, of which there is one at a time
//! - `{"db_query": sql, "values": [..]}`, `{"db_execute": ..}`: in a transaction of its own
//! - `{"keep": null}`, `{"resume": null}`: the transaction outlives this list; another one has it
//! - `{"migrate": [[version, sql], ..]}`
//! - `{"storm": number}`: begins that many at once, and drops them; the errors, without repetition
//! - `{"get": url}`: JSON from there; of a status that is not 2xx `{"status": .., "body": ..}`
//! - `{"fetch": url, "values": [method, body, timeout in ms, size of the response, redirects]}`
//! - `{"elsewhere": url}`: `get` from a thread of the module's own
//! - `{"read": [name, ..], "values": {name: source, ..}}`, `{"render": name, "values": {..}}`
//! - `{"mail": recipient, "values": [subject, html, text]}`
//! - `{"pause": number}`: is not ready when it is polled, so often, and wakes nobody
//! - `{"sleep": milliseconds}`
//!
//! The outcome of a step is its answer, or `{"error": text, "unanswered": reason, "constraint":
//! bool}`.

use std::collections::BTreeSet;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use hsmod_plugin_api::prelude::*;
use serde_json::{Value, json};

use crate::Keeper;
use crate::storage::{parameters, shown};

impl Keeper {
    /// Runs steps.
    pub(crate) async fn run(&self, steps: &[Value]) -> Vec<Value> {
        let mut transaction = None;
        let mut done = Vec::new();
        for step in steps {
            let outcome = self.step(step, &mut transaction).await;
            done.push(outcome.unwrap_or_else(|error| {
                let unanswered = error.unanswered().map(|reason| format!("{reason:?}"));
                let constraint = error.is_constraint_violation();
                json!({
                    "error": error.to_string(), "unanswered": unanswered, "constraint": constraint,
                })
            }));
        }
        done
    }

    /// Runs steps. Fails at the first one that fails.
    pub(crate) async fn run_all(&self, steps: &[Value]) -> Result<(), ModuleError> {
        let mut transaction = None;
        for step in steps {
            self.step(step, &mut transaction).await?;
        }
        Ok(())
    }

    async fn step(
        &self,
        step: &Value,
        transaction: &mut Option<Transaction>,
    ) -> Result<Value, ModuleError> {
        let Some((name, argument)) =
            step.as_object().and_then(|step| step.iter().find(|(name, _)| *name != "values"))
        else {
            return Err(ModuleError::new(format_args!("no step: {step}")));
        };
        match name.as_str() {
            "begin" => {
                let desc = argument.as_str().unwrap_or_default();
                *transaction = Some(self.api.run_db_interaction(desc).await?);
            }
            "query" => {
                let sql = argument.as_str().unwrap_or_default();
                let rows = open(transaction)?.query(sql, &parameters(&step["values"])).await?;
                return Ok(rows.into_iter().map(shown).collect());
            }
            "execute" => {
                let sql = argument.as_str().unwrap_or_default();
                return Ok(open(transaction)?
                    .execute(sql, &parameters(&step["values"]))
                    .await?
                    .into());
            }
            "db_query" => return self.db_query(argument, &step["values"]).await,
            "db_execute" => return self.db_execute(argument, &step["values"]).await,
            "commit" => return finish(transaction).await,
            "drop" => drop(transaction.take()),
            "keep" => *self.kept.lock()? = transaction.take(),
            "resume" => *transaction = self.kept.lock()?.take(),
            "migrate" => self.migrate(argument).await?,
            "get" => return self.get_json(argument.as_str().unwrap_or_default()).await,
            "fetch" => {
                return self.fetch(argument.as_str().unwrap_or_default(), &step["values"]).await;
            }
            "elsewhere" => return self.elsewhere(argument.as_str().unwrap_or_default()),
            "read" => self.read(argument, &step["values"]).await?,
            "render" => {
                let name = argument.as_str().unwrap_or_default();
                return self.render(name, &step["values"]).await;
            }
            "mail" => {
                let recipient = argument.as_str().unwrap_or_default();
                self.mail(recipient, &step["values"]).await?;
            }
            "storm" => return self.storm(argument.as_u64().unwrap_or_default()).await,
            "pause" => self.pause(argument.as_u64().unwrap_or_default()).await,
            "sleep" => {
                let _paused = Paused::new(&self.paused);
                let time = Duration::from_millis(argument.as_u64().unwrap_or_default());
                self.api.sleep(time).await?;
            }
            other => return Err(ModuleError::new(format_args!("no step `{other}`"))),
        }
        Ok(Value::Null)
    }

    async fn migrate(&self, migrations: &Value) -> Result<(), ModuleError> {
        let migrations: Vec<(u32, String)> = serde_json::from_value(migrations.clone())?;
        let migrations: Vec<(u32, &str)> =
            migrations.iter().map(|(version, sql)| (*version, sql.as_str())).collect();
        self.api.migrate_db(&migrations).await
    }

    /// Begins many transactions and polls each once, so that each has a place in the queue or an
    /// error.
    async fn storm(&self, number: u64) -> Result<Value, ModuleError> {
        type Begun<'a> =
            Pin<Box<dyn Future<Output = Result<Transaction, ModuleError>> + Send + 'a>>;
        let begin = |_| -> Begun<'_> { Box::pin(self.api.run_db_interaction("storm")) };
        let mut begun: Vec<Begun<'_>> = (0..number).map(begin).collect();
        let mut errors = BTreeSet::new();
        poll_fn(|context| {
            for begun in &mut begun {
                if let Poll::Ready(Err(error)) = begun.as_mut().poll(context) {
                    errors.insert(format!("{:?}: {error}", error.unanswered()));
                }
            }
            Poll::Ready(())
        })
        .await;
        Ok(json!(errors))
    }

    async fn pause(&self, mut polls: u64) {
        let _paused = Paused::new(&self.paused);
        poll_fn(|_| {
            polls = polls.saturating_sub(1);
            if polls == 0 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

/// A waiting step, counted until it ends or is dropped.
struct Paused<'a>(&'a AtomicUsize);

impl<'a> Paused<'a> {
    fn new(paused: &'a AtomicUsize) -> Self {
        paused.fetch_add(1, Ordering::Relaxed);
        Self(paused)
    }
}

impl Drop for Paused<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn open(transaction: &mut Option<Transaction>) -> Result<&mut Transaction, ModuleError> {
    transaction.as_mut().ok_or_else(|| ModuleError::new("no transaction is open"))
}

async fn finish(transaction: &mut Option<Transaction>) -> Result<Value, ModuleError> {
    match transaction.take() {
        Some(transaction) => transaction.commit().await.map(|()| Value::Null),
        None => Err(ModuleError::new("no transaction is open")),
    }
}
