//! Compares the boundary that a plugin describes with that of this loader: every structure and
//! every function, field by field.
//!
//! This is possible only if the plugin was built with the same version of `abi_stable` and of the
//! ABI. All other plugins are checked by their entry and the sizes of their tables only.

use abi_stable::ABI_STABLE_VERSION;
use abi_stable::abi_stability::abi_checking::{
    AbiInstability, AbiInstabilityError, CheckingGlobals, check_layout_compatibility_with_globals,
};
use abi_stable::type_layout::{TLFieldOrFunction, TypeLayout};
use hsmod_abi::Entry;
use hsmod_plugin_api::ABI;
use hsmod_plugin_api::module::{Layouts, abi_layout};

use crate::inspection::Inspection;
use crate::problem::{Problem, Stage};

/// Compares the plugin's boundary with this loader's, if possible.
pub(super) fn check(entry: &'static Entry, inspection: &Inspection) -> Result<(), Problem> {
    let Some(plugin) = comparable(entry) else { return Ok(()) };
    // Use new globals each time: the process-wide ones would keep pointers into images.
    let globals = CheckingGlobals::new();
    let compared = check_layout_compatibility_with_globals(abi_layout(), plugin, &globals);
    let errors = compared.err().map(|errors| errors.errors).unwrap_or_default();
    let Some(difference) = innermost(&errors) else { return Ok(()) };
    let file = inspection.file.display();
    let message = format!("`{file}` was built with a different plugin boundary: {difference}");
    Err(Problem::error(Stage::Loading, message).fix(format!(
        "rebuild the plugin with this homeserver's hsmod-plugin-api: the two differ, although both \
         have ABI {ABI}"
    )))
}

/// The plugin's description of its boundary, if it can be compared with this loader's.
fn comparable(entry: &'static Entry) -> Option<&'static TypeLayout> {
    let layouts: *const Layouts = entry.layouts.cast();
    if layouts.is_null() || !layouts.is_aligned() {
        return None;
    }
    // SAFETY: an entry's pointer leads to `Layouts`, which begin with their size.
    let size = unsafe { (&raw const (*layouts).size).read() };
    if usize::try_from(size).is_ok_and(|size| size < size_of::<Layouts>()) {
        return None;
    }
    // SAFETY: according to their size they have these fields, whose types do not depend on
    // `abi_stable`.
    let (minor, version) = unsafe {
        ((&raw const (*layouts).abi_minor).read(), (&raw const (*layouts).abi_stable).read())
    };
    if minor != ABI.minor || version.text() != ABI_STABLE_VERSION.version.as_str() {
        return None;
    }
    // SAFETY: as above; with the same version of `abi_stable`, the description has the type known
    // here.
    Some(unsafe { (&raw const (*layouts).layout).read() })
}

/// The innermost difference, as path, expected and found. The whole report would be hundreds of
/// lines.
fn innermost(errors: &[AbiInstabilityError]) -> Option<String> {
    let differing = errors.iter().filter(|error| error.errs.iter().any(counts));
    let error = differing.max_by_key(|error| error.stack_trace.len())?;
    let mut path: Vec<&str> =
        error.stack_trace.iter().map(|step| step_name(&step.expected)).filter(telling).collect();
    path.dedup();
    let types =
        error.stack_trace.last().map(|step| (type_of(&step.expected), type_of(&step.found)));
    let (expected, found) = match types {
        Some((expected, found)) if expected != found => (expected, found),
        _ => error.errs.iter().find(|what| counts(what)).map(difference).unwrap_or_default(),
    };
    let place = if path.is_empty() { String::new() } else { path.join(".") + ": " };
    Some(format!("{place}expected `{expected}`, found `{found}`"))
}

/// Whether this difference may change the bytes that cross the boundary. Crates may be renamed,
/// split and released without such a change.
fn counts(what: &AbiInstability) -> bool {
    !matches!(what, AbiInstability::Package(_) | AbiInstability::PackageVersion(_))
}

/// Whether a step's name is informative: names made of a parameter's or field's number are not.
fn telling(name: &&str) -> bool {
    let name = name.trim_start_matches("param_").trim_start_matches("field_");
    name.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn step_name(step: &TLFieldOrFunction) -> &'static str {
    match step {
        TLFieldOrFunction::Field(field) => field.name(),
        TLFieldOrFunction::Function(function) => function.name.as_str(),
    }
}

fn type_of(step: &TLFieldOrFunction) -> String {
    match step {
        TLFieldOrFunction::Field(field) => field.full_type().to_string(),
        TLFieldOrFunction::Function(function) => short(&function.to_string()),
    }
}

/// A description of the difference for types with the same name.
fn difference(what: &AbiInstability) -> (String, String) {
    match what {
        AbiInstability::Size(pair) => {
            (format!("{} bytes", pair.expected), format!("{} bytes", pair.found))
        }
        AbiInstability::Alignment(pair) => {
            (format!("alignment {}", pair.expected), format!("alignment {}", pair.found))
        }
        AbiInstability::FieldCountMismatch(pair) => {
            (format!("{} fields", pair.expected), format!("{} fields", pair.found))
        }
        AbiInstability::UnexpectedField(pair) => {
            (format!("field {}", pair.expected.name()), format!("field {}", pair.found.name()))
        }
        other => ("the same".to_owned(), short(&format!("{other:?}"))),
    }
}

/// The text on one line, cut if it is long.
fn short(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(160) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests;
