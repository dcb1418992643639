//! What is asked, of how many modules; and the child processes in which it is measured.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::subject::{Case, Subject};
use crate::{allocations, instructions, locked, time};

/// A case, with this many modules of a plugin.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Setting {
    /// The plugin's file.
    pub plugin: PathBuf,
    /// The case.
    pub case: Case,
    /// How many modules are asked.
    pub modules: usize,
}

impl Setting {
    /// A case, with this many modules of a plugin.
    pub fn new(plugin: &Path, case: Case, modules: usize) -> Self {
        Self { plugin: plugin.to_owned(), case, modules }
    }

    /// Loads the modules.
    ///
    /// # Panics
    /// They do not load.
    pub fn subject(&self) -> Subject {
        Subject::load(&self.plugin, self.modules)
    }

    /// Makes `program` run this program again, with this setting and the argument `mode`.
    pub(crate) fn hand_to<'c>(&self, program: &'c mut Command, mode: &str) -> &'c mut Command {
        program.arg(mode).arg(&self.plugin).arg(self.case.name()).arg(self.modules.to_string())
    }
}

/// Runs this program again, and returns the number that it prints.
///
/// # Panics
/// It fails.
pub fn run(program: &mut Command) -> f64 {
    let output = program.output().expect("this program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("a number")
}

/// Measures, if this program was run again for that; returns whether it was.
///
/// # Panics
/// Its arguments are not a setting.
pub fn measured(arguments: &[String]) -> bool {
    let [_, mode, plugin, case, modules, rest @ ..] = arguments else { return false };
    let setting =
        || Setting::new(Path::new(plugin), case_named(case), modules.parse().expect("a number"));
    match (mode.as_str(), rest) {
        (instructions::MODE, [times]) => {
            let setting = setting();
            setting.subject().ask(setting.case, times.parse().expect("a number"));
        }
        (allocations::MODE, []) => println!("{}", allocations::here(&setting())),
        (locked::MODE, []) => locked::show(&setting()),
        (time::MODE, [base]) => println!("{}", time::here(&setting(), case_named(base))),
        _ => return false,
    }
    true
}

fn case_named(name: &str) -> Case {
    Case::named(name).expect("a case")
}
