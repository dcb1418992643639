//! Shows that `include/hsmod.h` agrees with the code: it is generated from the rows and structures.
//!
//! The parts that are not generated are copied from `helpers.h` in this folder.
#![cfg(target_pointer_width = "64")]

mod text;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use hsmod_abi::{Member, Shapes, Spelling, Structure};
use hsmod_plugin_api::described::{self, Extension};

use self::text::{comment, first_paragraph};

#[test]
fn the_header_is_what_the_code_says() {
    let found = header();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("include/hsmod.h");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, found).unwrap();
        return;
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    let other = written.lines().zip(found.lines()).find(|(written, found)| written != found);
    assert!(
        written == found,
        "plugin-api/include/hsmod.h is not what the code says: a row, a structure or a number was \
         changed. Run `cargo xtask header` and look at the difference; it begins here:\n{other:#?}"
    );
}

/// The whole header.
fn header() -> String {
    let shapes = described::shapes();
    let extensions = [described::categories(), described::groups()];
    let mut text = include_str!("head.h").to_owned();
    numbers(&mut text);
    names(&mut text, &extensions);
    text.push_str("// Everything that crosses.\n\n");
    for structure in shapes.structures() {
        let _ = writeln!(text, "typedef struct {0} {0};", structure.name);
    }
    let docs = row_docs(&extensions);
    for structure in shapes.structures() {
        text.push_str(&declared(structure, &shapes, &docs));
    }
    answers(&mut text, &shapes);
    assertions(&mut text, shapes.structures());
    text.push_str(include_str!("helpers.h"));
    text
}

fn numbers(text: &mut String) {
    for numbers in described::numbers() {
        let _ = writeln!(text, "// {}", numbers.doc);
        for (name, number, meaning) in numbers.numbers {
            let define = format!("#define HSMOD_{}_{name} {number}", numbers.name);
            let _ = match meaning {
                "" => writeln!(text, "{define}"),
                _ => writeln!(text, "{define} // {meaning}"),
            };
        }
        text.push('\n');
    }
}

/// The names under which tables are registered and looked up.
fn names(text: &mut String, [categories, groups]: &[Vec<Extension>; 2]) {
    let mut define = |heading: &str, prefix: &str, extensions: &[Extension]| {
        let _ = writeln!(text, "// {heading}");
        for Extension { name, table, .. } in extensions {
            let upper = name.to_uppercase();
            let _ = writeln!(text, "#define HSMOD_{prefix}_{upper} \"{name}/1\" // {table}");
        }
        text.push('\n');
    };
    define(
        "Categories of callbacks, by which a module registers its tables.",
        "CATEGORY",
        categories,
    );
    define("Groups of requests, for `extension` of the host's table.", "GROUP", groups);
    text.push_str("// Where the log goes, for the same.\n");
    text.push_str("#define HSMOD_EXTENSION_LOG \"log/1\" // hsmod_log_table\n\n");
}

/// The documentation of the rows of each table, by table and row.
type Docs = HashMap<(String, &'static str), &'static [&'static str]>;

fn row_docs(extensions: &[Vec<Extension>; 2]) -> Docs {
    let rows = |extension: &Extension| {
        let table = extension.table.clone();
        extension.rows.clone().into_iter().map(move |(name, doc)| ((table.clone(), name), doc))
    };
    extensions.iter().flatten().flat_map(rows).collect()
}

/// A structure or table.
fn declared(structure: &Structure, shapes: &Shapes, docs: &Docs) -> String {
    let mut text = format!("\n{}struct {} {{\n", comment("", &structure.doc), structure.name);
    for member in &structure.members {
        text.push_str(&field(structure, member, shapes, docs));
    }
    if structure.members.is_empty() {
        // C has no empty structures.
        text.push_str("    uint32_t unused;\n");
    }
    text + "};\n"
}

fn field(structure: &Structure, member: &Member, shapes: &Shapes, docs: &Docs) -> String {
    let key = (structure.name.clone(), member.name);
    let mut text = match docs.get(&key) {
        Some(doc) => comment("    ", &first_paragraph(doc)),
        None => comment("    ", &member.doc),
    };
    if !member.spelling.note().is_empty() {
        let _ = writeln!(text, "    /// {}", member.spelling.note());
    }
    if let Some(answer) = shapes.answer_of(&structure.name, member.name) {
        let _ = writeln!(text, "    /// Answers `{}`.", answer_name(answer));
    }
    text + &declaration(&member.spelling.declare(member.name))
}

/// Declares a field, with names for the parameters of slots; on two lines if it is long.
fn declaration(field: &str) -> String {
    let named = match field.strip_suffix(" *, hsmod_frame *)") {
        Some(slot) => {
            slot.replace(")(const void *, ", ")(const void *object, ")
                + " *args, hsmod_frame *frame)"
        }
        None => field.to_owned(),
    };
    match named.split_once(")(") {
        Some((name, arguments)) if named.len() > LONG => {
            format!("    {name})(\n        {arguments};\n")
        }
        _ => format!("    {named};\n"),
    }
}

/// Longer than a line.
const LONG: usize = 95;

/// The name of the structure of a row's answer.
fn answer_name(answer: Option<&Spelling>) -> String {
    let part = answer.map_or_else(|| "done".to_owned(), |answer| answer.declare(""));
    format!("hsmod_{}_answer", part.trim_start_matches("hsmod_").trim_end_matches("_t"))
}

/// The structures of answers: a head, and the body of each kind.
fn answers(text: &mut String, shapes: &Shapes) {
    text.push_str(
        "\n// The answers of rows: a head, followed by the body of its kind. The caller provides room \
         for a whole\n// answer and owns it; the callee writes at most `out_size` bytes.\n",
    );
    let all = shapes.answers().into_iter().map(Some);
    for answer in [None].into_iter().chain(all) {
        let name = answer_name(answer);
        let ok =
            answer.map(|answer| format!("        {};\n", answer.declare("ok"))).unwrap_or_default();
        let _ = write!(
            text,
            "\ntypedef struct {name} {{\n    HSMOD_ALIGNED uint32_t size;\n    uint32_t kind;\n    \
             union {{\n{ok}        hsmod_error error;\n        hsmod_panic panic;\n    }} as;\n\
             }} {name};\n"
        );
    }
}

/// Asserts sizes and offsets on 64-bit platforms.
fn assertions(text: &mut String, structures: &[Structure]) {
    text.push_str("\n// Sizes and places of everything, where pointers have 64 bits.\n");
    text.push_str("#if UINTPTR_MAX == 0xffffffffffffffff\n");
    for structure in structures.iter().filter(|structure| !structure.members.is_empty()) {
        let Structure { name, size, members, .. } = structure;
        let _ = writeln!(text, "HSMOD_ASSERT(sizeof({name}) == {size}, {name}_is_whole);");
        for Member { name: field, offset, .. } in members {
            let _ = writeln!(
                text,
                "HSMOD_ASSERT(offsetof({name}, {field}) == {offset}, {name}_{field});"
            );
        }
    }
    text.push_str("#endif\n\n");
}
