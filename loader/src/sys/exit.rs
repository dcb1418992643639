//! Lets the process end while a plugin is being mapped.
//!
//! `exit`, which is also called when `main` returns, makes the dynamic linker call destructors, for
//! which it needs its lock. A plugin that hangs in a constructor holds that lock for ever. So
//! without this, a homeserver that refused to start because of such a plugin could not even end.

use std::cell::Cell;
use std::sync::atomic::{AtomicU8, Ordering};

/// No plugin is being mapped.
const IDLE: u8 = 0;
/// A plugin is being mapped.
const OPENING: u8 = 1;
/// A plugin is being mapped and is not expected to return.
const STUCK: u8 = 2;

static STATE: AtomicU8 = AtomicU8::new(IDLE);

thread_local! {
    /// Whether this thread is mapping a plugin: it holds the lock itself and may take it again.
    static IS_OPENER: Cell<bool> = const { Cell::new(false) };
}

/// Lives while this thread maps a plugin.
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

/// Notes that the plugin being mapped is not expected to return.
pub(crate) fn stuck() {
    // If it has just returned, nothing is stuck.
    let _ = STATE.compare_exchange(OPENING, STUCK, Ordering::SeqCst, Ordering::SeqCst);
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) use glibc::prepare;

/// On other platforms, it is not known what `exit` needs.
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

    #[allow(unsafe_code, reason = "glibc accepts exit handlers through a C function only")]
    unsafe extern "C" {
        /// Registers `function`, which `exit` calls with the exit code, before functions registered
        /// earlier.
        fn on_exit(function: extern "C" fn(c_int, *mut c_void), argument: *mut c_void) -> c_int;
    }

    /// Makes `exit` end the process even if a plugin hangs while it is being mapped.
    #[allow(unsafe_code, reason = "glibc accepts exit handlers through a C function only")]
    pub(crate) fn prepare() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            // SAFETY: declared as in glibc's <stdlib.h>. The function lives as long as the process,
            // because libraries of Rust code are never unmapped, and does not use the argument.
            let failed = unsafe { on_exit(leave, null_mut()) };
            if failed != 0 {
                tracing::debug!("if a plugin hangs, this process will not end by itself");
            }
        });
    }

    /// Ends the process at once if the linker's lock will not be released.
    #[allow(unsafe_code, reason = "nothing but `_exit` ends a process without that lock")]
    extern "C" fn leave(code: c_int, _: *mut c_void) {
        // Wait a moment for a plugin that is merely slow.
        for _ in 0..100 {
            match STATE.load(Ordering::SeqCst) {
                IDLE => return,
                STUCK => break,
                _ if IS_OPENER.get() => return,
                _ => std::thread::sleep(Duration::from_millis(10)),
            }
        }
        // SAFETY: always allowed. Functions registered earlier are not called and C's streams are
        // not flushed, so this is the last resort; Rust's streams were flushed before `exit`.
        unsafe { libc::_exit(code) }
    }
}
