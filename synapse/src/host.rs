//! Describes Synapse to the modules.

use std::sync::Arc;

use hsmod_loader::{Config, Host};
use pyo3::prelude::*;

use crate::home::Home;
use crate::parsed::{key, known};
use crate::requests::answered;

/// Creates the homeserver that `about` describes.
///
/// # Errors
/// `about` lacks a key.
pub(crate) fn host(about: &Bound<'_, PyAny>, home: &Arc<Home>, config: &Config) -> PyResult<Host> {
    let mut host = Host::new(key::<String>(about, "server_name")?)
        .calls(known(key(about, "calls")?))
        .synapse(key::<String>(about, "synapse")?)
        .run_background_tasks(key(about, "run_background_tasks")?)
        .answers_in_shutdown(true);
    if let Some(url) = key::<Option<String>>(about, "public_baseurl")? {
        host = host.public_baseurl(url);
    }
    if let Some(name) = key::<Option<String>>(about, "worker_name")? {
        host = host.worker_name(name);
    }
    if let Some(app) = key::<Option<String>>(about, "worker_app")? {
        host = host.worker_app(app);
    }
    // If the loader sends the mail, its config provides the name.
    let own_mail = config.mail().is_some();
    if let Some(name) = key::<Option<String>>(about, "email_app_name")?.filter(|_| !own_mail) {
        host = host.email_app_name(name);
    }
    for path in key::<Vec<String>>(about, "serves")? {
        host = host.reserve(path);
    }
    let unanswered = key(about, "unanswered")?;
    Ok(answered(host, home, unanswered, own_mail))
}
