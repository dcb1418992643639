//! `Module::new` of every module.

use std::sync::Arc;

use hsmod_plugin_api::module::{ApiHandle, Lifecycle};
use tokio::runtime::Handle;

use super::parsed::{Callbacks, ParsedModule};
use super::step::{failed, on_thread};
use crate::config::Entry;
use crate::host::Host;
use crate::problem::{Problem, Report, Stage};
use crate::record::{self, Place};
use crate::registration::{Registrar, Tenancy};

/// A module that was made.
#[derive(Debug)]
pub(crate) struct MadeModule {
    pub(crate) entry: Entry,
    pub(crate) name: Arc<str>,
    pub(crate) registrar: Arc<Tenancy>,
    pub(crate) lifecycle: Lifecycle,
    wrote: Callbacks,
}

impl MadeModule {
    /// What there is to say of what it has registered, once it has started.
    pub(crate) fn forgotten(&self) -> impl Iterator<Item = Problem> {
        let problems = self.registrar.forgotten(&self.wrote).into_iter();
        problems.map(|problem| self.entry.pinpoint(problem, &["module"]))
    }
}

/// `Module::new` of every module, in order.
pub(crate) async fn make_all(
    parsed: Vec<ParsedModule>,
    host: &Arc<Host>,
    report: &mut Report,
) -> (usize, Vec<MadeModule>) {
    let names: Vec<Arc<str>> = parsed.iter().map(|module| module.entry.name().into()).collect();
    let first = record::number(names.iter().cloned());
    let mut made = Vec::new();
    for (index, (ParsedModule { entry, plugin, wrote, config }, name)) in
        parsed.into_iter().zip(names).enumerate()
    {
        let number = first + index;
        let (host_too, runtime) = (Arc::clone(host), Handle::current());
        let registrar = Arc::new(Registrar::new(number, Arc::clone(&name), host_too, runtime));
        let api = ApiHandle::new(Arc::clone(&registrar));
        let registrar = Arc::new(Tenancy::new(registrar));
        let lifecycle = on_thread(&entry, Stage::New, move || {
            let _inside = record::enter(number, Place::NEW);
            plugin.new_module(config, &api, number)
        });
        match lifecycle.await {
            Ok(Ok(lifecycle)) => made.push(MadeModule { entry, name, registrar, lifecycle, wrote }),
            Ok(Err(error)) => report.push(failed(Stage::New, &error, host).of(&*name)),
            Err(problem) => report.push(problem.of(&*name)),
        }
    }
    (first, made)
}
