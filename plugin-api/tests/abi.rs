//! Shows that the boundary is what `abi.snap` says: every type that crosses it, with its size and
//! the offset of each field, every slot of every table, every callback, every number on the wire, every
//! name a plugin exports.
//!
//! Sizes are those of 64-bit targets. Nothing in the text depends on the compiler.
#![cfg(target_pointer_width = "64")]
#![cfg(not(any(
    hsmod_abi_test = "older_minor",
    hsmod_abi_test = "newer_minor",
    hsmod_abi_test = "other_major",
    hsmod_abi_test = "changed_struct"
)))]

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::path::Path;

use abi_stable::type_layout::{
    ReprAttr, TLData, TLEnum, TLField, TLFunction, TLPrimitive, TypeLayout,
};
use hsmod_plugin_api::ABI;
use hsmod_plugin_api::boundary::{ROOM_ALIGN, Status};
use hsmod_plugin_api::callbacks::CATEGORIES;
use hsmod_plugin_api::module::{RawField, abi_layout};
use hsmod_plugin_api::requests::REQUESTS;
use hsmod_plugin_api::values::answer::Answer;
use hsmod_plugin_api::values::error::RawModuleError;
use hsmod_plugin_api::values::{
    DirectoryVisibility, FederatedEventAction, Permission, RegistrationBehaviour,
};

#[test]
fn the_boundary_is_what_the_snapshot_says() {
    let found = boundary();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("abi.snap");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, found).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        found == expected,
        "the boundary is not what plugin-api/abi.snap says:\n{}\n\
         If that was not meant, a plugin built before would break: undo it. If it was, these go \
         into the same commit:\n\
         - a new row stands at the end of its table, with `since` the new minor version\n\
         - `ABI.minor` is raised once per release (`ABI.major` if anything but the end of a table \
         changed), also for the `hsmod_abi_test` variants\n\
         - a line in CHANGELOG.md\n\
         - the snapshot: UPDATE_SNAPSHOTS=1 cargo test -p hsmod-plugin-api --features host --test abi",
        difference(&expected, &found)
    );
}

/// Lines that only one of the two texts has, each with the heading it stands under.
fn difference(expected: &str, found: &str) -> String {
    fn lines(text: &str) -> Vec<(&str, &str)> {
        let mut heading = "";
        let mut lines = Vec::new();
        for line in text.lines().filter(|line| !line.is_empty()) {
            if !line.starts_with(' ') {
                heading = line.split(" size ").next().unwrap_or(line);
            }
            lines.push((heading, line));
        }
        lines
    }
    let (before, after) = (lines(expected), lines(found));
    let (in_before, in_after): (HashSet<_>, HashSet<_>) =
        (before.iter().collect(), after.iter().collect());
    let mut text = String::new();
    let gone = before.iter().filter(|line| !in_after.contains(line)).map(|line| ('-', line));
    let new = after.iter().filter(|line| !in_before.contains(line)).map(|line| ('+', line));
    for (sign, (heading, line)) in gone.chain(new) {
        let _ = writeln!(text, "{sign} [{heading}] {}", line.trim_start());
    }
    if text.is_empty() { "(the order of lines)".to_owned() } else { text }
}

/// The whole text of the snapshot.
fn boundary() -> String {
    let mut types = Types::default();
    types.visit(abi_layout());
    let mut text = format!(
        "# The boundary between homeserver and plugin, on 64-bit targets. Written by tests/abi.rs.\n\n\
         version {}.{}\n\n{}\n{}{}{}",
        ABI.major,
        ABI.minor,
        exports(),
        numbers(),
        callbacks(),
        requests()
    );
    for part in [types.tables, types.own, types.foreign] {
        for entry in part.into_values() {
            text.push('\n');
            text.push_str(&entry);
        }
    }
    text
}

/// What a plugin exports, by the names that `export_module!` writes.
fn exports() -> String {
    let source = include_str!("../src/module.rs");
    let mut text = "exports\n".to_owned();
    for (kind, attribute) in [("symbol", "export_name = \""), ("section", "link_section = \"")] {
        for (position, _) in source.match_indices(attribute) {
            let name = source[position + attribute.len()..].split('"').next().unwrap_or_default();
            let _ = writeln!(text, "  {kind} {name}");
        }
    }
    text
}

