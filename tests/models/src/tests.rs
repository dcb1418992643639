//! Tests that a published value exists as long as it has readers, and is freed after that.

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::AtomicU64;
use loom::thread;

use crate::published::{NOBODY, Published};

/// A published value. loom detects reads after it is dropped.
struct Value {
    number: u64,
    alive: UnsafeCell<bool>,
}

impl Value {
    fn new(number: u64) -> Arc<Self> {
        Arc::new(Self { number, alive: UnsafeCell::new(true) })
    }

    #[allow(unsafe_code, reason = "loom finds out whether somebody writes meanwhile")]
    fn look(&self) -> u64 {
        // SAFETY: loom checks that no access conflicts with another.
        self.alive.with(|alive| assert!(unsafe { *alive }, "it is gone"));
        self.number
    }
}

impl Drop for Value {
    #[allow(unsafe_code, reason = "loom finds out whether somebody reads meanwhile")]
    fn drop(&mut self) {
        // SAFETY: loom checks that no access conflicts with another.
        self.alive.with_mut(|alive| unsafe { *alive = false });
    }
}

/// The shared state: the published value and one word per reader.
struct Shared {
    published: Published<Value>,
    words: [AtomicU64; 2],
}

impl Shared {
    fn new() -> Arc<Self> {
        let words = [AtomicU64::new(NOBODY), AtomicU64::new(NOBODY)];
        Arc::new(Self { published: Published::new(Value::new(1)), words })
    }

    /// Replaces the value, and drops the old one once it has no readers.
    fn replace(&self, number: u64) {
        let mut old = self.published.replace(Value::new(number));
        old.value().look();
        loop {
            match old.give_up(&self.words) {
                Ok(value) => return drop(value),
                Err(read) => old = read,
            }
            thread::yield_now();
        }
    }
}

/// Explores all interleavings with at most three preemptions.
fn check(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

#[test]
fn released_data_is_never_read() {
    check(|| {
        let shared = Shared::new();
        let readers: Vec<_> = (0..2)
            .map(|number| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    shared.published.read(&shared.words[number], |value| value.look())
                })
            })
            .collect();
        shared.replace(2);
        for reader in readers {
            let seen = reader.join().unwrap();
            assert!([1, 2].contains(&seen));
        }
    });
}

#[test]
fn a_reader_inside_of_another_one_sees_something_that_is_there() {
    check(|| {
        let shared = Shared::new();
        let reader = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let word = &shared.words[0];
                shared.published.read(word, |outer| {
                    let inner = shared.published.read(word, |inner| inner.look());
                    assert!(inner >= outer.look(), "the older one was seen later");
                });
            })
        };
        shared.replace(2);
        reader.join().unwrap();
    });
}

#[test]
fn data_shared_by_a_reader_outlives_the_read() {
    check(|| {
        let shared = Shared::new();
        let reader = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let kept = shared.published.read(&shared.words[0], |value| value.share());
                kept.look()
            })
        };
        shared.replace(2);
        reader.join().unwrap();
    });
}

#[test]
fn several_may_replace_it_one_after_the_other() {
    check(|| {
        let shared = Shared::new();
        let other = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || shared.replace(2))
        };
        let seen = shared.published.read(&shared.words[0], |value| value.look());
        assert!([1, 2].contains(&seen));
        shared.replace(3);
        other.join().unwrap();
    });
}
