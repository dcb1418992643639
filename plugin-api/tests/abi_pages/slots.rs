//! Generates the page `docs/abi/slots.md` from the rows and the structures of their arguments.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

use abi_stable::type_layout::{TLField, TypeLayout};
use hsmod_plugin_api::callbacks::CATEGORIES;
use hsmod_plugin_api::module::abi_layout;
use hsmod_plugin_api::requests::REQUESTS;

use crate::answers::known;
use crate::structures::{fields_of, name_in_c, places};

const HEAD: &str = "\
# Slots

Every row of every table: its slot, the structure of its arguments, its answer. Slots are counted from 0;
slot *n* is the function at offset `8 + n * sizeof(pointer)`. The number after each argument is its
offset in the structure on 64-bit platforms. *Bytes* is the size of the structure, which begins with
[two numbers](calls.md#arguments).

[Callbacks](../callbacks.md), [requests](../requests.md) and [services](../services.md) say what the rows
mean, when they are called and what a failure causes; [calls](calls.md) says how a row is called, and
[answers](answers.md) and [JSON](json.md) what its answer consists of.

This page is generated from the code:
`UPDATE_SNAPSHOTS=1 cargo test -p hsmod-plugin-api --features host,layout --test abi_pages`.

";

const ARGUMENTS: &str = "\
| argument in C | value |
| --- | --- |
| `hsmod_str` | a string |
| `hsmod_str?` | a string, or none |
| `hsmod_str: JSON` | one JSON value: see [arguments](json.md#arguments) |
| `hsmod_x *` | a view, not null |
| `hsmod_x *?` | a view, or null |
| `hsmod_slice_of_x` | an array of views |

";

const CALLBACKS: &str = "\
## Callbacks

A module registers its callbacks with `register_callbacks`, by the names of the tables in the headings.
*Each* marks a row that is asked about several items in one call.
";

const REQUESTS_HEAD: &str = "\
## Requests

A module obtains these tables with `extension`, by the names in the headings. The `object` of their slots
is `host`. *Locks* names the room whose lock the host may need in order to answer.
";

/// The page.
pub(crate) fn page() -> String {
    let rows = Rows::found();
    let mut page = [HEAD, ARGUMENTS, CALLBACKS].concat();
    for category in CATEGORIES {
        let name = category.name;
        let _ = write!(
            page,
            "\n### `{name}/1`\n\n| slot | callback | arguments | bytes | answer | since |\n"
        );
        page += "| --- | --- | --- | --- | --- | --- |\n";
        for (slot, row) in category.callbacks.iter().enumerate() {
            let (arguments, size, each) = rows.arguments(row.name, row.arguments);
            let answer = answer(row.answer, each);
            let (name, since) = (row.name, row.since);
            let _ = writeln!(
                page,
                "| {slot} | `{name}` | {arguments} | {size} | {answer} | 2.{since} |"
            );
        }
    }
    page.push('\n');
    page += REQUESTS_HEAD;
    for group in REQUESTS {
        let name = group.first().map_or("", |row| row.group);
        let _ = write!(
            page,
            "\n### `{name}/1`\n\n| slot | request | arguments | bytes | answer | locks | since |\n"
        );
        page += "| --- | --- | --- | --- | --- | --- | --- |\n";
        for (slot, row) in group.iter().enumerate() {
            let (arguments, size, _) = rows.arguments(row.name, row.arguments);
            let (name, since, answer) = (row.name, row.since, answer(row.answer, false));
            let locks = row.locks.map(|room| format!("`{room}`")).unwrap_or_default();
            let _ = writeln!(
                page,
                "| {slot} | `{name}` | {arguments} | {size} | {answer} | {locks} | 2.{since} |"
            );
        }
    }
    page
}

/// An answer, with its form in C.
fn answer(name: &str, each: bool) -> String {
    let known = known(name);
    match (known.in_c, each) {
        ("none", _) => "none".to_owned(),
        (_, true) => format!("each `{name}`"),
        (_, false) if known.is_json => format!("`{name}`: JSON"),
        (in_c, false) => format!("`{name}`: `{in_c}`"),
    }
}

/// The structures of the rows' arguments, by the names of the rows.
#[derive(Default)]
struct Rows {
    visited: HashSet<*const TypeLayout>,
    rows: BTreeMap<&'static str, Vec<&'static TypeLayout>>,
}

impl Rows {
    fn found() -> Self {
        let mut rows = Self::default();
        rows.visit(abi_layout());
        rows
    }

    fn visit(&mut self, layout: &'static TypeLayout) {
        if !self.visited.insert(layout) {
            return;
        }
        if layout.name().starts_with(|first: char| first.is_ascii_lowercase()) {
            self.rows.entry(layout.name()).or_default().push(layout);
        }
        for reached in layout.shared_vars().type_layouts() {
            self.visit(reached());
        }
    }

    /// The arguments of a row with their offsets, the size of their structure, and whether the
    /// first is one of several.
    ///
    /// # Panics
    /// If no structure has exactly these arguments.
    fn arguments(&self, row: &str, arguments: &[(&str, &str)]) -> (String, usize, bool) {
        let named = |layout: &&&'static TypeLayout| {
            let fields = fields_of(layout).unwrap_or_default();
            let names = fields.iter().skip(2).map(TLField::name);
            names.eq(arguments.iter().map(|(name, _)| *name))
        };
        let layout = self.rows.get(row).and_then(|layouts| layouts.iter().find(named));
        let layout = layout.unwrap_or_else(|| panic!("`{row}` has no structure of its arguments"));
        let places = places(&fields_of(layout).unwrap_or_default());
        let mut each = false;
        let cells = places.iter().skip(2).zip(arguments).map(|((place, field), (name, kind))| {
            let several = field.layout().name() == "Slice";
            each |= several && !kind.starts_with("&[");
            format!("`{name}: {}` {place}", in_c(kind, several))
        });
        let cells: Vec<String> = cells.collect();
        (cells.join(", "), layout.size(), each)
    }
}

/// The C type of an argument.
fn in_c(kind: &str, several: bool) -> String {
    match kind {
        "bool" => return "hsmod_flag".to_owned(),
        "u64" => return "uint64_t".to_owned(),
        "i64" => return "int64_t".to_owned(),
        "Duration" => return "uint64_t, nanoseconds".to_owned(),
        "Option<i64>" => return "hsmod_number".to_owned(),
        "&[u8]" => return "hsmod_bytes".to_owned(),
        "&str" | "&UserId" | "&RoomId" | "&RoomAlias" => return "hsmod_str".to_owned(),
        "Option<&str>" | "Option<&UserId>" => return "hsmod_str?".to_owned(),
        "&JsonStr" => return "hsmod_str: JSON".to_owned(),
        "MediaUploadLimit" => return "const hsmod_lent_media_upload_limit *".to_owned(),
        _ => {}
    }
    let optional = kind.starts_with("Option<");
    let changed = kind.starts_with("&mut ");
    let name = kind
        .trim_start_matches("Option<")
        .trim_start_matches('&')
        .trim_start_matches("mut ")
        .trim_start_matches('[');
    let name = name.split('<').next().unwrap_or_default();
    assert!(name.starts_with(char::is_uppercase), "how is `{kind}` written in C?");
    let view = name_in_c(name);
    match (several, changed, optional) {
        (true, ..) => view.replacen("hsmod_", "hsmod_slice_of_", 1),
        (_, true, _) => format!("{view} *"),
        (_, _, true) => format!("const {view} *?"),
        _ => format!("const {view} *"),
    }
}
