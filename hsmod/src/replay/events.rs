//! The events: a file that can be read more than once, or a pipe.

use std::io::{self, Read};
use std::path::PathBuf;

use crate::exit::{Result, Stop};
use crate::input::{Before, Input, Source, Text};

/// How much is read at once.
const CAPACITY: usize = 1 << 18;

/// Opens them, to be read `repeat` times.
///
/// # Errors
/// They cannot be read, or not more than once.
pub(super) fn open(source: &Source, repeat: u32) -> Result<Input> {
    let input = source.open("the events", "one JSON object per line")?;
    if repeat > 1 && input.length.is_none() {
        return Err(Stop::wrong(format!(
            "--repeat: {source} can be read once only\n  fix: write the events into a file, and give \
             its path"
        )));
    }
    Ok(input)
}

/// Where they come from.
pub(super) struct Events {
    path: Option<PathBuf>,
    /// They come from here, where there is no path.
    input: Box<dyn Read + Send>,
    before: Before,
}

impl Events {
    pub(super) fn new(path: Option<PathBuf>, input: Box<dyn Read + Send>, before: Before) -> Self {
        Self { path, input, before }
    }

    /// Their text, from the beginning if they are a file.
    ///
    /// # Errors
    /// They cannot be read, or are no text.
    pub(super) fn text(&mut self) -> io::Result<Text> {
        let input = match &self.path {
            Some(path) => Input::file(path)?,
            None => Input::from(std::mem::replace(&mut self.input, Box::new(io::empty()))),
        };
        input.text(CAPACITY, &self.before)
    }

    /// How to put a tool before this command.
    pub(super) const fn before(&self) -> &Before {
        &self.before
    }
}
