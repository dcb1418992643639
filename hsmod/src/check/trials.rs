//! Runs the trials of a check, two at a time, in config order.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use hsmod_loader::config::Entry;

use super::inside::Found;
use super::{Options, trial};
use crate::exit::{Result, Stop};
use crate::limits;
use crate::modules::Listing;

/// The number of trials that run at once.
const AT_ONCE: usize = 2;

/// The trials of a check, which run in the background.
pub(super) struct Trials {
    finished: Receiver<Finished>,
    /// Results that have arrived but not been taken, by the entry's index.
    known: HashMap<usize, Result<Found>>,
    wanted: Vec<usize>,
}

type Finished = (usize, Result<Found>);

/// The state that the threads share.
struct Work {
    entries: Mutex<std::vec::IntoIter<Entry>>,
    listing: Listing,
    options: Options,
    verbose: u8,
}

impl Trials {
    /// Starts to try the modules of `entries`.
    ///
    /// # Errors
    /// Not even one thread could be started.
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
                // The first thread then does all the work.
                _ => {}
            }
        }
        Ok(Self { finished, known: HashMap::new(), wanted })
    }

    /// Waits for the trial of an entry. `None` if that entry is not tried.
    ///
    /// # Errors
    /// The trial could not be run.
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
    /// Tries one entry after the other, as long as the receiver exists.
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
