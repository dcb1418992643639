//! `cargo xtask bench`: measures the same question to modules in every available way, and generates
//! the table and the chart of the README.

mod chart;
mod figures;
mod machine;
mod readme;
mod synapse;
mod table;
mod ways;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use clap::Args;
use serde::Deserialize;

use crate::build::{program, shared_libraries, target_directory};
use crate::command::{self, Result, cargo};
use figures::{Figures, Row};

/// The workspace of the benchmark.
const WORKSPACE: &str = "benchmarks/side_by_side/Cargo.toml";

#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo xtask bench                                  # about five minutes, and the build
  cargo xtask bench --quick                          # rough figures, to see that everything works
  cargo xtask bench --json figures.json
  cargo xtask bench --write-readme                   # on a quiet machine: updates the README
  cargo xtask bench --from docs/performance.json     # shows what the README was made of

docs/performance.md explains what is measured and how. Run nothing else meanwhile: the spread beside
each time shows whether something else ran. Instructions, locked instructions and allocations are the
same on a busy machine.")]
pub(crate) struct Options {
    /// Also writes the results to this file, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Measures less often: the figures are rough
    #[arg(long)]
    quick: bool,
    /// Measures nothing, and takes the results from a file that `--json` wrote
    #[arg(long, value_name = "FILE", conflicts_with_all = ["quick", "json"])]
    from: Option<PathBuf>,
    /// Rewrites the table of the README, its chart and docs/performance.json
    #[arg(long, conflicts_with = "quick")]
    write_readme: bool,
}

/// Measures, or reads earlier figures, and shows them.
///
/// # Errors
/// The benchmark does not build, an answer was wrong, or a file cannot be written.
pub(crate) fn run(options: &Options) -> Result<()> {
    let figures = match &options.from {
        Some(file) => Figures::read(file)?,
        None => measure(options.quick)?,
    };
    print!("{}", table::table(&figures));
    if let Some(file) = &options.json {
        figures.write(file)?;
    }
    if options.write_readme { readme::write(&figures) } else { Ok(()) }
}

/// The benchmark's output.
#[derive(Deserialize)]
struct Report {
    rows: Vec<Row>,
    left_out: Vec<String>,
}

fn measure(quick: bool) -> Result<Figures> {
    // Synapse first, because it takes longest to build.
    let synapse = synapse::costs()?;
    let folder = target_directory()?.join("side_by_side");
    let build = || {
        let mut build = cargo();
        build.args(["build", "--release", "--manifest-path", WORKSPACE]);
        build.arg("--target-dir").arg(&folder);
        build
    };
    let libraries = shared_libraries(build(), &["side_module", "side_sabi_module"])?;
    let mut side_by_side = Command::new(program(build(), "side_by_side", "side_by_side")?);
    side_by_side.args(libraries).args(quick.then_some("--quick"));
    // The benchmark's progress goes to standard error, like cargo's own.
    let report = command::output(side_by_side.stderr(Stdio::inherit()))?;
    let Report { mut rows, mut left_out } = serde_json::from_str(&report)?;
    match synapse {
        Ok(costs) => synapse::add(&mut rows, &costs)?,
        Err(reason) => left_out.push(format!("synapse_python, synapse_native: {reason}")),
    }
    for reason in left_out {
        println!("left out: {reason}");
    }
    Ok(Figures { machine: machine::described()?, rows })
}

/// Figures for tests of tables and charts.
#[cfg(test)]
fn fixture() -> Figures {
    serde_json::from_str(include_str!("bench/fixture.json")).expect("figures")
}
