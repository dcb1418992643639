//! Checks the paths of a module's web resources.

use crate::host::Host;
use crate::problem::{Problem, Stage};

/// Why a module may not serve a path.
pub(super) fn refused(path: &str, host: &Host) -> Option<Problem> {
    let reason = if !path.starts_with('/') {
        "which does not begin with `/`".to_owned()
    } else if let Some(reserved) = host.reserved(path) {
        format!("but the homeserver itself serves `{reserved}`")
    } else {
        return None;
    };
    let message = format!("it registers the web resource `{path}`, {reason}");
    Some(
        Problem::error(Stage::New, message)
            .fix("ask the module's author: use a path below `/_synapse/client/<module>/`"),
    )
}
