//! All trials of a check: two at a time, in the order of the config.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use hsmod_loader::config::Entry;

use super::inside::Found;
use super::{Options, trial};
use crate::exit::{Result, Stop};
use crate::limits;
use crate::modules::Listing;

/// How many run at once.
const AT_ONCE: usize = 2;

/// Trials that were begun, or will be.
pub(super) struct Trials {
    finished: Receiver<Finished>,
    /// How they ended, by the place of the entry.
    known: HashMap<usize, Result<Found>>,
    wanted: Vec<usize>,
}

type Finished = (usize, Result<Found>);

/// What the threads share.
struct Work {
    entries: Mutex<std::vec::IntoIter<Entry>>,
    listing: Listing,
    options: Options,
    verbose: u8,
}

impl Trials {
    /// Begins to try the modules of `entries`.
    ///
    /// # Errors
    /// There is not one thread for it.
    pub(super) fn begin(
        entries: Vec<Entry>,
        listing: Listing,
        options: Options,
        verbose: u8,
    ) -> Result<Self> {
        let wanted: Vec<usize> = entries.iter().map(Entry::index).collect();
        let (sender, finished) = channel();
        let entries = Mutex::new(entries.into_iter());
        let work = Arc::new(Work { entries, listing, options, verbose });
        for number in 0..AT_ONCE.min(wanted.len()) {
            let (work, sender) = (Arc::clone(&work), sender.clone());
            let thread = std::thread::Builder::new().name("trials".to_owned());
            match thread.spawn(move || work.run(&sender)) {
                Err(error) if number == 0 => {
                    return Err(limits::stop("cannot start a thread for the trials", &error));
                }
                // The other one does all the work.
                _ => {}
            }
        }
        Ok(Self { finished, known: HashMap::new(), wanted })
    }

    /// What the trial of an entry found; `None` if there is none.
    ///
    /// # Errors
    /// It could not be tried.
    pub(super) fn of(&mut self, entry: &Entry) -> Result<Option<Found>> {
        if !self.wanted.contains(&entry.index()) {
            return Ok(None);
        }
        loop {
            if let Some(found) = self.known.remove(&entry.index()) {
                return found.map(Some);
            }
            let Ok((index, found)) = self.finished.recv() else {
                return Err(Stop::wrong(format!("the trial of `{}` ended early", entry.name())));
            };
            self.known.insert(index, found);
        }
    }
}

impl Work {
    /// Takes one entry after the other, as long as somebody wants to know.
    fn run(&self, finished: &Sender<Finished>) {
        let next = || self.entries.lock().unwrap_or_else(PoisonError::into_inner).next();
        while let Some(entry) = next() {
            let found = trial::run(&self.listing, &self.options, self.verbose, &entry);
            if finished.send((entry.index(), found)).is_err() {
                break;
            }
        }
    }
}
