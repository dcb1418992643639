//! `hsmod inspect`: what plugins say about themselves, read without running them.

mod folder;
mod shown;

use std::path::{Path, PathBuf};

use clap::Args;
use hsmod_loader::ABI;
use hsmod_loader::inspection::{Platform, inspect_file};
use hsmod_loader::problem::{Problem, Report};
use serde::Serialize;

use crate::exit::Exit;
use crate::output::Output;

#[derive(Args)]
#[command(after_help = "\
Example:
  hsmod inspect plugins/
  hsmod inspect target/release/libdemo.so

What it needs of other libraries is shown, too; --json lists each undefined symbol.

Exit codes: 0 all of them can be loaded here, 1 one cannot, 2 a file cannot be read")]
pub(crate) struct Options {
    /// The plugins: shared libraries, or folders of them
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Prints one JSON object per file
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(options: &Options, output: &mut Output) -> Exit {
    let mut inspection = Inspecting { platform: Platform::here(ABI), shown: false, output };
    let files = options.files.iter();
    files.map(|file| inspection.path(file)).max().unwrap_or(Exit::Well)
}

struct Inspecting<'a> {
    platform: Platform,
    /// Whether a plugin was shown already.
    shown: bool,
    output: &'a mut Output,
}

impl Inspecting<'_> {
    fn path(&mut self, path: &Path) -> Exit {
        if !path.is_dir() {
            return self.file(path);
        }
        match folder::plugins(path) {
            Ok(folder) => {
                self.aside(folder.others.as_slice());
                folder.plugins.iter().map(|file| self.file(file)).max().unwrap_or(Exit::Well)
            }
            Err((problem, exit)) => {
                self.refuse(path, &[*problem]);
                exit
            }
        }
    }

    fn file(&mut self, file: &Path) -> Exit {
        let mut report = Report::default();
        match inspect_file(file, &self.platform, &mut report) {
            Some(inspected) => {
                self.aside(&report.problems);
                if self.output.is_json() {
                    self.output.json(&*inspected.inspection);
                } else {
                    if std::mem::replace(&mut self.shown, true) {
                        self.output.line("");
                    }
                    shown::show(&inspected.inspection, self.output);
                }
                Exit::Well
            }
            None => {
                self.refuse(file, &report.problems);
                how_bad(file)
            }
        }
    }

    /// Flushes stdout first, so that a person sees answers and problems in order.
    fn aside(&mut self, problems: &[Problem]) {
        self.output.flush();
        self.output.aside(problems);
    }

    fn refuse(&mut self, file: &Path, problems: &[Problem]) {
        self.aside(problems);
        if self.output.is_json() {
            self.output.json(&Refused { file, problems });
        }
    }
}

#[derive(Serialize)]
struct Refused<'a> {
    file: &'a Path,
    problems: &'a [Problem],
}

/// Distinguishes a plugin that cannot be loaded from a file that cannot be read. Only regular files
/// are opened, since opening a pipe would block.
fn how_bad(file: &Path) -> Exit {
    match std::fs::metadata(file) {
        Ok(metadata) if !metadata.is_file() => Exit::No,
        Ok(_) if std::fs::File::open(file).is_ok() => Exit::No,
        _ => Exit::Wrong,
    }
}
