//! Changes its process, and leaves threads and other things behind.
//!
//! Config: `does`, a list of `directory`, `environment`, `umask`, `limit`, `handler`, `ignores`,
//! `opens`, `closes`, `threads`, `process`, `prints` and `fails`.
#![deny(unsafe_code)]

use std::fs::File;

use hsmod_plugin_api::prelude::*;

/// The module's `config`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    does: Vec<Deed>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Deed {
    Directory,
    Environment,
    Umask,
    Limit,
    Handler,
    Ignores,
    Opens,
    Closes,
    Threads,
    Process,
    Prints,
    Fails,
}

/// The module.
pub struct BadGuest {
    deeds: Vec<Deed>,
}

impl Module for BadGuest {
    type Config = Config;

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self { deeds: config.does });
        api.register_account_validity_callbacks(&module);
        Ok(module)
    }

    async fn start(&self) -> Result<(), ModuleError> {
        self.deeds.iter().try_for_each(|deed| deed.be_done())
    }
}

#[callbacks]
impl AccountValidity for BadGuest {
    async fn is_user_expired(&self, _user_id: &UserId) -> Result<Option<bool>, ModuleError> {
        Ok(None)
    }
}

export_module!(BadGuest);

#[cfg(unix)]
impl Deed {
    fn be_done(self) -> Result<(), ModuleError> {
        use rustix::process::{Resource, getrlimit, setrlimit};

        let failed = std::io::Error::from;
        match self {
            Self::Directory => std::env::set_current_dir("/")?,
            Self::Environment => environment(),
            Self::Umask => drop(rustix::process::umask(rustix::fs::Mode::RWXO)),
            Self::Limit => {
                let mut limit = getrlimit(Resource::Nofile);
                limit.current = limit.current.map(|files| files - 1);
                setrlimit(Resource::Nofile, limit).map_err(failed)?;
            }
            Self::Handler => signals(libc::SIGTERM, handler as extern "C" fn(i32) as usize),
            Self::Ignores => signals(libc::SIGUSR1, libc::SIG_IGN),
            Self::Opens => std::mem::forget(File::open("/dev/zero")?),
            Self::Closes => rustix::stdio::dup2_stdin(File::open("/dev/zero")?).map_err(failed)?,
            Self::Threads => {
                for name in ["poller", ""] {
                    let thread = std::thread::Builder::new();
                    let named = if name.is_empty() { thread } else { thread.name(name.to_owned()) };
                    named.spawn(|| {
                        loop {
                            std::thread::park();
                        }
                    })?;
                }
            }
            Self::Process => drop(std::process::Command::new("sleep").arg("600").spawn()?),
            Self::Prints => println!("the guest says hello"),
            Self::Fails => return Err(ModuleError::new("the guest wants to go")),
        }
        Ok(())
    }
}

#[cfg(not(unix))]
impl Deed {
    fn be_done(self) -> Result<(), ModuleError> {
        Ok(())
    }
}

#[cfg(unix)]
extern "C" fn handler(_signal: i32) {}

#[cfg(unix)]
#[allow(unsafe_code, reason = "there is no safe way to take a signal from the homeserver")]
fn signals(signal: i32, handler: usize) {
    // SAFETY: the handler is `SIG_IGN`, or a function of this library that does nothing, and the
    // library is never unmapped.
    unsafe { libc::signal(signal, handler) };
}

#[cfg(unix)]
#[allow(unsafe_code, reason = "there is no safe way to change what other threads may be reading")]
fn environment() {
    // SAFETY: none. Another thread may read the environment at this moment, which is the fault that
    // is tested. In a trial no thread does.
    unsafe {
        std::env::set_var("TZ", "Mars/Olympus_Mons");
        std::env::remove_var("PATH");
    }
}
