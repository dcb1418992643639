//! A child ends when its parent does, whatever its modules are doing, so that an interrupted or
//! killed command leaves no process behind.

/// Ties this process to its parent from now on.
#[cfg(unix)]
pub(super) fn ends_with(parent: u32) {
    // SIGKILL works even if threads hang or signals are blocked.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    // Processes that a module starts and abandons become children of this one, where a trial finds
    // them.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    // The parent may have ended before the calls above.
    if is_orphan(parent) {
        std::process::exit(1);
    }
    #[cfg(not(target_os = "linux"))]
    watch(parent);
}

/// Whether the parent is gone: another process has then become this one's parent.
#[cfg(unix)]
fn is_orphan(parent: u32) -> bool {
    let now = rustix::process::getppid().map(|pid| pid.as_raw_pid().unsigned_abs());
    now != Some(parent)
}

/// Watches the parent in a thread, since other systems send no signal when it ends.
#[cfg(all(unix, not(target_os = "linux")))]
fn watch(parent: u32) {
    let look = move || {
        while !is_orphan(parent) {
            std::thread::sleep(std::time::Duration::from_millis(250));
        }
        let own = rustix::process::getpid();
        let _ = rustix::process::kill_process(own, rustix::process::Signal::KILL);
    };
    // If no thread can be started, the child ends when its work is done.
    let _ = std::thread::Builder::new().spawn(look);
}

/// Windows does not notify a child of its parent's end. The child ends when its work is done.
#[cfg(not(unix))]
pub(super) fn ends_with(_parent: u32) {}
