//! Describes the machine that figures were measured on, for comparison with other figures.

use std::fs;
use std::process::Command;

use crate::command::{Result, output};

/// The processor, the system and the compiler.
///
/// # Errors
/// The compiler does not report its version.
pub(super) fn described() -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let rustc = output(Command::new(rustc).arg("--version"))?;
    // `rustc 1.95.0 (59807616e 2026-04-14)`
    let rustc = rustc.split(" (").next().unwrap_or_default().trim();
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let processor = fs::read_to_string("/proc/cpuinfo").ok();
    let processor =
        processor.as_deref().and_then(processor_named).unwrap_or(std::env::consts::ARCH);
    let system = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let system = format!("{} {}", std::env::consts::OS, system.trim());
    Ok(format!("{processor}, {processors} processors, {}, {rustc}", system.trim()))
}

/// The processor's name as Linux reports it.
fn processor_named(cpuinfo: &str) -> Option<&str> {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_processor_is_named_as_linux_does() {
        let cpuinfo = "processor\t: 0\nmodel name\t: Fast CPU @ 2.00GHz\nflags\t: fpu\n";
        assert_eq!(processor_named(cpuinfo), Some("Fast CPU @ 2.00GHz"));
        assert_eq!(processor_named("Hardware\t: other"), None);
    }

    #[test]
    fn the_compiler_is_named_with_its_version() {
        let described = described().unwrap();
        let (_, compiler) = described.rsplit_once(", ").unwrap();
        assert!(compiler.starts_with("rustc 1."), "{described}");
    }
}
