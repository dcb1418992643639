//! Asks modules the same questions in every way that there is, and writes what each takes.
//!
//! `cargo xtask bench` builds this and what it loads, and shows what it writes. By hand:
//! `side_by_side PLUGIN SABI_LIBRARY` writes JSON to the standard output, and what it is at
//! to the standard error. With another first argument it is one of its own child processes.

mod case;
mod events;
mod ways;

use std::process::ExitCode;

use case::Case;
use events::About;
use ways::Files;

const USAGE: &str = "usage: side_by_side PLUGIN SABI_LIBRARY; start `cargo xtask bench`";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<(), String> {
    let files = |plugin: &str, sabi: &str| {
        // What is no path would be taken for a plugin's name.
        let absolute = |file| std::path::absolute(file).map_err(|error| format!("{file}: {error}"));
        Ok::<Files, String>(Files { plugin: absolute(plugin)?, sabi: absolute(sabi)? })
    };
    match *arguments {
        [plugin, sabi] => {
            ask(&files(plugin, sabi)?);
            Ok(())
        }
        _ => Err(USAGE.to_owned()),
    }
}

/// Asks everything once.
fn ask(files: &Files) {
    for case in Case::all() {
        for way in case.ways() {
            let ask = ways::load(*way, case, files);
            ask(About::Evil);
            ask(About::Good(1));
            println!("{case}: {}", way.name());
        }
    }
}
