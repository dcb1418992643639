//! Whether a plugin's boundary fits: every structure and every function of it, field by field.

use abi_stable::abi_stability::abi_checking::{
    AbiInstability, AbiInstabilityErrors, CheckingGlobals, check_layout_compatibility_with_globals,
};
use abi_stable::library::LibHeader;
use abi_stable::type_layout::TLFieldOrFunction;
use hsmod_plugin_api::ABI;

use super::host_layout;
use crate::inspection::Inspection;
use crate::problem::{Problem, Stage};

/// Compares the plugin's boundary with this loader's.
///
/// The smaller of the two is the interface: an older plugin lacks what was appended since, a newer
/// one has more than is asked of it.
pub(super) fn check(header: &'static LibHeader, inspection: &Inspection) -> Result<(), Problem> {
    let file = inspection.file.display();
    let Some(plugin) = header.layout() else {
        let message = format!("`{file}` does not say how its boundary is laid out");
        return Err(Problem::error(Stage::Loading, message).fix("build it with `export_module!`"));
    };
    let (interface, implementation) = if inspection.manifest.abi.minor < ABI.minor {
        (plugin, host_layout())
    } else {
        (host_layout(), plugin)
    };
    // A fresh record each time: the process-wide one would keep pointers into images.
    let globals = CheckingGlobals::new();
    check_layout_compatibility_with_globals(interface, implementation, &globals).map_err(|errors| {
        let swapped = inspection.manifest.abi.minor < ABI.minor;
        let message = format!("`{file}` has another boundary: {}", first(&errors, swapped));
        Problem::error(Stage::Loading, message).fix(format!(
            "rebuild the plugin with hsmod-plugin-api of ABI {ABI}; it was changed without a new version"
        ))
    })
}

/// The innermost difference as path, expected, found; the whole text would be hundreds of lines.
fn first(errors: &AbiInstabilityErrors, swapped: bool) -> String {
    let Some(error) = errors.errors.iter().max_by_key(|error| error.stack_trace.len()) else {
        return "no difference is named".to_owned();
    };
    let mut path: Vec<&str> =
        error.stack_trace.iter().map(|step| step_name(&step.expected)).filter(telling).collect();
    path.dedup();
    let types =
        error.stack_trace.last().map(|step| (type_of(&step.expected), type_of(&step.found)));
    let (expected, found) = match types {
        Some((expected, found)) if expected != found => (expected, found),
        _ => error.errs.first().map(difference).unwrap_or_default(),
    };
    let (expected, found) = if swapped { (found, expected) } else { (expected, found) };
    format!("{}: expected `{expected}`, found `{found}`", path.join("."))
}

/// Whether a step says where one is: numbers of parameters and of fields without a name do not.
fn telling(name: &&str) -> bool {
    !name.trim_start_matches("param_").bytes().all(|byte| byte.is_ascii_digit())
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

/// Where the types have the same name.
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
        AbiInstability::PackageVersion(pair) => (
            format!("version {}", pair.expected.version),
            format!("version {}", pair.found.version),
        ),
        other => ("the same".to_owned(), short(&format!("{other:?}"))),
    }
}

/// One line, not too long.
fn short(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(160) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}
