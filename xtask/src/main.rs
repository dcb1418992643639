//! `cargo xtask`: everything CI does, and everything that builds plugins for a demo.
//!
//! Each command is one file; `cargo xtask help` lists them. A command's own output goes to stdout,
//! cargo's progress to stderr.

mod bench;
mod book;
mod build;
mod bundle;
mod c_compilers;
mod ci;
mod command;
mod compilers;
mod demo;
mod deny;
mod header;
mod layout;
mod lock;
mod python;
mod sanitize;
mod summary;
mod synapse;
mod tool;
mod wheel;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

fn main() -> ExitCode {
    let task = Cli::parse().task;
    match enter_workspace().and_then(|()| task.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Everything CI does, and everything that builds plugins for a demo.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", after_help = FIRST_STEPS)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

const FIRST_STEPS: &str = "\
Before you push:            cargo xtask ci
To see modules at work:     cargo xtask demo
After changing the ABI:     cargo xtask header, cargo xtask compilers
After writing unsafe code:  cargo xtask sanitize
After adding a dependency:  cargo xtask deny
To read the book:           cargo xtask book
To test inside Synapse:     cargo xtask synapse
To install it somewhere:    cargo xtask wheel
To give it to operators:    cargo xtask bundle
To compare its speed:       cargo xtask bench";

#[derive(Subcommand)]
enum Task {
    /// Measures modules side by side: compiled in, hsmod, other libraries, WebAssembly, services
    ///
    /// Asks the same questions of 1, 3 and 10 modules in every way that a homeserver has, and checks
    /// every answer: an async function, a boxed one, a plugin, a library of abi_stable, WebAssembly, a
    /// service over HTTP, a process over a Unix socket; and modules in Synapse, if `cargo xtask
    /// synapse` has fetched it. The other systems are built in a separate workspace (the first time,
    /// that takes about five minutes and 1.5 GB below cargo's target directory).
    Bench(bench::Options),
    /// Builds the book from `docs/`, and checks its links
    ///
    /// Installs mdBook below cargo's target directory if it is missing (about two minutes). The pages
    /// are written there, too.
    Book(book::Options),
    /// Builds the folder that operators download: plugins, command, wheel, digests, contents
    ///
    /// All plugins of plugins/ and the `hsmod` command, without debug information, the Python package,
    /// a modules.yaml to begin with, SHA256SUMS, and for each binary a list of its components, made by
    /// cargo-cyclonedx (installed below cargo's target directory if it is missing, about two minutes).
    Bundle(bundle::Options),
    /// Runs what CI runs: format, lints, documentation, demo and tests
    ///
    /// Stops at the first step that fails and says how to run that step alone. The last lines are
    /// the summary of the tests.
    Ci(ci::Options),
    /// Builds the `hsmod` command and two plugins, and shows them working
    Demo,
    /// Builds plugins with other compilers than yours and loads them
    ///
    /// The compilers are Debian's packages `rustc-web`, which apt-get fetches from the sources of this
    /// machine. They are unpacked below cargo's target directory (0.4 GB each). Nothing is installed,
    /// and a second run fetches nothing.
    Compilers(compilers::Options),
    /// Checks licences, sources and banned crates of all dependencies
    ///
    /// Installs `cargo deny` if it is missing (about two minutes) and runs it with the rules in
    /// deny.toml. The database of security advisories is a separate git repository; on a machine that
    /// reaches only the package registry, everything else is checked.
    Deny(deny::Options),
    /// Writes the C header of the boundary, plugin-api/include/hsmod.h
    ///
    /// It is generated from the rows, structures and numbers in the code; the tests compare it.
    Header(header::Options),
    /// Checks the format of the Python code, or formats it
    Layout(layout::Options),
    /// Runs the tests of the boundary under AddressSanitizer
    ///
    /// Builds tests and plugins with the sanitizer of this compiler, in `sanitize/` below cargo's target
    /// directory (the first time, that takes about ten minutes and 8 GB). First it runs programs and
    /// plugins that misuse memory on purpose: each must be detected. Then it runs the tests: memory
    /// that is used after it was freed, past its end, or after its function has returned, on either
    /// side of the boundary, ends them with a report, and memory that was never freed fails them at
    /// their end. Linux only.
    Sanitize(sanitize::Options),
    /// Tests native modules in a real Synapse
    ///
    /// Builds the wheel and the plugins for tests, and runs the tests of the folder synapse/ in
    /// Synapse's own in-memory homeserver, by trial. The first run makes a virtual environment below
    /// cargo's target directory and fetches Synapse from PyPI (about a minute and 60 MB); later ones
    /// fetch nothing, until a file in synapse/requirements/ changes. It needs Python 3.10 or newer;
    /// `PYTHON=/path/to/python3` chooses one.
    Synapse(synapse::Options),
    /// Builds the Python package that operators install
    ///
    /// One wheel with the loader, the plugins of plugins/ and the `hsmod` command, for CPython 3.10
    /// and newer. The first run fetches maturin from PyPI. Its platform tag names the glibc of this
    /// machine: build on the oldest system that it is to run on.
    Wheel(wheel::Options),
}

impl Task {
    fn run(self) -> command::Result<()> {
        match self {
            Self::Bench(options) => bench::run(&options),
            Self::Book(options) => book::run(&options),
            Self::Bundle(options) => bundle::run(&options),
            Self::Ci(options) => ci::run(&options),
            Self::Demo => demo::run(),
            Self::Compilers(options) => compilers::run(&options),
            Self::Deny(options) => deny::run(&options),
            Self::Header(options) => header::run(&options),
            Self::Layout(options) => layout::run(&options),
            Self::Sanitize(options) => sanitize::run(&options),
            Self::Synapse(options) => synapse::run(&options),
            Self::Wheel(options) => wheel::run(&options),
        }
    }
}

/// Changes to the root of the repository, where `cargo test` means all crates, wherever the user
/// started.
fn enter_workspace() -> command::Result<()> {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").ok_or("run this as `cargo xtask`")?;
    let root = std::path::Path::new(&manifest).parent().ok_or("xtask/ lies in no folder")?;
    Ok(std::env::set_current_dir(root)?)
}
