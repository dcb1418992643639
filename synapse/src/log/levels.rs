//! Determines the Python logger of each event, and caches the levels of these loggers, so that any
//! thread can check them without Python.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock, RwLockReadGuard};

use tracing_core::{Level, LevelFilter, Metadata};

/// The parent of all our loggers.
const ROOT: &str = "hsmod";

/// The parent of the modules' loggers.
pub(super) const MODULES: &str = "hsmod.modules";

/// The name of the loader's events for lines that modules have logged.
const OF_MODULES: &str = "module event";

/// The level of Python's root logger by default.
const WARNING: i32 = 30;

/// The numbers of Python's levels, by the names of loggers that have one.
struct Levels(HashMap<String, i32>);

static LEVELS: LazyLock<RwLock<Levels>> =
    LazyLock::new(|| RwLock::new(Levels(HashMap::from([(ROOT.to_owned(), WARNING)]))));

/// Stores new levels; returns whether any has changed.
pub(super) fn set(loggers: HashMap<String, i32>) -> bool {
    let mut levels = LEVELS.write().unwrap_or_else(PoisonError::into_inner);
    let differs = levels.0 != loggers;
    levels.0 = loggers;
    differs
}

/// Whether a logger is enabled for a level.
pub(super) fn admits(logger: &str, level: i32) -> bool {
    levels().of(logger) <= level
}

/// Whether a callsite may be enabled. The module that logs there, and so its logger, is known only
/// when it does.
pub(super) fn may_admit(metadata: &Metadata<'_>) -> bool {
    let level = number(*metadata.level());
    if is_of_modules(metadata) {
        return levels().lowest_below(MODULES) <= level;
    }
    admits(&logger(metadata.target()), level)
}

/// The most verbose level of all loggers.
pub(super) fn most_verbose() -> LevelFilter {
    match levels().lowest_below(ROOT) {
        ..=5 => LevelFilter::TRACE,
        6..=10 => LevelFilter::DEBUG,
        11..=20 => LevelFilter::INFO,
        21..=30 => LevelFilter::WARN,
        31..=40 => LevelFilter::ERROR,
        _ => LevelFilter::OFF,
    }
}

/// Whether a module logged this, and not the loader.
pub(super) fn is_of_modules(metadata: &Metadata<'_>) -> bool {
    metadata.name() == OF_MODULES
}

/// The number of a level in Python, which has no name for the one below DEBUG.
pub(super) fn number(level: Level) -> i32 {
    match level {
        Level::ERROR => 40,
        Level::WARN => WARNING,
        Level::INFO => 20,
        Level::DEBUG => 10,
        Level::TRACE => 5,
    }
}

/// The logger of a target that is not a module's.
pub(super) fn logger(target: &str) -> String {
    let (first, rest) = target.split_once("::").unwrap_or((target, ""));
    let mut logger = format!("{ROOT}.{}", if first == "hsmod_loader" { "loader" } else { first });
    for part in rest.split("::").filter(|part| !part.is_empty()) {
        logger.push('.');
        logger.push_str(part);
    }
    logger
}

fn levels() -> RwLockReadGuard<'static, Levels> {
    LEVELS.read().unwrap_or_else(PoisonError::into_inner)
}

impl Levels {
    /// The effective level of a logger: its own, or that of the nearest parent that has one.
    fn of(&self, logger: &str) -> i32 {
        let mut name = logger;
        loop {
            if let Some(level) = self.0.get(name) {
                return *level;
            }
            match name.rsplit_once('.') {
                Some((above, _)) => name = above,
                None => return WARNING,
            }
        }
    }

    /// The lowest level of a logger and all loggers below it.
    fn lowest_below(&self, logger: &str) -> i32 {
        let is_below =
            |name: &str| name.strip_prefix(logger).is_some_and(|rest| rest.starts_with('.'));
        let below = self.0.iter().filter(|(name, _)| is_below(name)).map(|(_, level)| *level);
        below.fold(self.of(logger), i32::min)
    }
}
