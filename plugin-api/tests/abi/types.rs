//! The types that cross: all that are reachable from the description that plugins carry.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

use abi_stable::StableAbi;
use abi_stable::type_layout::{ReprAttr, TLData, TLField, TypeLayout};
use hsmod_abi::Entry;
use hsmod_plugin_api::module::abi_layout;

use crate::names::{field_type, module, name};
use crate::rules::{Extent, PLATFORMS};

/// Each type, by name: first the tables, then the arguments and answers of their rows, then the
/// others.
pub(crate) fn types() -> String {
    let mut types = Types::default();
    types.visit(Entry::LAYOUT);
    types.visit(abi_layout());
    let parts = [types.tables, types.rows, types.others];
    parts.into_iter().flat_map(BTreeMap::into_values).map(|entry| format!("\n{entry}")).collect()
}

/// The types that have been found.
#[derive(Default)]
struct Types {
    visited: HashSet<*const TypeLayout>,
    tables: BTreeMap<String, String>,
    rows: BTreeMap<String, String>,
    others: BTreeMap<String, String>,
}

impl Types {
    fn visit(&mut self, layout: &'static TypeLayout) {
        if !self.visited.insert(layout) {
            return;
        }
        if let Some(entry) = entry(layout) {
            let part = match module(layout) {
                Some((_, module)) if module == "args" || module == "answers" => &mut self.rows,
                _ if is_table(layout) => &mut self.tables,
                _ => &mut self.others,
            };
            let heading = entry.lines().next().unwrap_or_default();
            let heading = heading.split(" size ").next().unwrap_or_default().to_owned();
            let former = part.insert(heading, entry.clone());
            let same = former.is_none_or(|former| former == entry);
            assert!(same, "two types are called {}", name(layout));
        }
        // Fields, pointees, and the arguments and results of functions.
        for reached in layout.shared_vars().type_layouts() {
            self.visit(reached());
        }
    }
}

/// Whether the type is a table of functions, which may grow.
fn is_table(layout: &TypeLayout) -> bool {
    let mut fields = layout.get_fields().into_iter().flat_map(|fields| fields.iter());
    let head = [fields.next(), fields.next()];
    head.iter().flatten().map(|field| field.name()).eq(["size", "minor"])
        && fields.all(|field| !field.function_range().is_empty())
}

/// The description of a type; `None` if its name says everything.
fn entry(layout: &TypeLayout) -> Option<String> {
    let TLData::Struct { fields } = layout.data() else {
        return None;
    };
    // These contain only the descriptions of other types.
    if matches!(layout.name(), "Whole" | "Groups" | "Peer" | "CallbackAnswers" | "RequestAnswers") {
        return None;
    }
    if let Some((interface, _)) = module(layout).filter(|(_, module)| module == "answers") {
        let answer = |field: TLField| format!("  {}: {}\n", field.name(), answered(field.layout()));
        let answers: String = fields.iter().map(answer).collect();
        return Some(format!("answers {interface}\n{answers}"));
    }
    if layout.size() == 0 {
        return None;
    }
    let extents = PLATFORMS.map(|platform| platform.extent(layout));
    let real = Extent { size: layout.size(), align: layout.alignment() };
    assert_eq!(extents[0], real, "{} is not as C has it", name(layout));
    let transparent = layout.repr_attr() == ReprAttr::Transparent;
    let kind = match (is_table(layout), transparent) {
        (true, _) => "table",
        (_, true) => "transparent",
        _ => "struct",
    };
    let [sizes, aligns] =
        [extents.map(|extent| extent.size), extents.map(|extent| extent.align)].map(columns);
    let mut text = format!("{kind} {} size{sizes} align{aligns}\n", name(layout));
    let fields: Vec<_> = fields.iter().flat_map(in_c).collect();
    let offsets =
        PLATFORMS.map(|platform| platform.placed(fields.iter().map(|(_, field)| *field)).0);
    for (place, (name, field)) in fields.into_iter().enumerate() {
        // A field without a size is a lifetime or a type parameter.
        if field.layout().size() > 0 || field.is_function() {
            let offsets = columns(offsets.each_ref().map(|offsets| offsets[place]));
            let _ = writeln!(text, " {offsets} {name}: {}", field_type(&field));
        }
    }
    Some(text)
}

/// The C fields of a field, by name: an object that is lent with its table has two.
fn in_c(field: TLField) -> Vec<(&'static str, TLField)> {
    let TLData::Struct { fields } = field.layout().data() else {
        return vec![(field.name(), field)];
    };
    if field.layout().name() != "Peer" {
        return vec![(field.name(), field)];
    }
    let names = [field.name(), "table"];
    names.into_iter().zip(fields.iter()).collect()
}

/// One number per platform.
fn columns(numbers: [usize; 3]) -> String {
    numbers.map(|number| format!(" {number:>3}")).concat()
}

/// The answer of a row, which the description represents by a marker.
fn answered(marker: &TypeLayout) -> String {
    let answer = marker.phantom_fields().iter().next();
    answer.map(|field| name(field.layout())).unwrap_or_default()
}
