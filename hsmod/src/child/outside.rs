//! The parent: it starts a child, sends its task, receives its blocks and observes how it ends.
//!
//! Rationale: this uses blocking threads and no asynchronous runtime. Threads need no file
//! descriptors, and if a system runs short of either, each step can fail with a clear message.

use std::fs::File;
use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Builder;
use std::time::{Duration, Instant};

use super::block::{self, Block};
use super::ended::{Ended, How, Told};
use super::{Found, Report, Task, record};
use crate::exit::Result;
use crate::limits;
use crate::modules::Listing;

/// The number of received blocks that may wait to be handled.
const WAITING: usize = 4;

/// How many bytes of a child's stderr are kept: the last ones.
const KEPT: usize = 64 * 1024;

/// How long a child that has done its work may take to exit.
pub(super) const AT_END: Duration = Duration::from_secs(10);

/// How often to check whether a silent child still runs, and how long to keep reading after its
/// end. The second is limited because a process that a module started may hold a pipe open.
const TICK: Duration = Duration::from_millis(50);
const LAST_WORDS: Duration = Duration::from_millis(500);

/// What a child sends that the caller of [`Process::hear`] has to handle.
#[derive(Debug)]
pub(crate) enum Heard {
    /// Answers, to be passed on unchanged.
    Answers(Vec<u8>),
    /// The findings of a trial or of a schema validation.
    Found(Found),
    /// The child has processed this many more bytes of its input.
    Read(u64),
}

/// A running child.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    blocks: Receiver<Block>,
    words: Words,
    told: Told,
    record: Option<File>,
}

/// The last part of what a child writes to stderr.
#[derive(Debug)]
struct Words {
    kept: Arc<Mutex<Vec<u8>>>,
    /// Closed when stderr has ended.
    over: Receiver<()>,
}

impl Process {
    /// Starts a child, which reads `input` after its task. The calling thread must outlive the
    /// child: on Linux the child ends when that thread does. If `stderr` is piped, its last part is
    /// kept for messages about how the child ended.
    ///
    /// # Errors
    /// The system does not allow the process, or the threads that serve its pipes, to be started.
    pub(crate) fn start(
        task: &Task,
        listing: &Listing,
        input: impl Read + Send + 'static,
        stderr: Stdio,
    ) -> Result<Self> {
        Self::try_start(task, listing, input, stderr)
            .map_err(|error| limits::stop("cannot run modules in a process of their own", &error))
    }

    fn try_start(
        task: &Task,
        listing: &Listing,
        input: impl Read + Send + 'static,
        stderr: Stdio,
    ) -> io::Result<Self> {
        let mut task = serde_json::to_vec(task)?;
        task.push(b'\n');
        let record = record::new();
        let mut child = command(listing, record.as_ref())?.stderr(stderr).spawn()?;
        let (sender, blocks) = sync_channel(WAITING);
        match serve(&mut child, task, input, sender) {
            Ok(words) => Ok(Self { child, blocks, words, told: Told::default(), record }),
            Err(error) => {
                end(&mut child)?;
                Err(error)
            }
        }
    }

    /// Handles what the child sends until it ends. After `limit` the child is killed.
    pub(crate) fn hear(
        mut self,
        limit: Option<Duration>,
        mut hear: impl FnMut(Heard) -> ControlFlow<()>,
    ) -> Ended {
        let mut deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
        let how = loop {
            match self.blocks.recv_timeout(TICK) {
                Ok(block) => self.take(block, &mut hear),
                Err(RecvTimeoutError::Disconnected) => break self.wait(deadline),
                Err(RecvTimeoutError::Timeout) => match self.child.try_wait() {
                    Ok(Some(status)) => break How::ByItself(status),
                    Ok(None) => {}
                    Err(error) => break How::Unknown(error),
                },
            }
            if self.told.is_done() && deadline.is_none() {
                deadline = Instant::now().checked_add(AT_END);
            }
            if is_over(deadline) {
                break self.end();
            }
        };
        while let Ok(block) = self.blocks.recv_timeout(LAST_WORDS) {
            self.take(block, &mut hear);
        }
        let _ = self.words.over.recv_timeout(LAST_WORDS);
        let words = self.words.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let words = String::from_utf8_lossy(&words).into_owned();
        let left = self.record.as_ref().map(record::left).unwrap_or_default();
        Ended { how, words, told: std::mem::take(&mut self.told), left }
    }

