//! What a plugin exports, may answer, and may request.

use std::fmt::Write as _;

use hsmod_plugin_api::callbacks::CATEGORIES;
use hsmod_plugin_api::requests::REQUESTS;

/// The names that a plugin exports, as `export_module!` writes them.
pub(crate) fn exports() -> String {
    let source = include_str!("../../src/module.rs");
    let mut text = "exports\n".to_owned();
    for (kind, attribute) in [("symbol", "export_name = \""), ("section", "link_section = \"")] {
        for (position, _) in source.match_indices(attribute) {
            let name = source[position + attribute.len()..].split('"').next().unwrap_or_default();
            let _ = writeln!(text, "  {kind} {name}");
        }
    }
    text
}

/// Every callback, by category.
pub(crate) fn callbacks() -> String {
    let mut text = String::new();
    for category in CATEGORIES {
        let _ = writeln!(text, "\ncategory {}", category.name);
        for row in category.callbacks {
            let arguments: Vec<_> =
                row.arguments.iter().map(|(name, kind)| format!("{name}: {kind}")).collect();
            let _ = writeln!(
                text,
                "  {}({}) -> {}, since {}",
                row.name,
                arguments.join(", "),
                row.answer,
                row.since
            );
        }
    }
    text
}

/// Every request, by group.
pub(crate) fn requests() -> String {
    let mut text = String::new();
    for row in REQUESTS.iter().copied().flatten() {
        if REQUESTS.iter().any(|group| group.first() == Some(row)) {
            let _ = writeln!(text, "\nrequests {}", row.group);
        }
        let arguments: Vec<String> =
            row.arguments.iter().map(|(name, kind)| format!("{name}: {kind}")).collect();
        let (name, arguments) = (row.name, arguments.join(", "));
        let _ = writeln!(text, "  {name}({arguments}) -> {}, since {}", row.answer, row.since);
    }
    text
}
