//! Run by a test of the start: a homeserver that parses its modules' configs, forks like a daemon,
//! and starts the modules in the child. It reports on stdout and exits with the child's code.
#![deny(unsafe_code)]

use std::collections::BTreeSet;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use hsmod_loader::{Config, Host, Json, LoadError, Modules, Parsed};
use tokio::runtime::{Builder, Runtime};

const EVENT: &str = r#"{"event_id": "$e", "room_id": "!r:b", "sender": "@evil:example.com",
    "type": "m.room.message", "origin_server_ts": 1, "content": {}}"#;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [config, how] = &*arguments else {
        return Err("usage: daemon CONFIG alone|within_timeouts|twice".into());
    };
    let read = || Config::from_file(config);
    match &**how {
        "alone" => become_daemon(Parsed::new(read()?), config),
        "within_timeouts" => {
            let parsed = runtime()?.block_on(Parsed::within_timeouts(read()?));
            // The runtime is gone and the threads of the steps are ending. The loader's thread
            // waits for the next plugin.
            while threads()? > 2 {
                std::thread::yield_now();
            }
            become_daemon(parsed, config)
        }
        // Does not fork.
        "twice" => {
            for parsed in
                [runtime()?.block_on(Parsed::within_timeouts(read()?)), Parsed::new(read()?)]
            {
                println!("{}", parsed.map(|_| "parsed".to_owned()).unwrap_or_else(shown));
            }
            Ok(ExitCode::SUCCESS)
        }
        _ => Err("no such way".into()),
    }
}

/// Continues in a child, if parsing succeeded.
fn become_daemon(
    parsed: Result<Parsed, LoadError>,
    config: &str,
) -> Result<ExitCode, Box<dyn Error>> {
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            println!("{}", shown(error));
            return Ok(ExitCode::from(3));
        }
    };
    println!("{} threads: parsed", threads()?);
    match fork()? {
        0 => {
            runtime()?.block_on(serve(parsed, config))?;
            Ok(ExitCode::SUCCESS)
        }
        child => {
            // The parent releases its plugins, which must not affect the child.
            drop(parsed);
            Ok(ExitCode::from(wait(child)?))
        }
    }
}

/// Runs in the child.
async fn serve(parsed: Parsed, config: &str) -> Result<(), Box<dyn Error>> {
    let made = parsed.make(Host::new("example.com")).await?;
    println!("registered: {}", serde_json::to_string(&made.registered())?);
    let modules = made.start().await?;
    ask(&modules).await?;
    // Load everything again, on threads that existed in the parent, if any.
    let again = Modules::load(Config::from_file(config)?, Host::new("example.com")).await?;
    ask(&again).await?;
    println!("{} images", images()?);
    for modules in [again, modules] {
        println!("{:?}", modules.shutdown(Duration::from_secs(10)).await);
    }
    Ok(())
}

async fn ask(modules: &Modules) -> Result<(), Box<dyn Error>> {
    let denied = modules.spam_checker().check_event_for_spam(Json(EVENT)).await;
    println!("asked: {:?}", denied.err().map(|error| error.errcode().to_owned()));
    Ok(())
}

fn shown(error: LoadError) -> String {
    error.to_string()
}

fn runtime() -> std::io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(2).enable_all().build()
}

/// The number of threads of this process.
fn threads() -> std::io::Result<usize> {
    Ok(std::fs::read_dir("/proc/self/task")?.count())
}

/// The number of mapped plugins.
fn images() -> std::io::Result<usize> {
    let maps = std::fs::read_to_string("/proc/self/maps")?;
    let code = maps.lines().filter(|line| line.contains(" r-xp ") && line.contains("memfd:"));
    let inodes = code.filter_map(|line| line.split_whitespace().nth(4));
    Ok(inodes.collect::<BTreeSet<_>>().len())
}

/// Forks. Returns 0 in the child and the child's PID in the parent.
#[cfg(unix)]
#[allow(unsafe_code, reason = "nothing else forks")]
fn fork() -> std::io::Result<i32> {
    // SAFETY: this thread is the only one that runs: the other one that there may be, the loader's,
    // waits on a channel and holds no lock, as `main` has seen to.
    match unsafe { libc::fork() } {
        -1 => Err(std::io::Error::last_os_error()),
        child => Ok(child),
    }
}

/// Waits for a child and returns its exit code, or 255 if it was killed.
#[cfg(unix)]
#[allow(unsafe_code, reason = "nothing of the standard library waits for a child that was forked")]
fn wait(child: i32) -> std::io::Result<u8> {
    let mut status = 0;
    // SAFETY: `status` may be written.
    if unsafe { libc::waitpid(child, &raw mut status, 0) } == -1 {
        return Err(std::io::Error::last_os_error());
    }
    let code = libc::WIFEXITED(status).then(|| u8::try_from(libc::WEXITSTATUS(status)).ok());
    Ok(code.flatten().unwrap_or(u8::MAX))
}

#[cfg(not(unix))]
fn fork() -> std::io::Result<i32> {
    Err(std::io::ErrorKind::Unsupported.into())
}

#[cfg(not(unix))]
fn wait(_: i32) -> std::io::Result<u8> {
    Err(std::io::ErrorKind::Unsupported.into())
}
