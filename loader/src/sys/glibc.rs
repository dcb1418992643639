//! The version of glibc that this process runs with.

/// The version of the running glibc, such as `2.36`.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code, reason = "glibc provides its version through a C function only")]
pub(crate) fn glibc_version() -> Option<String> {
    use std::ffi::CStr;
    // SAFETY: glibc's manual promises a pointer to a constant, zero-terminated string that lives as
    // long as the process; the function takes no arguments and changes nothing.
    let version = unsafe { CStr::from_ptr(libc::gnu_get_libc_version()) };
    version.to_str().ok().map(str::to_owned)
}

/// Always `None`: this platform's C library is not glibc.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn glibc_version() -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    fn the_running_glibc_is_known() {
        assert!(glibc_version().is_some_and(|version| version.starts_with("2.")));
    }
}
