//! Counts the allocations of a process in all of its images: preloaded (`LD_PRELOAD`), it comes
//! before the C library's allocator. A plugin has its own allocator, which a counter inside the
//! host does not see, but both use `malloc`.
//!
//! Rationale: this forwards to the names that glibc has for its own allocator. Looking up the next
//! definitions (`dlsym` with `RTLD_NEXT`) would need a function that may allocate. `free` stays
//! glibc's own, because all pointers come from glibc.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicU64, Ordering};

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

unsafe extern "C" {
    fn __libc_malloc(size: usize) -> *mut c_void;
    fn __libc_calloc(count: usize, size: usize) -> *mut c_void;
    fn __libc_realloc(old: *mut c_void, size: usize) -> *mut c_void;
    fn __libc_memalign(alignment: usize, size: usize) -> *mut c_void;
}

/// The number of allocations since the process began, including reallocations.
// SAFETY: nothing else in the process has this name.
#[unsafe(no_mangle)]
extern "C" fn hsmod_allocations() -> u64 {
    ALLOCATIONS.load(Ordering::Relaxed)
}

fn count() {
    ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
}

// SAFETY: replaces the C function of this name and keeps its contract.
#[unsafe(no_mangle)]
unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
    count();
    // SAFETY: promised by the caller.
    unsafe { __libc_malloc(size) }
}

// SAFETY: as for `malloc`.
#[unsafe(no_mangle)]
unsafe extern "C" fn calloc(number: usize, size: usize) -> *mut c_void {
    count();
    // SAFETY: promised by the caller.
    unsafe { __libc_calloc(number, size) }
}

// SAFETY: as for `malloc`.
#[unsafe(no_mangle)]
unsafe extern "C" fn realloc(old: *mut c_void, size: usize) -> *mut c_void {
    count();
    // SAFETY: promised by the caller; `old` comes from glibc, as every pointer does.
    unsafe { __libc_realloc(old, size) }
}

// SAFETY: as for `malloc`.
#[unsafe(no_mangle)]
unsafe extern "C" fn memalign(alignment: usize, size: usize) -> *mut c_void {
    count();
    // SAFETY: promised by the caller.
    unsafe { __libc_memalign(alignment, size) }
}

// SAFETY: as for `malloc`.
#[unsafe(no_mangle)]
unsafe extern "C" fn aligned_alloc(alignment: usize, size: usize) -> *mut c_void {
    count();
    // SAFETY: promised by the caller.
    unsafe { __libc_memalign(alignment, size) }
}

// SAFETY: as for `malloc`.
#[unsafe(no_mangle)]
unsafe extern "C" fn posix_memalign(out: *mut *mut c_void, alignment: usize, size: usize) -> c_int {
    if !alignment.is_power_of_two() || alignment < size_of::<*mut c_void>() {
        return libc::EINVAL;
    }
    count();
    // SAFETY: any power of two is a valid alignment.
    let memory = unsafe { __libc_memalign(alignment, size) };
    if memory.is_null() {
        return libc::ENOMEM;
    }
    // SAFETY: the caller promises that `out` can be written.
    unsafe { out.write(memory) };
    0
}
