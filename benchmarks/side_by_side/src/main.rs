//! Asks modules the same questions in all ways, and prints what each costs.
//!
//! `cargo xtask bench` builds this and what it loads, and shows its output. By hand:
//! `side_by_side PLUGIN SABI_LIBRARY [--quick]` prints JSON to standard output and its progress to
//! standard error. With another first argument it acts as one of its own child processes.

mod case;
mod count;
mod events;
mod report;
mod state;
mod time;
mod ways;

use std::process::ExitCode;

use case::{Case, LEFT_OUT, Way};
use report::{Report, Row};
use time::Effort;
use ways::{Files, service, unix_socket, webhook};

/// The loader times one call in 64, so 64 questions are counted.
const EFFORT: Effort = Effort { processes: 9, rounds: 31, counted: 64 };
/// Enough to see that everything works.
const QUICK: Effort = Effort { processes: 1, rounds: 7, counted: 1 };

const USAGE: &str = "usage: side_by_side PLUGIN SABI_LIBRARY [--quick]; start `cargo xtask bench`";

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
        // A bare file name would be taken for a plugin's name.
        let absolute = |file| std::path::absolute(file).map_err(|error| format!("{file}: {error}"));
        Ok::<Files, String>(Files { plugin: absolute(plugin)?, sabi: absolute(sabi)? })
    };
    match *arguments {
        [service::MODE, "webhook"] => webhook::serve().map_err(|error| error.to_string()),
        [service::MODE, "unix_socket"] => unix_socket::serve().map_err(|error| error.to_string()),
        [time::MODE, case, plugin, sabi, rounds] => {
            let rounds = rounds.parse().map_err(|_| USAGE)?;
            println!("{}", time::here(case.parse()?, &files(plugin, sabi)?, rounds));
            Ok(())
        }
        [count::MODE, case, plugin, sabi, way] => {
            count::here(way.parse()?, case.parse()?, &files(plugin, sabi)?)
        }
        [plugin, sabi] => measure(&files(plugin, sabi)?, EFFORT),
        [plugin, sabi, "--quick"] => measure(&files(plugin, sabi)?, QUICK),
        _ => Err(USAGE.to_owned()),
    }
}

/// Measures everything, and prints it.
fn measure(files: &Files, effort: Effort) -> Result<(), String> {
    let cases = Case::all();
    let mut report = Report {
        rows: Vec::new(),
        left_out: LEFT_OUT.iter().map(|reason| (*reason).to_owned()).collect(),
    };
    for (place, case) in cases.iter().enumerate() {
        let (question, modules) = (case.question, case.modules);
        eprintln!("[{:>2}/{}] {question}, modules: {modules}", place + 1, cases.len());
        let times = time::of(*case, files, effort)?;
        for (way, times) in case.ways().iter().zip(times) {
            let counts = counted(*way, *case, files, effort, &mut report.left_out);
            report.rows.push(Row::new(*case, *way, times, counts));
        }
    }
    println!("{}", serde_json::to_string(&report).map_err(|error| error.to_string())?);
    Ok(())
}

/// The cost of one question, if it can be counted; otherwise the reason is noted once.
fn counted(
    way: Way,
    case: Case,
    files: &Files,
    effort: Effort,
    left_out: &mut Vec<String>,
) -> Option<count::Counts> {
    if !way.is_inside() || !case.is_counted() {
        return None;
    }
    match count::of(way, case, files, effort.counted) {
        Ok(counts) => Some(counts),
        Err(error) => {
            let reason = format!("instructions, locked, allocations of {}: {error}", way.name());
            if !left_out.contains(&reason) {
                left_out.push(reason);
            }
            None
        }
    }
}
