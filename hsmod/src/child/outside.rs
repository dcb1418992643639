//! The parent: it starts a child, gives it its task, hears what it says and sees how it ends.
//!
//! Rationale: threads that block, not an asynchronous runtime. They need no descriptors of their
//! own, and each step of getting them can fail in words where a system has too little of either.

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

/// How many blocks may wait to be heard.
const WAITING: usize = 4;

/// How much of what a child writes to stderr is kept: the end of it.
const KEPT: usize = 64 * 1024;

/// How long a child that has done its work may take to end.
pub(super) const AT_END: Duration = Duration::from_secs(10);

/// How often to look whether a child that says nothing is still there, and how long a talk may go
/// on after its end: a process that a module started may hold the other end of a pipe.
const TICK: Duration = Duration::from_millis(50);
const LAST_WORDS: Duration = Duration::from_millis(500);

/// What a child says that its parent has to do something with.
#[derive(Debug)]
pub(crate) enum Heard {
    /// To be passed on as it is.
    Answers(Vec<u8>),
    /// What a trial or a comparison found.
    Found(Found),
    /// So many more bytes are done.
    Read(u64),
}

/// A child that runs.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    blocks: Receiver<Block>,
    words: Words,
    told: Told,
    record: Option<File>,
}

/// The end of what a child wrote to stderr.
#[derive(Debug)]
struct Words {
    kept: Arc<Mutex<Vec<u8>>>,
    /// Closed when nothing more comes.
    over: Receiver<()>,
}

impl Process {
    /// Starts a child, which goes on with `input` when it has read its task, and with which the
    /// thread that started it must stay: it ends with that. Of a `stderr` that is piped, the end
    /// is kept to tell how the child ended.
    ///
    /// # Errors
    /// This system does not let us start a process, or the threads that it takes to talk to it.
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

    /// Hears the child until it ends, or for `limit`: then it is ended.
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
            // The pipe is closed, which the child notices when it answers again.
            self.blocks = sync_channel(0).1;
            self.told.unheard = true;
        }
    }

    /// Waits for the end of a child that has nothing more to say.
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
        // Of one that has ended already, there is nothing to do.
        let _ = end(&mut self.child);
    }
}

/// Ends a child. One that the kernel does not let go is not waited for long.
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

/// This command, as its own child.
fn command(listing: &Listing, record: Option<&File>) -> io::Result<Command> {
    let mut command = Command::new(this_program()?);
    #[cfg(unix)]
    std::os::unix::process::CommandExt::arg0(&mut command, "hsmod");
    command.arg("__child").arg("--parent").arg(std::process::id().to_string());
    let folder = listing.text().folder();
    // An empty argument would be none.
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

/// The file of this program. On Linux this very one, should another have taken its place.
fn this_program() -> io::Result<PathBuf> {
    let this = std::env::current_exe()?;
    Ok(if cfg!(target_os = "linux") && !this.exists() { "/proc/self/exe".into() } else { this })
}

/// Starts the threads that talk to a child.
fn serve(
    child: &mut Child,
    task: Vec<u8>,
    mut input: impl Read + Send + 'static,
    blocks: SyncSender<Block>,
) -> io::Result<Words> {
    if let Some(mut stdin) = child.stdin.take() {
        // A child that ended reads no more of it, which is told by how it ended.
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
