//! `hsmod inspect`: what plugins say of themselves, read without running them.

use std::path::{Path, PathBuf};

use clap::Args;
use hsmod_loader::ABI;
use hsmod_loader::inspection::{Inspection, Platform, inspect_file};
use hsmod_loader::problem::{Problem, Report};
use serde::Serialize;

use crate::exit::Exit;
use crate::output::Output;

#[derive(Args)]
#[command(after_help = "\
Example:
  hsmod inspect plugins/*.so

Exit codes: 0 all of them can be loaded here, 1 one cannot, 2 a file cannot be read")]
pub(crate) struct Options {
    /// The plugins: shared libraries
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Prints one JSON object a file
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(options: &Options, output: &mut Output) -> Exit {
    let platform = Platform::here(ABI);
    let mut exit = Exit::Well;
    for (index, file) in options.files.iter().enumerate() {
        let mut report = Report::default();
        let inspected = inspect_file(file, &platform, &mut report);
        output.aside(&report.problems);
        match inspected {
            Some(inspected) if output.is_json() => output.json(&inspected.inspection),
            Some(inspected) => {
                if index > 0 {
                    output.line("");
                }
                show(&inspected.inspection, output);
            }
            None => {
                exit = exit.max(how_bad(file));
                if output.is_json() {
                    output.json(&Refused { file, problems: &report.problems });
                }
            }
        }
    }
    exit
}

#[derive(Serialize)]
struct Refused<'a> {
    file: &'a Path,
    problems: &'a [Problem],
}

/// Whether it is a plugin that cannot be loaded, or no file that could be read at all.
fn how_bad(file: &Path) -> Exit {
    if std::fs::File::open(file).is_ok() { Exit::No } else { Exit::Wrong }
}

fn show(inspection: &Inspection, output: &mut Output) {
    let manifest = &inspection.manifest;
    output.line(&format!("{} {}", manifest.name, manifest.version));
    let authors = manifest.authors.join(", ");
    let abi = format!("{} (hsmod-plugin-api {})", manifest.abi, manifest.plugin_api);
    let built = format!("{} for {}, panic = {}", manifest.rustc, manifest.target, manifest.panic);
    let glibc =
        inspection.glibc.map_or_else(|| "not needed".to_owned(), |v| format!("{v} or newer"));
    let static_tls = if inspection.static_tls { "yes" } else { "" };
    let file = inspection.file.display().to_string();
    let callbacks = manifest.callbacks.iter().flat_map(|(category, callbacks)| {
        callbacks.iter().map(move |callback| format!("{category}.{callback}"))
    });
    let callbacks: Vec<String> = callbacks.collect();
    let rows = [
        ("description", manifest.description.as_str()),
        ("authors", &authors),
        ("file", &file),
        ("sha256", &inspection.sha256),
        ("ABI", &abi),
        ("built by", &built),
        ("processor", &inspection.arch),
        ("glibc", &glibc),
        ("static TLS", static_tls),
    ];
    for (name, value) in rows.into_iter().filter(|(_, value)| !value.is_empty()) {
        output.line(&format!("  {name:<12} {value}"));
    }
    for (index, callback) in callbacks.iter().enumerate() {
        let name = if index == 0 { "callbacks" } else { "" };
        output.line(&format!("  {name:<12} {callback}"));
    }
}
