//! The end of the process while a plugin is being mapped.
//!
//! `exit`, which `main` comes to when it returns, has the dynamic linker call destructors, for
//! which that needs its lock. A plugin that hangs in a constructor holds the lock for ever: without
//! help, a homeserver that has refused to start with it could not even end.

use std::cell::Cell;
use std::sync::atomic::{AtomicU8, Ordering};

/// No plugin is being mapped.
const IDLE: u8 = 0;
/// One is.
const OPENING: u8 = 1;
/// One is, and nobody expects it to come back.
const STUCK: u8 = 2;

static STATE: AtomicU8 = AtomicU8::new(IDLE);

thread_local! {
    /// Whether this thread maps a plugin: it holds the lock itself, and may take it again.
    static IS_OPENER: Cell<bool> = const { Cell::new(false) };
}

/// A plugin is being mapped by this thread, as long as this lives.
pub(crate) struct Opening(());

/// Notes that this thread maps a plugin.
pub(crate) fn opening() -> Opening {
    IS_OPENER.set(true);
    STATE.store(OPENING, Ordering::SeqCst);
    Opening(())
}

impl Drop for Opening {
    fn drop(&mut self) {
        STATE.store(IDLE, Ordering::SeqCst);
        IS_OPENER.set(false);
    }
}

/// The plugin that is being mapped will not come back.
pub(crate) fn stuck() {
    // Should it just have come back, nothing is stuck.
    let _ = STATE.compare_exchange(OPENING, STUCK, Ordering::SeqCst, Ordering::SeqCst);
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) use glibc::prepare;

/// Elsewhere it is not known what `exit` needs.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn prepare() {}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod glibc {
    use std::ffi::{c_int, c_void};
    use std::ptr::null_mut;
    use std::sync::Once;
    use std::sync::atomic::Ordering;
    use std::time::Duration;

    use super::{IDLE, IS_OPENER, STATE, STUCK};

    #[allow(unsafe_code, reason = "glibc takes what is to be done at exit in C only")]
    unsafe extern "C" {
        /// Has `function` called at `exit`, before what was registered earlier, with the exit code.
        fn on_exit(function: extern "C" fn(c_int, *mut c_void), argument: *mut c_void) -> c_int;
    }

    /// Sees to it that `exit` ends the process even if a plugin hangs while it is being mapped.
    #[allow(unsafe_code, reason = "glibc takes what is to be done at exit in C only")]
    pub(crate) fn prepare() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            // SAFETY: declared as in glibc's <stdlib.h>; the function lives as long as the
            // process, as libraries of Rust code are never unmapped, and does nothing with the
            // argument.
            let failed = unsafe { on_exit(leave, null_mut()) };
            if failed != 0 {
                tracing::debug!("if a plugin hangs, this process will not end by itself");
            }
        });
    }

    /// Ends the process at once if the linker's lock will not be given back.
    #[allow(unsafe_code, reason = "nothing but `_exit` ends a process without that lock")]
    extern "C" fn leave(code: c_int, _: *mut c_void) {
        // One that is merely slow is waited for, for a moment.
        for _ in 0..100 {
            match STATE.load(Ordering::SeqCst) {
                IDLE => return,
                STUCK => break,
                _ if IS_OPENER.get() => return,
                _ => std::thread::sleep(Duration::from_millis(10)),
            }
        }
        // SAFETY: always allowed. What was registered before is not called, and C's streams are
        // not written out, which is why it is the last resort; Rust's were before `exit`.
        unsafe { libc::_exit(code) }
    }
}