    fn take(&mut self, block: Block, hear: &mut impl FnMut(Heard) -> ControlFlow<()>) {
        let flow = match block {
            Block::Answers(bytes) => hear(Heard::Answers(bytes)),
            Block::Report(Report::Found(found)) => hear(Heard::Found(found)),
            Block::Report(Report::Read(bytes)) => hear(Heard::Read(bytes)),
            Block::Report(report) => {
                self.told.note(report);
                return;
            }
        };
        if flow.is_break() {
            // The pipe is closed, which the child notices at its next answer.
            self.blocks = sync_channel(0).1;
            self.told.unheard = true;
        }
    }

    /// Waits for the end of a child that has closed its output.
    fn wait(&mut self, deadline: Option<Instant>) -> How {
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return How::ByItself(status),
                Ok(None) if is_over(deadline) => return self.end(),
                Ok(None) => std::thread::sleep(Duration::from_millis(1)),
                Err(error) => return How::Unknown(error),
            }
        }
    }

    fn end(&mut self) -> How {
        end(&mut self.child).map_or_else(How::Unknown, |()| How::TooLate)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // An error means that the child has ended already.
        let _ = end(&mut self.child);
    }
}

/// Kills a child. If the kernel does not let it end, the wait is short.
fn end(child: &mut Child) -> io::Result<()> {
    child.kill()?;
    let deadline = Instant::now().checked_add(LAST_WORDS);
    while child.try_wait()?.is_none() && !is_over(deadline) {
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

fn is_over(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| deadline <= Instant::now())
}

/// The command line that starts this program as a child.
fn command(listing: &Listing, record: Option<&File>) -> io::Result<Command> {
    let mut command = Command::new(this_program()?);
    #[cfg(unix)]
    std::os::unix::process::CommandExt::arg0(&mut command, "hsmod");
    command.arg("__child").arg("--parent").arg(std::process::id().to_string());
    let folder = listing.text().folder();
    // An empty path means the working directory, and an empty argument would be refused.
    command.arg("--folder").arg(if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    });
    if let Some(folder) = listing.plugins_dir() {
        command.arg("--plugins-dir").arg(folder);
    }
    command.args(record.into_iter().flat_map(record::argument));
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    Ok(command)
}

/// The file of this program. On Linux it is this very program even if its file has been replaced.
fn this_program() -> io::Result<PathBuf> {
    let this = std::env::current_exe()?;
    Ok(if cfg!(target_os = "linux") && !this.exists() { "/proc/self/exe".into() } else { this })
}

/// Starts the threads that serve a child's pipes.
fn serve(
    child: &mut Child,
    task: Vec<u8>,
    mut input: impl Read + Send + 'static,
    blocks: SyncSender<Block>,
) -> io::Result<Words> {
    if let Some(mut stdin) = child.stdin.take() {
        // Writing fails if the child has ended. How it ended is reported elsewhere.
        thread("to a child", move || {
            let _ = stdin.write_all(&task).and_then(|()| io::copy(&mut input, &mut stdin));
        })?;
    }
    if let Some(mut stdout) = child.stdout.take() {
        thread("from a child", move || {
            while let Some(block) = block::next(&mut stdout) {
                if blocks.send(block).is_err() {
                    break;
                }
            }
        })?;
    }
    let kept = Arc::new(Mutex::new(Vec::new()));
    let (writing, over) = sync_channel(0);
    if let Some(stderr) = child.stderr.take() {
        let kept = Arc::clone(&kept);
        thread("words of a child", move || {
            listen(stderr, &kept);
            drop(writing);
        })?;
    }
    Ok(Words { kept, over })
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    Builder::new().name(name.to_owned()).spawn(run).map(|_| ())
}

fn listen(mut stderr: ChildStderr, words: &Mutex<Vec<u8>>) {
    let mut chunk = vec![0; KEPT / 4];
    while let Ok(length @ 1..) = stderr.read(&mut chunk) {
        let mut words = words.lock().unwrap_or_else(PoisonError::into_inner);
        words.extend_from_slice(&chunk[..length]);
        let surplus = words.len().saturating_sub(KEPT);
        words.drain(..surplus);
    }
}
