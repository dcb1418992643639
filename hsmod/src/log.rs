//! Logs of the loader and of the modules go to stderr.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::filter::{FilterExt, FilterFn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::output::wants_colour;

/// Sets up logging as `RUST_LOG` says. Without it, warnings are logged, and more with each `-v`.
pub(crate) fn init(verbose: u8) {
    tracing_subscriber::registry().with(to_stderr(verbose)).init();
}

/// Sets up the same logging; `other` sees all events, whatever the filter.
pub(crate) fn init_with(verbose: u8, other: impl Layer<Registry> + Send + Sync) {
    tracing_subscriber::registry().with(other).with(to_stderr(verbose)).init();
}

fn to_stderr<S>(verbose: u8) -> impl Layer<S>
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
{
    let level = ["warn", "info", "debug", "trace"][usize::from(verbose.min(3))];
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    // The commands themselves show the warnings of a start, so these are not logged again.
    let unsaid = FilterFn::new(|metadata| metadata.target() != "hsmod_loader::warnings");
    let colours = wants_colour(stderr().is_terminal());
    let lines = tracing_subscriber::fmt::layer().without_time();
    lines.with_ansi(colours).with_writer(stderr).with_filter(filter.and(unsaid))
}
