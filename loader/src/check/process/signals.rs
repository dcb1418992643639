//! What a plugin did to the handling of signals. The kernel reports which of the 64 signals are
//! handled, ignored or blocked as masks in hexadecimal.

use std::collections::BTreeMap;

use super::change;
use crate::problem::Problem;

pub(super) fn changes(
    before: &BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
) -> Vec<Problem> {
    let mask = |status: &BTreeMap<String, String>, key: &str| {
        status.get(key).and_then(|mask| u64::from_str_radix(mask, 16).ok()).unwrap_or(0)
    };
    let gained = |key| mask(after, key) & !mask(before, key);
    let had = mask(before, "SigCgt") | mask(before, "SigIgn");
    let reset = had & !mask(after, "SigCgt") & !mask(after, "SigIgn");
    let found = [
        (gained("SigCgt"), "it handles", "the homeserver's handler is no longer called"),
        (gained("SigIgn"), "it makes the process ignore", "the homeserver is not told"),
        (reset, "it removed the handler of", "this may end the homeserver"),
        (gained("SigBlk"), "it blocks", "a thread of the homeserver no longer receives it"),
    ];
    let found = found.into_iter().filter(|(mask, ..)| *mask != 0);
    let told = found.map(|(mask, what, consequence)| {
        change(
            &format!("{what} {}", named(mask)),
            consequence,
            "modules should leave signals to the homeserver; `shutdown` tells them when it ends",
        )
    });
    told.collect()
}

/// `the signals SIGINT, SIGTERM`
fn named(mask: u64) -> String {
    const MOST: usize = 5;
    let numbers = (1..=64).filter(|number| mask & (1 << (number - 1)) != 0);
    let names: Vec<String> = numbers.map(name).collect();
    let plural = if names.len() == 1 { "" } else { "s" };
    match names.len().saturating_sub(MOST) {
        0 => format!("the signal{plural} {}", names.join(", ")),
        more => format!("the signals {} and {more} more", names[..MOST].join(", ")),
    }
}

/// The signal's name, by Linux's numbers, which are the same on all processors except MIPS.
fn name(number: usize) -> String {
    const NAMES: &str = "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM \
                         STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO \
                         PWR SYS";
    match NAMES.split(' ').nth(number - 1) {
        Some(name) => format!("SIG{name}"),
        None => format!("number {number}"),
    }
}
