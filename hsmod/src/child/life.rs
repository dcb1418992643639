//! A child ends when its parent does, whatever its modules are at: nothing is left behind when a
//! command is interrupted or killed.

/// Sees to it, from now on.
#[cfg(unix)]
pub(super) fn ends_with(parent: u32) {
    // Whatever hangs or blocks signals: this one cannot be held up.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    // What a module starts and lets go is found here, and not anywhere on the system.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    // It may have ended before.
    if is_orphan(parent) {
        std::process::exit(1);
    }
    #[cfg(not(target_os = "linux"))]
    watch(parent);
}

/// Somebody else has taken the place of a parent that is gone.
#[cfg(unix)]
fn is_orphan(parent: u32) -> bool {
    let now = rustix::process::getppid().map(|pid| pid.as_raw_pid().unsigned_abs());
    now != Some(parent)
}

/// Other systems send no signal: a thread looks.
#[cfg(all(unix, not(target_os = "linux")))]
fn watch(parent: u32) {
    let look = move || {
        while !is_orphan(parent) {
            std::thread::sleep(std::time::Duration::from_millis(250));
        }
        let own = rustix::process::getpid();
        let _ = rustix::process::kill_process(own, rustix::process::Signal::KILL);
    };
    // Without a thread for it, the child ends with its work.
    let _ = std::thread::Builder::new().spawn(look);
}

/// Windows tells nobody's parent; the child ends with its work.
#[cfg(not(unix))]
pub(super) fn ends_with(_parent: u32) {}
