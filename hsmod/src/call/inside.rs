//! The part of a call that runs in the child process, beside the modules.

use std::time::Duration;

use hsmod_loader::{CallbackInfo, Modules};
use serde::{Deserialize, Serialize};

use super::answer;
use super::arguments::Arguments;
use super::{callbacks, find};
use crate::child::{Inside, Report};
use crate::exit::{Exit, Result};
use crate::failures::Failures;
use crate::live::{Live, Undone};
use crate::output::Output;
use crate::runtime;

/// The callback to call and its arguments.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Call {
    /// The callback's full name.
    pub(super) callback: String,
    /// The arguments' JSON text, as the user wrote it.
    pub(super) arguments: String,
    pub(super) live: Live,
}

/// Calls the modules and shows their answer.
pub(crate) fn run(inside: &Inside, call: &Call, output: &mut Output) -> Result<Exit> {
    let runtime = runtime::several(1)?;
    inside.wire.report(&Report::Begun);
    let exit = runtime.block_on(ask(inside, call, output));
    // A thread that hangs must not keep this process from ending.
    runtime.shutdown_background();
    exit
}

async fn ask(inside: &Inside, call: &Call, output: &mut Output) -> Result<Exit> {
    let callback = find(&call.callback)?;
    // The parent has parsed them already, so this does not fail.
    let given = serde_json::from_str(&call.arguments).unwrap_or_default();
    let world = inside.world.as_ref();
    let arguments = Arguments::new(callback, given, &inside.server_name, world)?;
    let arguments = arguments.written_as(&call.arguments);
    if let (Some(world), Some((room_id, state))) = (world, arguments.room_state()?) {
        world.put_state(&room_id, &state);
    }
    let (rehearsal, failures) = (call.live.rehearsal("hsmod call", world), Failures::default());
    let host = failures.heard_in(inside.host()).rehearsal(&rehearsal);
    let modules = inside.load(host, output).await?;
    let before = asked(&modules, callback);
    let outcome = callbacks::ask(&modules, &arguments, &inside.server_name).await;
    let called = newly_asked(&before, asked(&modules, callback));
    modules.shutdown(Duration::from_secs(10)).await;
    let report = answer::Report::new(outcome?, called, failures.all(), Undone::of(&rehearsal));
    report.show(output);
    Ok(Exit::well_if(report.is_well()))
}

/// How often each module has been asked, in config order.
fn asked(modules: &Modules, callback: &CallbackInfo) -> Vec<(String, u64)> {
    let counts = |name: &str| {
        name == callback.name
            // An invite that no module denies is then passed to `user_may_invite`, too.
            || callback.name == "federated_user_may_invite" && name == "user_may_invite"
    };
    let module = |module: &hsmod_loader::ModuleCounts| {
        let own = module.callbacks.iter().filter(|(policy, _)| counts(policy.callback));
        (module.module.to_string(), own.map(|(_, counts)| counts.called).sum())
    };
    modules.counts().iter().map(module).collect()
}

fn newly_asked(before: &[(String, u64)], after: Vec<(String, u64)>) -> Vec<String> {
    let asked = after.into_iter().zip(before).filter(|((_, after), (_, before))| after > before);
    asked.map(|((name, _), _)| name).collect()
}
