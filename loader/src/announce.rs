//! Logs a successful start: which modules run, what they registered, and the warnings. A start that
//! is refused logs nothing, because its caller gets all of this in the error.

use crate::info::ModuleInfo;
use crate::problem::Problem;

/// Enough digits of a digest to tell two files apart.
const DIGITS: usize = 12;

/// Logs one line for each module at INFO, and each warning at WARN.
pub(crate) fn started(modules: &[ModuleInfo], warnings: &[Problem]) {
    for info in modules {
        tracing::info!(
            target: "hsmod_loader::start",
            module = info.name,
            plugin = info.module,
            version = info.version.as_deref(),
            file = info.file.as_deref().map(|file| display(file.display())),
            sha256 = info.sha256.as_deref().and_then(|digest| digest.get(..DIGITS)),
            callbacks = callbacks(info),
            web = listed(info.web.iter()),
            login_types = listed(info.login_types.iter().map(|login_type| &login_type.name)),
            "the module has started"
        );
    }
    for warning in warnings {
        let remedy = warning.fix.as_deref().map(|fix| format!(" (fix: {fix})")).unwrap_or_default();
        tracing::warn!(
            target: "hsmod_loader::warnings",
            module = warning.module.as_deref(),
            path = warning.path.as_deref(),
            line = warning.line,
            "{}{remedy}",
            warning.message
        );
    }
}

fn callbacks(info: &ModuleInfo) -> Option<String> {
    let of_category = |(category, names): (&String, &Vec<String>)| {
        names.iter().map(|name| format!("{category}.{name}")).collect::<Vec<_>>()
    };
    listed(info.callbacks.iter().flat_map(of_category))
}

/// `None` for an empty list, so that the field is left out.
fn listed(names: impl Iterator<Item = impl AsRef<str>>) -> Option<String> {
    let names: Vec<String> = names.map(|name| name.as_ref().to_owned()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}
