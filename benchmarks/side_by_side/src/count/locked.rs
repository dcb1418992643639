//! Which x86-64 instructions are locked: they own a line of memory until they are complete.

/// Whether these bytes begin with a locked instruction.
pub(super) fn is_locked(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let [prefix @ (0x26 | 0x2e | 0x36 | 0x3e | 0x64..=0x67 | 0xf0 | 0xf2 | 0xf3), more @ ..] =
        rest
    {
        if *prefix == 0xf0 {
            return true;
        }
        rest = more;
    }
    if let [0x40..=0x4f, more @ ..] = rest {
        rest = more;
    }
    // `xchg` with memory is always locked, even without the prefix; with a register it is not.
    matches!(rest, [0x86 | 0x87, operands, ..] if operands >> 6 != 0b11)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixed_instructions_and_exchanges_with_memory_are_locked() {
        for locked in [
            // lock inc qword [rdi]
            &[0xf0, 0x48, 0xff, 0x07][..],
            // lock cmpxchg [rdi], ecx, with a prefix before
            &[0x66, 0xf0, 0x0f, 0xb1, 0x0f],
            // xchg [rdi], rax
            &[0x48, 0x87, 0x07],
            &[0x86, 0x07],
        ] {
            assert!(is_locked(locked), "{locked:02x?}");
        }
    }

    #[test]
    fn other_instructions_are_not_locked() {
        for plain in [
            // xchg rax, rcx
            &[0x48, 0x87, 0xc8][..],
            // inc qword [rdi]
            &[0x48, 0xff, 0x07],
            // nop, and bytes of the next instruction
            &[0x90, 0xf0],
            &[],
        ] {
            assert!(!is_locked(plain), "{plain:02x?}");
        }
    }
}
