//! Whether a module's web resource may have the path it wants.

use std::collections::BTreeMap;

use crate::host::Host;
use crate::problem::{Problem, Stage};
use crate::web::{Route, Routes};

/// Adds a path, unless the homeserver or another module serves it.
pub(super) fn add_route(
    route: Route,
    host: &Host,
    routes: &mut Routes,
    names: &BTreeMap<usize, &str>,
) -> Result<(), Problem> {
    let path = route.path.clone();
    if !path.starts_with('/') {
        let message =
            format!("it registers the web resource `{path}`, which does not begin with `/`");
        return Err(Problem::error(Stage::New, message)
            .fix("ask the module's author: `/_synapse/client/<module>/..` is the place"));
    }
    if let Some(reserved) = host.reserved(&path) {
        let message = format!(
            "it registers the web resource `{path}`, but the homeserver itself serves `{reserved}`"
        );
        return Err(Problem::error(Stage::New, message)
            .fix("ask the module's author: `/_synapse/client/<module>/..` is the place"));
    }
    routes.add(route).map_err(|other| {
        let other = names.get(&other).copied().unwrap_or_default();
        let message = format!(
            "it registers the web resource `{path}`, which module `{other}` has registered before \
             it: requests go to `{other}`"
        );
        Problem::warning(Stage::New, message).fix("remove one of the two modules")
    })
}