/// Numbers that mean something on the wire.
fn numbers() -> String {
    let mut text = format!("ROOM_ALIGN {ROOM_ALIGN}\n\nStatus\n");
    for (name, status) in [
        ("NEUTRAL", Status::NEUTRAL),
        ("READY", Status::READY),
        ("PENDING", Status::PENDING),
        ("PANICKED", Status::PANICKED),
    ] {
        let _ = writeln!(text, "  {name} {status:?}");
    }
    let _ = writeln!(text, "\nRawModuleError.code");
    let _ = writeln!(text, "  FAILED {}", RawModuleError::FAILED);
    let _ = writeln!(text, "  CANCELLED {}", RawModuleError::CANCELLED);
    let _ = writeln!(text, "  otherwise an HTTP status");
    let _ = writeln!(text, "\nRawField.kind");
    for (name, kind) in [
        ("DEBUG", RawField::DEBUG),
        ("TEXT", RawField::TEXT),
        ("I64", RawField::I64),
        ("U64", RawField::U64),
        ("F64", RawField::F64),
        ("BOOL", RawField::BOOL),
    ] {
        let _ = writeln!(text, "  {name} {kind}");
    }
    choices::<Permission>(&mut text, "Permission");
    choices::<FederatedEventAction>(&mut text, "FederatedEventAction");
    choices::<DirectoryVisibility>(&mut text, "DirectoryVisibility");
    choices::<RegistrationBehaviour>(&mut text, "RegistrationBehaviour");
    text
}

fn choices<A: Answer<Raw = u8> + std::fmt::Debug>(text: &mut String, name: &str) {
    let _ = writeln!(text, "\n{name}");
    for number in 0..=u8::MAX {
        if let Ok(choice) = A::from_raw(number) {
            let _ = writeln!(text, "  {choice:?} {number}");
        }
    }
}

