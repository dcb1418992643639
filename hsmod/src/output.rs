//! The output of a command: answers on stdout, for a person or as one JSON value per line, and
//! errors on stderr.

use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};

use hsmod_loader::problem::{Problem, Severity};
use hsmod_loader::suggestion::printable;
use serde::Serialize;

use crate::child::Wire;
use crate::exit::{Exit, Stop};

/// Standard output; in a child, the connection to its parent.
///
/// If the reader has gone away (`hsmod replay .. | head`), whatever is written is dropped and
/// [`Output::is_closed`] returns `true`.
pub(crate) struct Output {
    writer: BufWriter<Box<dyn Write>>,
    error: Option<io::Error>,
    json: bool,
    colours: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        let stdout = io::stdout();
        let colours = wants_colour(stdout.is_terminal());
        Self::to(Box::new(stdout), json, colours)
    }

    /// Output that goes through the parent.
    pub(crate) fn to_parent(wire: Wire, json: bool, colours: bool) -> Self {
        Self::to(Box::new(wire), json, colours)
    }

    fn to(writer: Box<dyn Write>, json: bool, colours: bool) -> Self {
        let writer = BufWriter::with_capacity(1 << 16, writer);
        Self { writer, error: None, json, colours: colours && !json }
    }

    /// Whether answers are JSON.
    pub(crate) const fn is_json(&self) -> bool {
        self.json
    }

    /// Whether answers are coloured.
    pub(crate) const fn has_colours(&self) -> bool {
        self.colours
    }

    /// Whether nothing more can be written.
    pub(crate) const fn is_closed(&self) -> bool {
        self.error.is_some()
    }

    /// Writes a line for a person; control characters are escaped.
    pub(crate) fn line(&mut self, text: &str) {
        let text = format!("{}\n", printable(text));
        self.bytes(text.as_bytes());
    }

    /// Writes a line that begins with a word in colour.
    pub(crate) fn marked(&mut self, mark: Mark, text: &str) {
        let text = format!("{}{}\n", mark.painted(self.colours), printable(text));
        self.bytes(text.as_bytes());
    }

    /// Writes a problem for a person.
    pub(crate) fn problem(&mut self, problem: &Problem) {
        let text = shown(problem, self.colours);
        self.bytes(text.as_bytes());
    }

    /// Writes a value as one line of JSON.
    pub(crate) fn json(&mut self, value: &impl Serialize) {
        if self.error.is_none() {
            let written = serde_json::to_writer(&mut self.writer, value).map_err(io::Error::from);
            self.check(written);
            self.bytes(b"\n");
        }
    }

    /// Writes bytes as they are.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        if self.error.is_none() {
            let written = self.writer.write_all(bytes);
            self.check(written);
        }
    }

    /// Flushes what was written so far.
    pub(crate) fn flush(&mut self) {
        if self.error.is_none() {
            let flushed = self.writer.flush();
            self.check(flushed);
        }
    }

    /// Reports why a command stopped, and returns its exit code.
    pub(crate) fn stopped(&mut self, stop: &Stop) -> Exit {
        match stop {
            Stop::Wrong(message) => {
                complain(&format!("error: {}\n", lines(message)));
                Exit::Wrong
            }
            Stop::Refused(error) => {
                self.aside(&error.problems);
                if self.json {
                    self.json(&Problems { problems: &error.problems });
                }
                Exit::No
            }
        }
    }

    /// Writes problems to stderr.
    pub(crate) fn aside(&self, problems: &[Problem]) {
        let colours = wants_colour(io::stderr().is_terminal());
        problems.iter().for_each(|problem| complain(&shown(problem, colours)));
    }

    /// Flushes the output. Returns `exit` if everything could be written.
    pub(crate) fn finish(mut self, exit: Exit) -> Exit {
        self.flush();
        match self.error {
            // A broken pipe is not an error: the reader has seen enough.
            Some(error) if error.kind() != ErrorKind::BrokenPipe => {
                complain(&format!("error: cannot write to standard output: {error}\n"));
                Exit::Wrong
            }
            _ => exit,
        }
    }

    fn check(&mut self, written: io::Result<()>) {
        self.error = written.err();
    }
}

/// Problems that belong to no module.
#[derive(Serialize)]
pub(crate) struct Problems<'a> {
    pub(crate) problems: &'a [Problem],
}

/// `1 event`, `2 events`
pub(crate) fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Whether to use colours.
pub(crate) fn wants_colour(terminal: bool) -> bool {
    terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// A coloured word at the beginning of a line that classifies it.
#[derive(Clone, Copy)]
pub(crate) enum Mark {
    Good(&'static str),
    Doubtful(&'static str),
    Bad(&'static str),
}

impl Mark {
    fn painted(self, colours: bool) -> String {
        let (word, colour) = match self {
            Self::Good(word) => (word, 32),
            Self::Doubtful(word) => (word, 33),
            Self::Bad(word) => (word, 31),
        };
        if colours { format!("\u{1b}[1;{colour}m{word}\u{1b}[0m") } else { word.to_owned() }
    }
}

fn shown(problem: &Problem, colours: bool) -> String {
    let mark = match problem.severity {
        Severity::Error => Mark::Bad("error"),
        _ => Mark::Doubtful("warning"),
    };
    let text = lines(&problem.to_string());
    let rest = text.strip_prefix(mark.painted(false).as_str()).unwrap_or(&text);
    format!("{}{rest}\n", mark.painted(colours))
}

/// Escapes control characters in several lines.
fn lines(text: &str) -> String {
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}

/// Writes to stderr. Errors are ignored, since there is nowhere else to report them.
pub(crate) fn complain(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}
