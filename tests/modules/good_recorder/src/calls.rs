//! Handles calls of callbacks.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use hsmod_plugin_api::prelude::*;
use serde_json::Value;

use crate::answer::{Answer, Told};
use crate::bell::OnDrop;
use crate::{Recorder, suspend};

impl Recorder {
    /// Records a call and answers it.
    pub(crate) async fn call<A: Told>(
        &self,
        callback: &str,
        arguments: Value,
    ) -> Result<A, ModuleError> {
        let answer: A = self.told(callback, arguments).await?.give()?;
        Ok(answer.later(self))
    }

    /// Records a call and returns the answer to give.
    async fn told(&self, callback: &str, arguments: Value) -> Result<Answer, ModuleError> {
        self.open.fetch_add(1, Ordering::SeqCst);
        let _open = OnDrop(|| {
            self.open.fetch_sub(1, Ordering::SeqCst);
        });
        let answer = self.config.answer(callback, &arguments.to_string());
        let mut call = vec![callback.into()];
        match arguments {
            Value::Array(arguments) => call.extend(arguments),
            argument => call.push(argument),
        }
        tracing::trace!(target: "recorder", callback, "asked");
        self.note(call);
        let given_up = OnDrop(|| self.note(vec!["dropped".into(), callback.into()]));
        for _ in 0..self.config.suspend() {
            suspend::once().await;
        }
        if self.config.hangs(callback) {
            self.bell.rung().await;
        }
        given_up.disarm();
        Ok(answer)
    }

    pub(crate) fn note(&self, call: Vec<Value>) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(call.into());
    }

    /// Like [`Self::call`], for an event, which is also logged.
    pub(crate) async fn call_event<A: Told>(
        &self,
        callback: &str,
        event: &Event<'_>,
        arguments: &[Value],
    ) -> Result<A, ModuleError> {
        tracing::info!(
            target: "recorder",
            user = event.sender().as_str(), number = 3u64, below = -3i64, share = 0.5, good = true,
            list = ?[1, 2], "seen {}", "it",
        );
        let mut all: Vec<Value> = vec![event.json().parse()?];
        all.extend_from_slice(arguments);
        self.call(callback, all.into()).await
    }

    /// Like [`Self::call`], with JSON that the config may change.
    pub(crate) async fn call_editing(
        &self,
        callback: &str,
        json: &mut EditableJson<'_>,
        arguments: Value,
    ) -> Result<(), ModuleError> {
        let answer = self.told(callback, arguments).await?;
        if let Answer::Replace(value) = &answer {
            json.set(value)?;
        }
        answer.give()
    }
}
