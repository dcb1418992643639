//! Ends the process at the place its config names.
//!
//! Config: `where`: `parse_config`, `new`, `start`, `work` (in the background), `callback`
//! (`check_event_for_spam`), `web`, `shutdown` or `nowhere`; `how`: `abort`, `exit` (with status
//! 7), `exit_well` (with 0), `panic` (in a function that cannot unwind), `segfault`, or `hang`
//! (until a test kills the process). `print` does not end the process, but writes to stdout.
#![deny(unsafe_code)]

use hsmod_plugin_api::prelude::*;

/// The module's `config`.
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    r#where: Place,
    how: How,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Place {
    ParseConfig,
    New,
    Start,
    Work,
    Callback,
    Web,
    Shutdown,
    Nowhere,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum How {
    Abort,
    Exit,
    ExitWell,
    Print,
    Panic,
    Segfault,
    Hang,
}

impl Config {
    /// Ends the process if the config means this place.
    fn reached(self, place: Place) {
        if self.r#where != place {
            return;
        }
        match self.how {
            How::Abort => std::process::abort(),
            How::Exit => std::process::exit(7),
            How::ExitWell => std::process::exit(0),
            How::Print => println!("{{\"printed\": \"by the plugin\"}}"),
            How::Panic => panics(),
            How::Segfault => segfault(),
            How::Hang => loop {
                std::thread::park();
            },
        }
    }
}

/// A panic that would unwind out of an `extern "C"` function aborts the process.
extern "C" fn panics() {
    panic!("the list of users is empty");
}

#[allow(unsafe_code, reason = "nothing else writes to memory that is not there")]
fn segfault() {
    // Not null, since builds with debug assertions would abort before the write.
    let nowhere = std::ptr::without_provenance_mut::<u8>(8);
    // SAFETY: none. The first page is never mapped, so the process ends here, as it is meant to.
    unsafe { nowhere.write_volatile(1) };
}

/// The module.
pub struct BadAborts {
    config: Config,
}

impl Module for BadAborts {
    type Config = Config;

    fn parse_config(config: serde_json::Value) -> Result<Config, ConfigError> {
        let config: Config = serde_json::from_value(config).map_err(ConfigError::new)?;
        config.reached(Place::ParseConfig);
        Ok(config)
    }

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        config.reached(Place::New);
        let module = Arc::new(Self { config });
        api.register_spam_checker_callbacks(&module);
        if config.r#where == Place::Web {
            api.register_web_resource("/_synapse/client/bad_aborts", Arc::clone(&module));
        }
        let _ = api.run_as_background_process("tidy", move || async move {
            config.reached(Place::Work);
            Ok(())
        });
        Ok(module)
    }

    async fn start(&self) -> Result<(), ModuleError> {
        self.config.reached(Place::Start);
        Ok(())
    }

    async fn shutdown(&self) -> Result<(), ModuleError> {
        self.config.reached(Place::Shutdown);
        Ok(())
    }
}

#[callbacks]
impl SpamChecker for BadAborts {
    async fn check_event_for_spam(&self, _event: &Event<'_>) -> Result<Verdict, ModuleError> {
        self.config.reached(Place::Callback);
        Ok(Verdict::Allow)
    }
}

impl WebResource for BadAborts {
    async fn get(&self, _request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        self.config.reached(Place::Web);
        Ok(WebResponse::json(200, &true))
    }
}

export_module!(BadAborts);
