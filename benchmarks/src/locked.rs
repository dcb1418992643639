//! How many locked instructions a question takes. Each is counted as a single instruction, but
//! takes as long as twenty, or longer if another processor accesses the same memory.
//!
//! Rationale: neither the processor's counters nor valgrind count them separately. So this program
//! is run again, and for some questions every single instruction is inspected before it is
//! executed.

use crate::setting::Setting;

/// The argument that makes this program ask while it is traced.
pub(crate) const MODE: &str = "--locked";

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub use traced::of;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub(crate) use traced::show;

/// The locked instructions of one question; `None` where they cannot be counted.
#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
pub fn of(_: &Setting) -> Option<f64> {
    None
}

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
pub(crate) fn show(_: &Setting) {
    panic!("nothing can be looked at here");
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod traced {
    use std::process::{Command, Stdio};

    use nix::sys::ptrace;
    use nix::sys::signal::{Signal, raise};
    use nix::sys::wait::{WaitStatus, waitpid};
    use nix::unistd::Pid;

    use super::{MODE, Setting};

    /// The numbers of questions that are traced; the difference leaves out what happens only once.
    const TIMES: [u32; 2] = [8, 72];

    /// The locked instructions of one question; `None` where they cannot be counted.
    ///
    /// # Panics
    /// This program cannot be traced, as in some containers.
    pub fn of(setting: &Setting) -> Option<f64> {
        let mut program = Command::new(std::env::current_exe().expect("this program has a file"));
        let mut child =
            setting.hand_to(&mut program, MODE).stdout(Stdio::null()).spawn().expect("it runs");
        let pid = Pid::from_raw(i32::try_from(child.id()).expect("a process"));
        let first = waitpid(pid, None).expect("it stops");
        assert!(matches!(first, WaitStatus::Stopped(..)), "it did not stop: {first:?}");
        let [few, many] = TIMES.map(|_| up_to_the_next_stop(pid));
        ptrace::detach(pid, None).expect("it goes on");
        assert!(child.wait().expect("it ends").success(), "it failed");
        Some(f64::from(many - few) / f64::from(TIMES[1] - TIMES[0]))
    }

    /// Asks while being traced.
    pub(crate) fn show(setting: &Setting) {
        let subject = setting.subject();
        subject.ask(setting.case, 1);
        ptrace::traceme().expect("its parent may look");
        let stop = || raise(Signal::SIGSTOP).expect("it stops");
        stop();
        for times in TIMES {
            subject.ask(setting.case, times as usize);
            stop();
        }
    }

    /// The number of locked instructions until the process stops itself.
    fn up_to_the_next_stop(pid: Pid) -> u32 {
        let mut locked = 0;
        let mut signal = None;
        loop {
            locked += u32::from(is_locked(next_bytes(pid)));
            ptrace::step(pid, signal.take()).expect("it goes on");
            match waitpid(pid, None).expect("it stops") {
                WaitStatus::Stopped(_, Signal::SIGTRAP) => {}
                WaitStatus::Stopped(_, Signal::SIGSTOP) => return locked,
                WaitStatus::Stopped(_, other) => signal = Some(other),
                ended => panic!("it ended: {ended:?}"),
            }
        }
    }

    /// The bytes of the instruction that is executed next.
    fn next_bytes(pid: Pid) -> [u8; 8] {
        let at = ptrace::getregs(pid).expect("it has stopped").rip;
        let word = ptrace::read(pid, at as ptrace::AddressType).expect("there is code");
        word.to_le_bytes()
    }

    /// Whether an instruction is locked: by a prefix, or because it exchanges with memory.
    fn is_locked(bytes: [u8; 8]) -> bool {
        const PREFIXES: [u8; 10] = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf2, 0xf3];
        const LOCK: u8 = 0xf0;
        let mut rest = &bytes[..];
        while let Some((first, behind)) = rest.split_first() {
            match *first {
                LOCK => return true,
                prefix if PREFIXES.contains(&prefix) => rest = behind,
                _ => break,
            }
        }
        // The REX prefix, which comes last.
        if let [0x40..=0x4f, behind @ ..] = rest {
            rest = behind;
        }
        matches!(rest, [0x86 | 0x87, operands, ..] if operands >> 6 != 0b11)
    }

    #[cfg(test)]
    mod tests {
        use super::is_locked;

        fn locked(bytes: &[u8]) -> bool {
            let mut eight = [0x90; 8];
            eight[..bytes.len()].copy_from_slice(bytes);
            is_locked(eight)
        }

        #[test]
        fn locked_instructions_are_recognised() {
            assert!(locked(&[0xf0, 0x48, 0xff, 0x01]), "lock incq (%rcx)");
            assert!(locked(&[0x48, 0x87, 0x4d, 0x18]), "xchg %rcx,0x18(%rbp)");
            assert!(locked(&[0x66, 0xf0, 0x0f, 0xb1, 0x11]), "lock cmpxchg %dx,(%rcx)");
            assert!(!locked(&[0x48, 0x87, 0xca]), "xchg %rcx,%rdx");
            assert!(!locked(&[0x90]), "nop");
            assert!(!locked(&[0xf3, 0x0f, 0x1e, 0xfa]), "endbr64");
            assert!(!locked(&[0x48, 0x89, 0x87, 0xf0, 0x00]), "mov %rax,0xf0(%rdi)");
        }
    }
}
