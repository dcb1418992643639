//! Shows an inspected plugin to a person.

use std::collections::BTreeMap;

use hsmod_loader::inspection::{Inspection, Undefined};

use crate::output::{Output, counted};

/// The number of undefined symbols that are named.
const NAMED: usize = 10;

/// Prints a plugin's manifest and what its file says about it.
pub(super) fn show(inspection: &Inspection, output: &mut Output) {
    let manifest = &inspection.manifest;
    output.line(&format!("{} {}", manifest.name, manifest.version));
    let authors = manifest.authors.join(", ");
    let abi = match manifest.plugin_api.as_str() {
        "" => manifest.abi.to_string(),
        version => format!("{} (hsmod-plugin-api {version})", manifest.abi),
    };
    // Only plugins in Rust say what they were built with.
    let built = match manifest.rustc.as_str() {
        "" => String::new(),
        rustc => format!("{rustc} for {}, panic = {}", manifest.target, manifest.panic),
    };
    let glibc =
        inspection.glibc.map_or_else(|| "not needed".to_owned(), |v| format!("{v} or newer"));
    let static_tls = if inspection.static_tls { "yes" } else { "" };
    let schema = manifest.config_schema.as_ref().map_or("", |_| "has a schema: `--json` shows it");
    let file = inspection.file.display().to_string();
    let rows = [
        ("description", manifest.description.as_str()),
        ("authors", &authors),
        ("file", &file),
        ("sha256", &inspection.sha256),
        ("debug info", &debug_info(inspection)),
        ("ABI", &abi),
        ("language", &inspection.entry.language.to_string()),
        ("built by", &built),
        ("processor", &inspection.arch),
        ("glibc", &glibc),
        ("static TLS", static_tls),
        ("config", schema),
        ("needs", &needed(inspection)),
        ("undefined", &unnamed(&inspection.undefined)),
    ];
    for (name, value) in rows.into_iter().filter(|(_, value)| !value.is_empty()) {
        output.line(&format!("  {name:<12} {value}"));
    }
    let callbacks = manifest.callbacks.iter().flat_map(|(category, callbacks)| {
        callbacks.iter().map(move |callback| format!("{category}.{callback}"))
    });
    list("callbacks", callbacks, output);
    list("requires", manifest.requires.iter().cloned(), output);
    list("optional", manifest.optional.iter().cloned(), output);
}

/// The advice for a file that is mostly debug info, or an empty string.
fn debug_info(inspection: &Inspection) -> String {
    if !inspection.is_mostly_debug_info() {
        return String::new();
    }
    let &Inspection { size, debug_info, .. } = inspection;
    let percent = u128::from(debug_info) * 100 / u128::from(size.max(1));
    format!(
        "{percent} % of {size} bytes, read and hashed at every start: put `strip = \"debuginfo\"` \
         under `[profile.release]` in its Cargo.toml, or run `strip --strip-debug` on a copy of it"
    )
}

/// Prints one item per line, the first behind the name of the row.
fn list(name: &str, items: impl Iterator<Item = String>, output: &mut Output) {
    for (index, item) in items.enumerate() {
        let name = if index == 0 { name } else { "" };
        output.line(&format!("  {name:<12} {item}"));
    }
}

/// `libgcc_s.so.1 (12 symbols), libc.so.6 (87 symbols)`
fn needed(inspection: &Inspection) -> String {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for library in inspection.undefined.iter().filter_map(|symbol| symbol.library.as_deref()) {
        *counts.entry(library).or_default() += 1;
    }
    let shown = inspection.needed.iter().map(|library| match counts.get(library.as_str()) {
        Some(count) => format!("{library} ({})", counted(*count, "symbol")),
        None => library.clone(),
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// The undefined symbols that the plugin cannot do without and that no library is named for.
fn unnamed(undefined: &[Undefined]) -> String {
    let open = undefined.iter().filter(|symbol| symbol.library.is_none() && !symbol.weak);
    let open: Vec<&str> = open.map(|symbol| symbol.name.as_str()).collect();
    if open.is_empty() {
        return String::new();
    }
    let named = open[..open.len().min(NAMED)].join(", ");
    let more = match open.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{named}{more} (provided by a library that it needs, or by the homeserver)")
}
