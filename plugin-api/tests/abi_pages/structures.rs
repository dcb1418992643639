//! Compares every structure that crosses, with the offset of each field, between `docs/abi/` and
//! the code.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

use abi_stable::StableAbi;
use abi_stable::type_layout::{ReprAttr, TLData, TLField, TypeLayout};
use hsmod_plugin_api::module::{WebResponse, abi_layout};
use hsmod_plugin_api::values::answer::Answer;
use hsmod_plugin_api::values::{
    AcceptedLogin, DirectoryVisibility, Each, EventDecision, LegacyRenewal, MediaUploadLimit,
    RatelimitOverride, UpdateGuard, Verdict,
};

/// The lines `offset name` of the fields of each structure, by its name in C.
pub(crate) type Structures = BTreeMap<String, String>;

/// The structures of the code: those reachable from tables and views, and the answers, which no
/// table names.
pub(crate) fn found() -> Structures {
    let mut found = Found::default();
    found.visit(abi_layout());
    answers(&mut found);
    found.structures
}

fn answers(found: &mut Found) {
    fn visit<A: Answer>(found: &mut Found) {
        found.visit(<A::Raw as StableAbi>::LAYOUT);
    }
    visit::<Verdict>(found);
    visit::<EventDecision>(found);
    visit::<Each<DirectoryVisibility>>(found);
    visit::<Option<AcceptedLogin>>(found);
    visit::<UpdateGuard>(found);
    visit::<LegacyRenewal>(found);
    visit::<Option<RatelimitOverride>>(found);
    visit::<Option<Vec<MediaUploadLimit>>>(found);
    visit::<WebResponse>(found);
}

/// The structures of the pages: the table of fields below each heading that names a structure.
pub(crate) fn written(page: &str) -> Structures {
    let mut structures = Structures::new();
    let (mut name, mut of_fields) = (None, false);
    for line in page.lines() {
        if line.starts_with('#') {
            let code = line.trim_start_matches('#').trim().trim_matches('`');
            name = code.starts_with("hsmod_").then(|| code.to_owned());
        }
        of_fields = line.starts_with("| offset |") || of_fields && line.starts_with('|');
        if let (Some(name), Some((place, field))) = (&name, row(line).filter(|_| of_fields)) {
            let lines: &mut String = structures.entry(name.clone()).or_default();
            let _ = writeln!(lines, "{place} {field}");
        }
    }
    structures
}

/// Offset and name in a row of a table of fields: `| 8 | `name` | ..`.
fn row(line: &str) -> Option<(usize, &str)> {
    let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
    let place = cells.next()?.parse().ok()?;
    let field = cells.next()?.strip_prefix('`')?.strip_suffix('`')?;
    Some((place, field))
}

#[derive(Default)]
struct Found {
    visited: HashSet<*const TypeLayout>,
    structures: Structures,
    /// The functions of each table, by its name.
    tables: BTreeMap<&'static str, Vec<&'static str>>,
}

impl Found {
    fn visit(&mut self, layout: &'static TypeLayout) {
        if !self.visited.insert(layout) {
            return;
        }
        if let Some((name, fields)) = described(layout) {
            self.structures.insert(name, fields);
        }
        if let Some(fields) = fields_of(layout).filter(|fields| is_table(fields)) {
            self.tables.insert(layout.name(), fields.iter().skip(2).map(TLField::name).collect());
        }
        // Fields, pointees, and the arguments and results of functions.
        for reached in layout.shared_vars().type_layouts() {
            self.visit(reached());
        }
    }
}

/// The fields of a structure that have a size.
pub(crate) fn fields_of(layout: &TypeLayout) -> Option<Vec<TLField>> {
    let TLData::Struct { fields } = layout.data() else { return None };
    Some(fields.iter().filter(|field| field.layout().size() > 0).collect())
}

/// Whether these are the fields of a table of functions.
fn is_table(fields: &[TLField]) -> bool {
    fields.get(1).is_some_and(|field| field.name() == "minor")
}

/// The functions of the tables on the pages, in the order of their slots; those of callbacks and
/// requests are excluded.
pub(crate) fn tables() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut found = Found::default();
    found.visit(abi_layout());
    let by_hand = ["Root", "HostTable", "LogTable", "StateTable", "FileTable", "WebTable"];
    found.tables.retain(|name, _| by_hand.contains(name));
    assert_eq!(found.tables.len(), by_hand.len(), "a table is not found any more");
    found.tables
}

/// Name and fields of a structure, if the pages must document it. Excluded are tables, whose
/// functions the pages list by slot; the arguments of rows; and types that only lead this test to
/// the others.
fn described(layout: &TypeLayout) -> Option<(String, String)> {
    let name = layout.name();
    let fields = fields_of(layout)?;
    let wraps = layout.repr_attr() == ReprAttr::Transparent;
    let is_other = is_row(layout) || ["Whole", "Groups", "Peer"].contains(&name);
    if fields.is_empty() || wraps || is_other || is_table(&fields) && name != "FfiWakerTable" {
        return None;
    }
    let lines = places(&fields).into_iter().fold(String::new(), |mut lines, (place, field)| {
        let _ = writeln!(lines, "{place} {}", field.name());
        if let Some(table) = lent_with(field.layout()) {
            let _ = writeln!(lines, "{} table", place + table);
        }
        lines
    });
    Some((name_in_c(name), lines))
}

/// The position of the table that an object is lent with: in C they are two fields.
fn lent_with(layout: &TypeLayout) -> Option<usize> {
    let fields = fields_of(layout).filter(|_| layout.name() == "Peer")?;
    places(&fields).get(1).map(|(place, _)| *place)
}

/// Whether it is the structure of a row's arguments, which has the row's name.
fn is_row(layout: &TypeLayout) -> bool {
    layout.name().starts_with(|first: char| first.is_ascii_lowercase())
}

/// The fields as they are laid out in C, each with its offset.
pub(crate) fn places(fields: &[TLField]) -> Vec<(usize, TLField)> {
    let mut end = 0_usize;
    let mut places = Vec::new();
    for field in fields {
        let layout = field.layout();
        let place = end.next_multiple_of(layout.alignment());
        places.push((place, *field));
        end = place + layout.size();
    }
    places
}

/// The name in `hsmod.h`: `hsmod_web_request` for `WebRequest`, `hsmod_error` for `RawError`.
pub(crate) fn name_in_c(name: &str) -> String {
    let name = name.strip_prefix("Raw").or_else(|| name.strip_prefix("Ffi")).unwrap_or(name);
    let mut in_c = "hsmod".to_owned();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            in_c.push('_');
        }
        in_c.push(letter.to_ascii_lowercase());
    }
    in_c
}
