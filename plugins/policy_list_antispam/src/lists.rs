//! The current policy lists, and how they are read.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use hsmod_plugin_api::prelude::*;

use crate::arriving::Arriving;
use crate::config::Config;
use crate::glob::folded;
use crate::list::{Kind, List, TYPES, is_rule};

/// The delay before a list that could not be read is tried again.
const RETRY: Duration = Duration::from_secs(30);

/// The delay before checking whether the room has accepted a new rule.
const CONFIRM: Duration = Duration::from_secs(10);

/// The shortest and longest pause between two reads of a list whose rules keep changing.
///
/// Rationale: any member of the room can cause a read, by a rule that the room will refuse. A long
/// list keeps the homeserver busy for seconds, and that must not happen continuously.
const PAUSE: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// The pause after a read, as a multiple of its duration.
const PAUSE_TIMES: u32 = 9;

/// All policy lists. Checks take no lock, since the lists are replaced atomically.
pub(crate) struct Lists {
    api: ModuleApi,
    rooms: Vec<OwnedRoomId>,
    first_match: bool,
    /// In the order of the rooms.
    known: ArcSwap<Vec<Arc<List>>>,
    /// In the same order.
    progress: Mutex<Vec<Progress>>,
}

/// The progress of reading one list.
#[derive(Default)]
struct Progress {
    was_read: bool,
    is_reading: bool,
    /// The list has changed since the current read began.
    again: bool,
    /// A later read is scheduled.
    is_due: bool,
    /// The last read failed.
    is_failing: bool,
    arriving: Arriving,
}

impl Lists {
    /// The lists, still empty. They are read when the module starts.
    pub(crate) fn new(config: &Config, api: &ModuleApi) -> Arc<Self> {
        let rooms = config.ban_lists.clone();
        let lists = Arc::new(Self {
            api: api.clone(),
            first_match: config.first_match,
            known: ArcSwap::from_pointee(rooms.iter().map(|_| Arc::default()).collect()),
            progress: Mutex::new(rooms.iter().map(|_| Progress::default()).collect()),
            rooms,
        });
        lists.read_all();
        // On all workers, since each has its own copy of the lists.
        api.with(&lists).looping_background_call_on_all_instances(
            "read the policy lists again",
            config.refresh_interval.into(),
            |lists| async move {
                lists.read_all();
                Ok(())
            },
        );
        lists
    }

    /// Whether all lists have been read.
    pub(crate) fn are_ready(&self) -> bool {
        self.progress().iter().all(|progress| progress.was_read)
    }

    /// Whether the first matching rule bans.
    pub(crate) fn ban(&self, kind: Kind, name: &str) -> bool {
        let name = folded(name);
        self.known.load().iter().find_map(|list| list.rules(kind).decide(&name)).unwrap_or(false)
    }

    /// Records an event that changes a rule of one of the lists. Returns whether it is such an
    /// event.
    pub(crate) fn note(self: &Arc<Self>, event: &Event<'_>) -> bool {
        if !is_rule(event) {
            return false;
        }
        let Some(list) = self.rooms.iter().position(|room| **room == *event.room_id()) else {
            return false;
        };
        self.progress()[list].arriving.add(event, self.api.get_current_time_msec());
        self.read_soon(list);
        true
    }

    fn read_all(self: &Arc<Self>) {
        (0..self.rooms.len()).for_each(|list| self.read_soon(list));
    }

    /// Reads a list in the background. If a read is in progress, it is repeated after that.
    fn read_soon(self: &Arc<Self>, list: usize) {
        let progress = &mut self.progress()[list];
        progress.again = true;
        if !std::mem::replace(&mut progress.is_reading, true) {
            let read = move |lists: Arc<Self>| lists.read(list);
            self.api.with(self).run_as_background_process("read a policy list", read);
        }
    }

    /// Reads a list, and repeats this as long as it changes in the meantime.
    pub(crate) async fn read(self: Arc<Self>, list: usize) -> Result<(), ModuleError> {
        loop {
            let begun_ms = self.api.get_current_time_msec();
            self.progress()[list].again = false;
            if let Err(error) = self.read_once(list).await {
                self.complain(list, &error);
            }
            self.read_later(list);
            if !self.goes_on(list) {
                return Ok(());
            }
            let ended_ms = self.api.get_current_time_msec();
            self.api.sleep(pause_after(ended_ms.saturating_sub(begun_ms))).await?;
        }
    }

