//! Extracts from a process's last output the lines that tell why it ended.

use hsmod_loader::suggestion::printable;

/// The number of lines that are shown.
const LINES: usize = 3;

/// `; it last wrote: ..`, or nothing: the message of the last panic, otherwise the last lines.
pub(crate) fn last(words: &str) -> String {
    let lines: Vec<&str> = words.lines().filter(|line| tells_something(line)).collect();
    let cause = |at: &usize| is_panic(lines[*at]) && !is_consequence(&lines[*at..]);
    let shown = match (0..lines.len()).rev().find(cause) {
        Some(cause) => {
            let rest = &lines[cause + 1..];
            let end = rest.iter().position(|line| is_panic(line)).unwrap_or(rest.len());
            &lines[cause..=cause + end.min(LINES - 1)]
        }
        None => &lines[lines.len().saturating_sub(LINES)..],
    };
    match shown {
        [] => String::new(),
        shown => format!("; it last wrote: {}", printable(&shown.join(" / "))),
    }
}

/// Whether a line is worth showing. Backtraces are not, being long, and neither are the loader's
/// own logs about a module that hangs, which the message repeats.
fn tells_something(line: &str) -> bool {
    // `WARN hsmod_loader::watchdog: ..`
    if line.split_whitespace().nth(1).is_some_and(|target| target.starts_with("hsmod_loader")) {
        return false;
    }
    let text = line.trim_start();
    let numbered = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_frame = line.starts_with(' ')
        && (text.starts_with("at ") || numbered.len() < text.len() && numbered.starts_with(": "));
    !(text.is_empty() || is_frame || text == "stack backtrace:" || text.starts_with("note: "))
}

/// Recognizes a panic message of the standard library or of the log.
fn is_panic(line: &str) -> bool {
    line.starts_with("thread '") && line.contains(" panicked at ") || line.contains(LOGGED)
}

const LOGGED: &str = "ERROR panic: ";

/// Whether a panic only follows from another one that was not allowed to unwind.
fn is_consequence(lines: &[&str]) -> bool {
    let message = match lines {
        [logged, ..] if logged.contains(LOGGED) => logged,
        [_, message, ..] => message,
        _ => return false,
    };
    message.contains("panic in a function that cannot unwind")
        || message.contains("panic in a destructor during cleanup")
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::last;

    #[test]
    fn a_panic_is_shown_by_its_message_and_not_by_the_end_of_its_backtrace() {
        let words = "\
loading things

thread 'worker' (7) panicked at src/lib.rs:41:5:
the list is empty
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
stack backtrace:
   0: rust_begin_unwind
             at /rustc/library/std/src/panicking.rs:697:5
  12: core::panicking::panic_fmt

thread 'worker' (7) panicked at library/core/src/panicking.rs:225:5:
panic in a function that cannot unwind
stack backtrace:
   0:     0x5 - std::backtrace_rs::backtrace::libunwind::trace::h1
                               at /rustc/library/std/src/../../backtrace/libunwind.rs:117:9
thread caused non-unwinding panic. aborting.
";
        assert_snapshot!(last(words), @"; it last wrote: thread 'worker' (7) panicked at src/lib.rs:41:5: / the list is empty");
        let cut = &words[..words.find("\nthread 'worker' (7) panicked at library").unwrap()];
        assert_eq!(last(cut), last(words));
        let logged = "\
ERROR panic: the list is empty thread=\"worker\" module=\"demo\"
ERROR panic: panic in a function that cannot unwind thread=\"worker\" module=\"demo\"
thread caused non-unwinding panic. aborting.
";
        assert_snapshot!(last(logged), @r#"; it last wrote: ERROR panic: the list is empty thread="worker" module="demo""#);
    }

    #[test]
    fn without_a_panic_the_last_lines_are_shown() {
        let words = "one\n\ntwo\nthree\nfree(): invalid \x1b pointer\n";
        assert_snapshot!(last(words), @r"; it last wrote: two / three / free(): invalid \u{1b} pointer");
        assert_eq!(last(" \n"), "");
        assert_eq!(last(" WARN hsmod_loader::watchdog: module `demo` blocks a thread\n"), "");
    }
}
