//! The events: a file that can be read more than once, or a pipe.

use std::io;

use crate::exit::{Result, Stop};
use crate::input::{Input, Source, Text};

/// How much is read at once.
const CAPACITY: usize = 1 << 18;

/// Where they come from.
pub(super) struct Events {
    source: Source,
    /// What is read first; afterwards, the source is opened anew.
    opened: Option<Input>,
    /// The arguments of a command that reads them from a pipe.
    rest: String,
}

impl Events {
    /// Opens them, to be read `repeat` times.
    ///
    /// # Errors
    /// They cannot be read, or not more than once.
    pub(super) fn open(source: Source, repeat: u32, rest: String) -> Result<Self> {
        let opened = source.open("the events", "one JSON object a line")?;
        if repeat > 1 && opened.length.is_none() {
            return Err(Stop::wrong(format!(
                "--repeat: {source} can be read once only\n  fix: write the events into a file, and \
                 give its path"
            )));
        }
        Ok(Self { source, opened: Some(opened), rest })
    }

    /// How many bytes they are, if that is known.
    pub(super) fn length(&self) -> Option<u64> {
        self.opened.as_ref()?.length
    }

    /// Their text, from the beginning.
    ///
    /// # Errors
    /// They cannot be read, or are no text.
    pub(super) fn text(&mut self) -> io::Result<Text> {
        match self.opened.take() {
            Some(input) => input.text(CAPACITY, |tool| self.through(tool)),
            None => self.source.reopen()?.text(CAPACITY, |tool| self.through(tool)),
        }
    }

    /// How to put a tool before this command.
    pub(super) fn through(&self, tool: &str) -> String {
        self.source.through(tool, &self.rest)
    }
}
