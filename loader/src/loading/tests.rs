//! Shows the remedies for errors of the dynamic linker, which occur only in special processes.

use insta::assert_snapshot;

use super::{remedy, unreachable};

#[test]
fn each_linker_error_has_its_own_remedy() {
    assert_snapshot!(remedy("/proc/self/fd/9: cannot allocate memory in static TLS block"), @"a library in the plugin takes static thread-local storage, of which a process has little: start the homeserver with `GLIBC_TUNABLES=glibc.rtld.optional_static_tls=16384` in its environment (more if that is not enough), or build the plugin without its own allocator");
    assert_snapshot!(remedy("/proc/self/fd/9: cannot open shared object file: Too many open files"), @"this process has too many files open: raise its limit (`ulimit -n`; `LimitNOFILE=` in a systemd unit)");
    assert_snapshot!(remedy("libx.so: failed to map segment from shared object"), @"let the homeserver map code: a security module (SELinux, AppArmor), a `noexec` mount of `/proc` or the sysctl `vm.memfd_noexec` may prevent it");
    assert_snapshot!(remedy("libx.so: cannot open shared object file: No such file or directory"), @"install the libraries it needs, or link them into the plugin");
}

#[test]
#[cfg(target_os = "linux")]
fn an_unreachable_path_has_a_remedy() {
    let no_such_file = std::io::Error::from_raw_os_error(2);
    assert_snapshot!(unreachable(&no_such_file), @"plugins are mapped by a path below `/proc/self/fd`, which is not there: mount `/proc` (in a chroot: `mount -t proc proc /proc`; in a systemd unit: `ProcSubset=all`)");
    let too_many_files = std::io::Error::from_raw_os_error(24);
    assert_snapshot!(unreachable(&too_many_files), @"this process has too many files open: raise its limit (`ulimit -n`; `LimitNOFILE=` in a systemd unit)");
}
