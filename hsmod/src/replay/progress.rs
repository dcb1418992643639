//! A progress bar on stderr, if that is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar for this many bytes, or a spinner if the total is unknown.
    pub(crate) fn new(bytes: Option<u64>) -> Self {
        const LOOK: &str = "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
        const WITHOUT_END: &str = "{spinner} {bytes} {bytes_per_sec}";
        let bar = bytes.map_or_else(ProgressBar::no_length, ProgressBar::new);
        let look = if bytes.is_some() { LOOK } else { WITHOUT_END };
        if let Ok(style) = ProgressStyle::with_template(look) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    pub(crate) fn advance(&self, bytes: u64) {
        self.0.inc(bytes);
    }

    /// Hides the bar while `write` runs.
    pub(crate) fn aside(&self, write: impl FnOnce()) {
        self.0.suspend(write);
    }

    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}
