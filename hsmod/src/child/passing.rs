//! Runs work in a child and passes on its answers, in whole lines.

use std::io::Read;
use std::ops::ControlFlow;
use std::process::Stdio;

use super::outside::AT_END;
use super::{Heard, Process, Task, Work};
use crate::exit::{Exit, Result, Stop};
use crate::modules::Listing;
use crate::output::Output;
use crate::replay::progress::Progress;

/// Runs `work` in a child with the modules of a config. The child reads `input`.
///
/// # Errors
/// The child could not do the work, or a module ended its process.
pub(crate) fn pass_on(
    listing: &Listing,
    server_name: &str,
    verbose: u8,
    work: Work,
    input: impl Read + Send + 'static,
    progress: Option<Progress>,
    output: &mut Output,
) -> Result<Exit> {
    let text = listing.text();
    let Ok(config) = std::str::from_utf8(text.bytes()) else {
        let message = format!("{} is not UTF-8", text.name());
        let refused = |error| Err(Stop::Refused(error));
        return listing.config().map_or_else(refused, |_| Err(Stop::wrong(message)));
    };
    let task = Task {
        config: config.to_owned(),
        config_name: text.name().to_owned(),
        server_name: server_name.to_owned(),
        world: listing.world().cloned(),
        verbose,
        json: output.is_json(),
        colours: output.has_colours(),
        work,
    };
    let process = Process::start(&task, listing, input, Stdio::inherit())?;
    let mut lines = Lines::default();
    let ended = process.hear(None, |heard| {
        match heard {
            Heard::Answers(bytes) => {
                let mut write = || {
                    output.bytes(lines.whole(&bytes));
                    output.flush();
                };
                match &progress {
                    Some(progress) => progress.aside(write),
                    None => write(),
                }
            }
            Heard::Read(bytes) => progress.iter().for_each(|progress| progress.advance(bytes)),
            Heard::Found(_) => {}
        }
        if output.is_closed() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    progress.iter().for_each(Progress::end);
    ended.outcome(AT_END)?.map_err(|fall| {
        let who = match &ended.inside_of()[..] {
            [] => "a module".to_owned(),
            [module] => format!("module `{module}`"),
            several => format!("one of the modules `{}`", several.join("`, `")),
        };
        let stage = if ended.is_in_stage() { format!("{}: ", fall.stage) } else { String::new() };
        Stop::wrong(format!("{who}: {stage}{}\n  fix: {}", fall.message, fall.fix))
    })
}

/// Splits answers into whole lines. The last line may be incomplete; if the process ends before the
/// rest arrives, it is dropped.
#[derive(Default)]
struct Lines {
    whole: Vec<u8>,
    begun: Vec<u8>,
}

impl Lines {
    /// Adds bytes and returns the lines that are complete now.
    fn whole(&mut self, bytes: &[u8]) -> &[u8] {
        let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let (ended, begun) = bytes.split_at(end);
        self.whole.clear();
        if end > 0 {
            self.whole.append(&mut self.begun);
        }
        self.whole.extend_from_slice(ended);
        self.begun.extend_from_slice(begun);
        &self.whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_lines_are_passed_on() {
        let mut lines = Lines::default();
        assert_eq!(lines.whole(b"a"), b"");
        assert_eq!(lines.whole(b"b"), b"");
        assert_eq!(lines.whole(b"c\nd\ne"), b"abc\nd\n");
        assert_eq!(lines.whole(b"\n"), b"e\n");
        assert_eq!(lines.whole(b"cut off"), b"");
    }
}