    async fn read_once(&self, list: usize) -> Result<(), ModuleError> {
        let arriving = {
            let arriving = &mut self.progress()[list].arriving;
            arriving.lose_patience(self.api.get_current_time_msec());
            arriving.clone()
        };
        // The first two are in every room and determine who may change a rule.
        let known =
            ["m.room.create", "m.room.power_levels"].map(|name| (name, Some(String::new())));
        let mut types = known.to_vec();
        types.extend(arriving.senders().map(|sender| ("m.room.member", Some(sender))));
        types.extend(TYPES.iter().map(|(name, _)| (*name, None)));
        let state = self.api.get_room_state(&self.rooms[list], &types).await?;
        if state.is_empty() {
            return Err("this homeserver does not know the room: have one of its users join".into());
        }
        let only_bans = !self.first_match;
        let merge = move || arriving.merge(&state, only_bans);
        let (read, arrived) = self.api.defer_to_thread(merge).await?;
        self.put(list, read, &arrived);
        Ok(())
    }

    /// Publishes a list that was read.
    fn put(&self, list: usize, read: List, arrived: &[String]) {
        let (room, rules) = (&self.rooms[list], read.len());
        let mut all = self.progress();
        let mut known = Vec::clone(&self.known.load());
        known[list] = Arc::new(read);
        self.known.store(Arc::new(known));
        let progress = &mut all[list];
        progress.arriving.settle(arrived);
        let is_news = !progress.was_read || progress.is_failing;
        (progress.was_read, progress.is_failing) = (true, false);
        let ready = all.iter().filter(|progress| progress.was_read).count();
        let count = all.len();
        drop(all);
        if is_news {
            tracing::info!(
                "the policy list {room} was read: {rules} rules; {ready} of {count} lists are ready"
            );
        } else {
            tracing::debug!("the policy list {room} was read again: {rules} rules");
        }
    }

    /// Logs a failed read, but only the first of several in a row. The previous list is kept.
    fn complain(&self, list: usize, error: &ModuleError) {
        let progress = &mut self.progress()[list];
        let was_failing = std::mem::replace(&mut progress.is_failing, true);
        let room = &self.rooms[list];
        if was_failing {
            tracing::debug!("the policy list {room} still cannot be read: {error}");
        } else if progress.was_read {
            tracing::warn!(
                "the policy list {room} cannot be read again, so its old rules apply: {error}"
            );
        } else {
            tracing::warn!(
                "the policy list {room} cannot be read, so it bans nobody until it can: {error}"
            );
        }
    }

    /// Schedules another read if the last one failed or rules are pending.
    fn read_later(self: &Arc<Self>, list: usize) {
        let progress = &mut self.progress()[list];
        let delay = match progress {
            Progress { is_failing: true, .. } => RETRY,
            Progress { arriving, .. } if !arriving.is_empty() => CONFIRM,
            _ => return,
        };
        if std::mem::replace(&mut progress.is_due, true) {
            return;
        }
        let read = move |lists: Arc<Self>| async move {
            lists.progress()[list].is_due = false;
            lists.read_soon(list);
            Ok(())
        };
        self.api.with(self).delayed_background_call("read a policy list", delay, read);
    }

    /// Whether to read again because the list has changed. If not, marks the read as finished.
    fn goes_on(&self, list: usize) -> bool {
        let progress = &mut self.progress()[list];
        progress.is_reading = progress.again;
        progress.again
    }

    /// A panic while the lock is held leaves nothing that the next read would not repair.
    fn progress(&self) -> MutexGuard<'_, Vec<Progress>> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The pause after a read of this duration.
fn pause_after(took_ms: u64) -> Duration {
    Duration::from_millis(took_ms).saturating_mul(PAUSE_TIMES).clamp(PAUSE, PAUSE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_a_reading_takes_the_later_is_the_next() {
        let after = |took_ms| pause_after(took_ms).as_millis();
        assert_eq!(
            [0, 100, 200, 3_000, u64::MAX].map(after),
            [1_000, 1_000, 1_800, 27_000, 30_000]
        );
    }
}
