//! The source of the events: a file, which can be read repeatedly, or a pipe.

use std::io::{self, Read};
use std::path::PathBuf;

use crate::exit::{Result, Stop};
use crate::input::{Before, Input, Source, Text};

/// The size of the read buffer.
const CAPACITY: usize = 1 << 18;

/// Opens the events, to be read `repeat` times.
///
/// # Errors
/// The source cannot be read, or cannot be read repeatedly.
pub(super) fn open(source: &Source, repeat: u32) -> Result<Input> {
    let input = source.open("the events", "one JSON object per line")?;
    if repeat > 1 && input.length.is_none() {
        return Err(Stop::wrong(format!(
            "--repeat: {source} can be read only once\n  fix: write the events to a file, and give \
             its path"
        )));
    }
    Ok(input)
}

/// Where the events come from.
pub(super) struct Events {
    path: Option<PathBuf>,
    /// The source if there is no path.
    input: Box<dyn Read + Send>,
    before: Before,
}

impl Events {
    pub(super) fn new(path: Option<PathBuf>, input: Box<dyn Read + Send>, before: Before) -> Self {
        Self { path, input, before }
    }

    /// The text of the events, from the beginning if they are a file.
    ///
    /// # Errors
    /// The source cannot be read or has another format.
    pub(super) fn text(&mut self) -> io::Result<Text> {
        let input = match &self.path {
            Some(path) => Input::file(path)?,
            None => Input::from(std::mem::replace(&mut self.input, Box::new(io::empty()))),
        };
        input.text(CAPACITY, &self.before)
    }

    /// How to run a conversion tool before this command.
    pub(super) const fn before(&self) -> &Before {
        &self.before
    }
}
