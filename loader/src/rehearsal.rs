//! Rehearsals: modules are started and called as usual, but their actions have no effect outside.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hsmod_plugin_api::requests::RequestRow;
use hsmod_plugin_api::values::{ModuleError, Unanswered};

/// How many mails, and how many kinds of background work, are kept; further ones are only counted.
const REMEMBERED: usize = 1000;

/// Which services are live in a rehearsal, and what the modules would have done with the others.
///
/// A service that is not [live](Self::live) is simulated: storage is in memory and starts empty,
/// mail is noted and not sent, HTTP requests are not made. While any service is simulated, modules
/// are told that this is a trial, and their background work is noted and not run. If the homeserver
/// does not answer a request, the error's text comes from the rehearsal. A `Rehearsal` is cheap to
/// clone; all clones share their notes.
///
/// It holds back what modules do through their homeserver, but not what they do by themselves: a
/// plugin can open files and connections like any program.
///
/// ```
/// use hsmod_loader::Host;
/// use hsmod_loader::rehearsal::{Rehearsal, Service};
///
/// let rehearsal = Rehearsal::new(|_| "this program only plays a homeserver".to_owned())
///     .live(Service::Storage);
/// let host = Host::new("example.org").rehearsal(&rehearsal);
/// // .. load the modules, ask them
/// assert_eq!(rehearsal.mails().total, 0);
/// ```
#[derive(Clone)]
pub struct Rehearsal {
    live: Vec<Service>,
    plays_homeserver: bool,
    why: Arc<dyn Fn(&str) -> String + Send + Sync>,
    notes: Arc<Mutex<Notes>>,
}

/// A service of the loader that acts on the outside world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Service {
    /// Requests to other servers.
    Http,
    /// Files in the operator's `data_dir`.
    Storage,
    /// Mail through the operator's server.
    Mail,
}

impl Service {
    /// All services.
    pub const ALL: [Self; 3] = [Self::Http, Self::Storage, Self::Mail];
}

/// The first notes of a kind, and how many there were.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Noted<T> {
    /// The first thousand.
    pub first: Vec<T>,
    /// How many there were in total.
    pub total: u64,
}

/// A mail that was not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnsentMail {
    /// The module that would have sent it.
    pub module: Arc<str>,
    /// The recipient.
    pub recipient: String,
    /// The subject, as the module gave it.
    pub subject: String,
}

/// Background work that was not run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnrunWork {
    /// The module that would have run it.
    pub module: Arc<str>,
    /// The module's description of it.
    pub desc: String,
    /// How often it would have been started.
    pub times: u64,
}

#[derive(Default)]
struct Notes {
    mails: Noted<UnsentMail>,
    work: Noted<UnrunWork>,
}

impl Rehearsal {
    /// A rehearsal in which no service is live. `why` returns, for a group of requests (`http`,
    /// `users`, ..), why its requests are not answered and what helps, such as "this program makes
    /// no HTTP requests".
    pub fn new(why: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self {
            live: Vec::new(),
            plays_homeserver: false,
            why: Arc::new(why),
            notes: Arc::default(),
        }
    }

    /// Makes this service live: it does what the config says, as in a homeserver.
    #[must_use]
    pub fn live(mut self, service: Service) -> Self {
        self.live.push(service);
        self
    }

    /// Says that the homeserver is simulated, too: the answers that the [`Host`](crate::Host) was
    /// given have no real effect, so they are used even in a [trial](crate::Host::trial). Modules
    /// are not told that this is a trial, so that they behave as in a homeserver.
    #[must_use]
    pub const fn playing_homeserver(mut self) -> Self {
        self.plays_homeserver = true;
        self
    }

    pub(crate) const fn plays_homeserver(&self) -> bool {
        self.plays_homeserver
    }

    /// Whether a service is live.
    pub fn is_live(&self, service: Service) -> bool {
        self.live.contains(&service)
    }

    /// Whether all services are live.
    pub fn is_all_live(&self) -> bool {
        Service::ALL.into_iter().all(|service| self.is_live(service))
    }

    /// The mails that were not sent.
    pub fn mails(&self) -> Noted<UnsentMail> {
        self.notes().mails.clone()
    }

    /// The background work that was not run.
    pub fn work(&self) -> Noted<UnrunWork> {
        self.notes().work.clone()
    }

    /// Why the requests of a group are not answered.
    pub(crate) fn why(&self, group: &str) -> String {
        (self.why)(group)
    }

    /// The error for a request that is not answered.
    pub(crate) fn unanswered(&self, request: &RequestRow) -> ModuleError {
        let message = format!("`{}` is not answered: {}", request.name, self.why(request.group));
        ModuleError::not_answered(Unanswered::Unsupported, message)
    }

    #[cfg_attr(not(feature = "mail"), allow(dead_code, reason = "used by the feature `mail` only"))]
    pub(crate) fn note_mail(&self, module: &Arc<str>, recipient: &str, subject: &str) {
        let (recipient, subject) = (recipient.to_owned(), subject.to_owned());
        self.notes().mails.add(UnsentMail { module: Arc::clone(module), recipient, subject });
    }

    pub(crate) fn note_work(&self, module: &Arc<str>, desc: &str) {
        let mut notes = self.notes();
        let same = |work: &&mut UnrunWork| work.module == *module && work.desc == desc;
        match notes.work.first.iter_mut().find(same) {
            Some(known) => {
                known.times += 1;
                notes.work.total += 1;
            }
            None => {
                let (module, desc) = (Arc::clone(module), desc.to_owned());
                notes.work.add(UnrunWork { module, desc, times: 1 });
            }
        }
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Default for Noted<T> {
    fn default() -> Self {
        Self { first: Vec::new(), total: 0 }
    }
}

impl<T> Noted<T> {
    fn add(&mut self, one: T) {
        self.total += 1;
        if self.first.len() < REMEMBERED {
            self.first.push(one);
        }
    }
}

impl fmt::Debug for Rehearsal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rehearsal").field("live", &self.live).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_limited_but_all_are_counted() {
        let rehearsal = Rehearsal::new(|_| String::new());
        let module: Arc<str> = "a".into();
        for number in 0..REMEMBERED + 5 {
            rehearsal.note_mail(&module, "ann@example.com", &number.to_string());
            rehearsal.note_work(&module, &number.to_string());
            rehearsal.note_work(&module, "again");
        }
        let mails = rehearsal.mails();
        assert_eq!((mails.first.len(), mails.total), (REMEMBERED, 1005));
        assert_eq!(mails.first[7].subject, "7");
        let work = rehearsal.work();
        assert_eq!((work.first.len(), work.total), (REMEMBERED, 2010));
        assert_eq!((&*work.first[1].desc, work.first[1].times), ("again", 1005));
    }

    #[test]
    fn all_is_live_when_no_service_is_simulated() {
        let rehearsal = Rehearsal::new(|_| String::new());
        let some = rehearsal.clone().live(Service::Mail).live(Service::Http);
        assert!(!rehearsal.is_live(Service::Mail) && some.is_live(Service::Mail));
        assert!(!some.is_all_live() && some.live(Service::Storage).is_all_live());
    }
}