fn callbacks() -> String {
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
fn requests() -> String {
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

/// What was found on the way, by name: the tables, other types of this crate, types of others.
#[derive(Default)]
struct Types {
    visited: HashSet<*const TypeLayout>,
    tables: BTreeMap<String, String>,
    own: BTreeMap<String, String>,
    foreign: BTreeMap<String, String>,
}

impl Types {
    fn visit(&mut self, layout: &'static TypeLayout) {
        if !self.visited.insert(layout) {
            return;
        }
        if let Some(entry) = entry(layout) {
            let part = match (layout.is_prefix_kind(), layout.package().as_str()) {
                (true, env!("CARGO_PKG_NAME")) => &mut self.tables,
                (false, env!("CARGO_PKG_NAME")) => &mut self.own,
                _ => &mut self.foreign,
            };
            let former = part.insert(name(layout), entry.clone());
            let same = former.is_none_or(|former| former == entry);
            assert!(same, "two types are called {}", name(layout));
        }
        // Fields, pointees, and what the functions take and return.
        for reached in layout.shared_vars().type_layouts() {
            self.visit(reached());
        }
    }
}

/// The description of a type; none for what says it all by its name.
fn entry(layout: &TypeLayout) -> Option<String> {
    let described = |kind: &str| {
        let (size, align) = (layout.size(), layout.alignment());
        format!("{kind} {} size {size} align {align}\n", name(layout))
    };
    match layout.data() {
        _ if is_named_only(layout) => None,
        TLData::Primitive(_) | TLData::Opaque => None,
        TLData::Struct { fields } if layout.repr_attr() == ReprAttr::Transparent => {
            Some(described("transparent") + &lines(0, fields.iter()))
        }
        TLData::Struct { fields } => {
            assert_eq!(layout.repr_attr(), ReprAttr::C, "{}", name(layout));
            Some(described("struct") + &lines(0, fields.iter()))
        }
        TLData::Union { fields } => Some(
            described("union") + &fields.iter().map(|field| lines(0, [field])).collect::<String>(),
        ),
        TLData::Enum(variants) => {
            let tag = format!("  tag {:?}\n", layout.repr_attr());
            Some(described("enum") + &tag + &variant_lines(&variants))
        }
        // A table may grow, so that it has no size of its own.
        TLData::PrefixType(table) => {
            Some(format!("table {}\n", name(layout)) + &lines(0, table.fields.iter()))
        }
    }
}

/// Whether nothing is to be said of a type but its name: it only wraps, or lies nowhere.
fn is_named_only(layout: &TypeLayout) -> bool {
    matches!(layout.name(), "PrefixRef" | "Option") || layout.size() == 0
}

/// Fields one behind the other as in C, the first one not before `start`.
fn lines(start: usize, fields: impl IntoIterator<Item = TLField>) -> String {
    let mut offset = start;
    let mut text = String::new();
    for field in fields {
        let layout = field.layout();
        // A field without a size is a lifetime or a type parameter.
        if layout.size() > 0 {
            offset = offset.next_multiple_of(layout.alignment());
            let _ = writeln!(text, "  {offset:>3} {}: {}", field.name(), field_type(&field));
            offset += layout.size();
        }
    }
    text
}

/// Each variant with its fields behind a tag of one byte, as `repr(u8)` lays them out.
fn variant_lines(variants: &TLEnum) -> String {
    let mut fields = variants.fields.iter();
    let counts = variants.field_count.iter().map(|count| usize::from(*count));
    let mut text = String::new();
    for (number, (name, count)) in variants.variant_names_iter().zip(counts).enumerate() {
        let _ = writeln!(text, "  {number} {name}");
        for line in lines(1, fields.by_ref().take(count)).lines() {
            let _ = writeln!(text, "  {line}");
        }
    }
    text
}

fn field_type(field: &TLField) -> String {
    let Some(function) =
        field.function_range().get(0).filter(|_| !field.function_range().is_empty())
    else {
        return name(field.layout());
    };
    let signature = signature(&function);
    if field.is_function() { signature } else { format!("Option<{signature}>") }
}

fn signature(function: &TLFunction) -> String {
    let parameters: Vec<_> =
        function.param_type_layouts.iter().map(|layout| name(layout())).collect();
    let qualifier = if function.fn_qualifs.is_unsafe() { "unsafe " } else { "" };
    let returned = function.return_type_layout().map(|layout| name(layout()));
    let returned = returned.filter(|returned| returned != "()").map(|name| format!(" -> {name}"));
    format!("{qualifier}fn({}){}", parameters.join(", "), returned.unwrap_or_default())
}

/// The name of a type with its type parameters; lifetimes are no part of the boundary.
fn name(layout: &TypeLayout) -> String {
    let first = |fields: &mut dyn Iterator<Item = TLField>| {
        fields.next().map(|field| name(field.layout())).unwrap_or_default()
    };
    if let TLData::Primitive(primitive) = layout.data() {
        let pointee = first(&mut layout.phantom_fields().iter());
        return match primitive {
            TLPrimitive::ConstPtr => format!("*const {pointee}"),
            TLPrimitive::MutPtr => format!("*mut {pointee}"),
            TLPrimitive::SharedRef => format!("&{pointee}"),
            TLPrimitive::MutRef => format!("&mut {pointee}"),
            TLPrimitive::Array => format!("[{pointee}; {}]", layout.size()),
            _ => layout.name().to_owned(),
        };
    }
    let fields = || layout.get_fields().into_iter().flat_map(|fields| fields.iter());
    let parameters = match layout.name() {
        "PrefixRef" | "PhantomData" => vec![first(&mut layout.phantom_fields().iter())],
        // These do not tell their parameters, but hold them.
        "ROption" | "RResult" | "Tuple2" => fields().map(|field| name(field.layout())).collect(),
        "RawEach" => fields().skip(1).map(|field| name(field.layout())).collect(),
        "RSlice" | "RVec" => {
            let pointer = first(&mut fields());
            let of_vec = pointer.strip_prefix("NonNull<").and_then(|rest| rest.strip_suffix('>'));
            let element = of_vec.or_else(|| pointer.strip_prefix("*const "));
            vec![element.expect("a pointer to its elements").to_owned()]
        }
        _ => layout.generics().type_params().iter().map(|layout| name(layout())).collect(),
    };
    if parameters.is_empty() {
        layout.name().to_owned()
    } else {
        format!("{}<{}>", layout.name(), parameters.join(", "))
    }
}
