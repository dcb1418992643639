//! The tracing process: it single-steps the child.

use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::FileExt;
use std::process::{Child, ChildStdin, Command};

use nix::sys::ptrace;
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;

use super::Counts;
use super::locked::is_locked;

/// How many instructions are traced for one figure, unless a single question has more: a computer
/// traces some ten thousand per second.
const ENOUGH: u64 = 20_000;
/// More instructions than any question takes: something is wrong with the child.
const TOO_MANY: u64 = 20_000_000;

type Fallible<T> = Result<T, Box<dyn Error>>;

/// Starts the program, and counts the cost of a question: the mean of this many, or of fewer if
/// they take long.
///
/// # Errors
/// The program cannot be traced, or it failed.
pub(super) fn counted(program: &mut Command, questions: u64) -> Fallible<Counts> {
    let mut child = program.spawn()?;
    let counts = watched(&mut child, questions);
    // It has ended already if it failed.
    drop(child.kill());
    drop(child.wait());
    counts
}

fn watched(child: &mut Child, questions: u64) -> Fallible<Counts> {
    let mut said = String::new();
    let output = child.stdout.take().ok_or("it is not piped")?;
    BufReader::new(output).read_line(&mut said)?;
    if said.is_empty() {
        return Err("the process that asks has ended".into());
    }
    let allocator = said.split_whitespace().map(str::parse).collect::<Result<Vec<u64>, _>>()?;
    let mut watch = Watch {
        pid: Pid::from_raw(i32::try_from(child.id())?),
        memory: File::open(format!("/proc/{}/mem", child.id()))?,
        orders: child.stdin.take().ok_or("it is not piped")?,
        allocator,
        known: HashMap::new(),
    };
    let none = watch.section(0)?;
    let one = watch.section(1)?.instructions.saturating_sub(none.instructions).max(1);
    let times = (ENOUGH / one).clamp(1, questions);
    let many = watch.section(times)?;
    Ok(Counts {
        instructions: share(many.instructions, none.instructions, times),
        locked: share(many.locked, none.locked, times),
        allocations: share(many.allocations, none.allocations, times),
    })
}

#[allow(clippy::cast_precision_loss, reason = "fewer than `TOO_MANY`")]
fn share(many: u64, none: u64, times: u64) -> f64 {
    many.saturating_sub(none) as f64 / times as f64
}

/// What was counted.
#[derive(Default)]
struct Seen {
    instructions: u64,
    locked: u64,
    allocations: u64,
}

struct Watch {
    pid: Pid,
    memory: File,
    orders: ChildStdin,
    /// The addresses of the allocator's functions.
    allocator: Vec<u64>,
    /// Whether the instruction at an address is locked.
    known: HashMap<u64, bool>,
}

impl Watch {
    /// Makes the child ask this many times.
    fn section(&mut self, times: u64) -> Fallible<Seen> {
        writeln!(self.orders, "{times}")?;
        self.wait_for_stop()?;
        let mut seen = Seen::default();
        let mut before = 0;
        for _ in 0..TOO_MANY {
            ptrace::step(self.pid, None)?;
            match waitpid(self.pid, None)? {
                WaitStatus::Stopped(_, Signal::SIGTRAP) => {}
                WaitStatus::Stopped(_, Signal::SIGSTOP) => {
                    ptrace::cont(self.pid, None)?;
                    return Ok(seen);
                }
                other => return Err(format!("the process that asks: {other:?}").into()),
            }
            let at = ptrace::getregs(self.pid)?.rip;
            // A repeating instruction stops once for each repetition.
            if at != before {
                before = at;
                self.look(at, &mut seen)?;
            }
        }
        Err("one question takes more instructions than can be counted".into())
    }

    /// Waits until the child has stopped itself.
    fn wait_for_stop(&self) -> Fallible<()> {
        match waitpid(self.pid, None)? {
            WaitStatus::Stopped(_, Signal::SIGSTOP) => Ok(()),
            other => Err(format!("the process that asks: {other:?}").into()),
        }
    }

    /// Counts the instruction at this address, which is executed next.
    fn look(&mut self, at: u64, seen: &mut Seen) -> Fallible<()> {
        seen.instructions += 1;
        seen.allocations += u64::from(self.allocator.contains(&at));
        let locked = match self.known.get(&at) {
            Some(locked) => *locked,
            None => {
                // The longest instruction has this many bytes; fewer are read at the end of mapped
                // memory.
                let mut bytes = [0; 15];
                let length = self.memory.read_at(&mut bytes, at)?;
                let locked = is_locked(&bytes[..length]);
                self.known.insert(at, locked);
                locked
            }
        };
        seen.locked += u64::from(locked);
        Ok(())
    }
}
