//! A homeserver in a separate process, for modules that may take it down: it loads the modules of a
//! config a given number of times and exits.
#![forbid(unsafe_code)]

use std::process::{ExitCode, exit};
use std::time::Duration;

use hsmod_loader::{Config, Host, Modules};
use tokio::runtime::Builder;

/// The exit code if the modules are refused.
const REFUSED: u8 = 3;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [config, starts, end] = arguments.as_slice() else {
        eprintln!("usage: embedder CONFIG STARTS return|exit");
        return ExitCode::from(2);
    };
    let mut builder = match end.as_str() {
        "return" => Builder::new_multi_thread(),
        _ => Builder::new_current_thread(),
    };
    let runtime = builder.worker_threads(2).enable_all().build().expect("a runtime can be built");
    runtime.block_on(async {
        let mut refused = false;
        for _ in 0..starts.parse().unwrap_or(1) {
            refused = !is_started(config).await;
        }
        match (refused, end.as_str()) {
            (false, _) => ExitCode::SUCCESS,
            (true, "return") => ExitCode::from(REFUSED),
            (true, _) => exit(REFUSED.into()),
        }
    })
}

async fn is_started(config: &str) -> bool {
    let modules = match Config::from_file(config) {
        Ok(config) => Modules::load(config, Host::new("example.com")).await,
        Err(error) => Err(error),
    };
    match modules {
        Ok(modules) => {
            modules.shutdown(Duration::from_secs(10)).await;
            true
        }
        Err(error) => {
            println!("{error}");
            // Give threads of the modules time to do something.
            tokio::time::sleep(Duration::from_millis(100)).await;
            false
        }
    }
}
