//! The names of modules and places, for which the slots hold numbers.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::kept;
use super::place::Place;

/// How many places may have a name of their own.
///
/// Rationale: modules choose the names of their background work; a module that gives each run a new
/// name must not fill the memory.
const PLACES_MAX: usize = 1024;

/// How many bytes of a name are kept.
const NAME_MAX: usize = 256;

/// All names given in this process.
static NAMES: RwLock<Names> = RwLock::new(Names::new());

struct Names {
    /// The names of modules. Their numbers begin with 1, because 0 means "no module" across the
    /// boundary.
    modules: Vec<Arc<str>>,
    places: Vec<Arc<str>>,
    /// The numbers of places by name; created when needed.
    numbers: Option<HashMap<Arc<str>, u32>>,
}

impl Names {
    const fn new() -> Self {
        Self { modules: Vec::new(), places: Vec::new(), numbers: None }
    }

    /// Gives a module the next number.
    fn add(&mut self, module: Arc<str>) -> usize {
        let number = self.modules.len() + 1;
        kept::note_module(number, &module);
        self.modules.push(module);
        number
    }

    /// The number of a place; `None` if there are too many. `new` is called with the number of a
    /// new one.
    fn place(&mut self, name: &str, new: impl FnOnce(u32)) -> Option<u32> {
        let numbers = self.numbers.get_or_insert_default();
        if let Some(known) = numbers.get(name) {
            return Some(*known);
        }
        let index = self.places.len();
        let number = u32::try_from(index).ok().filter(|_| index < PLACES_MAX)?;
        let name: Arc<str> = name.into();
        self.places.push(Arc::clone(&name));
        numbers.insert(name, number);
        new(number);
        Some(number)
    }
}

fn read() -> RwLockReadGuard<'static, Names> {
    NAMES.read().unwrap_or_else(PoisonError::into_inner)
}

fn write() -> RwLockWriteGuard<'static, Names> {
    NAMES.write().unwrap_or_else(PoisonError::into_inner)
}

/// Gives numbers to several modules in a row and returns the first.
pub(crate) fn number(names: impl IntoIterator<Item = Arc<str>>) -> usize {
    let mut all = write();
    let first = all.modules.len() + 1;
    for name in names {
        all.add(name);
    }
    first
}

/// The number of the latest module with this name, or a new one.
pub(crate) fn named(name: &str) -> usize {
    let mut all = write();
    let known = all.modules.iter().rposition(|module| **module == *name);
    known.map_or_else(|| all.add(name.into()), |index| index + 1)
}

/// The name of a module, by number.
pub(crate) fn of_module(number: usize) -> Option<Arc<str>> {
    read().modules.get(number.checked_sub(1)?).cloned()
}

/// The number of a place; `None` if there are too many.
pub(super) fn place(name: &str) -> Option<u32> {
    let name = cut(name);
    write().place(name, |number| kept::note_place(Place::named(number), name))
}

/// The name of a place, by number.
pub(super) fn of_place(number: u32) -> Option<Arc<str>> {
    read().places.get(usize::try_from(number).ok()?).cloned()
}

/// Whether any module has a number.
pub(super) fn any() -> bool {
    !read().modules.is_empty()
}

/// The part of a name that is kept, cut between characters.
fn cut(name: &str) -> &str {
    let end = (0..=name.len().min(NAME_MAX)).rev().find(|&end| name.is_char_boundary(end));
    &name[..end.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_and_counted() {
        assert_eq!(cut("é".repeat(200).as_str()).len(), NAME_MAX);
        assert_eq!(cut("a"), "a");
        let (mut names, mut noted) = (Names::new(), Vec::new());
        for index in 0..PLACES_MAX {
            let name = format!("place {index}");
            assert_eq!(names.place(&name, |number| noted.push(number)), u32::try_from(index).ok());
        }
        assert_eq!(names.place("place 7", |number| noted.push(number)), Some(7));
        assert_eq!(names.place("one more", |number| noted.push(number)), None);
        assert_eq!(noted.len(), PLACES_MAX);
    }

    #[test]
    fn numbers_are_given_once() {
        let first = number(["a of names".into(), "b of names".into()]);
        assert_eq!(of_module(first + 1).as_deref(), Some("b of names"));
        assert_eq!(named("a of names"), first);
        let new = named("c of names");
        assert_eq!(named("c of names"), new);
        assert_eq!([0, usize::MAX].map(of_module), [None, None]);
        assert_ne!(first, 0);
    }
}
