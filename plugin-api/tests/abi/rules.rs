//! The layout rules of C: the sizes of types, and the offsets of their fields.
//!
//! A 32-bit plugin cannot be run here, but the rules are those of 64 bit with smaller pointers, and
//! on 64 bit they are compared with the compiler.

use abi_stable::type_layout::{ReprAttr, TLData, TLField, TLPrimitive, TypeLayout};

use crate::names::length;

/// The parameters of the rules.
#[derive(Clone, Copy)]
pub(crate) struct Platform {
    /// Size and alignment of a pointer, and of a `usize`.
    word: usize,
    /// Alignment of a number of eight bytes.
    eight: usize,
}

/// In the order of the columns.
pub(crate) const PLATFORMS: [Platform; 3] = [
    Platform { word: 8, eight: 8 },
    Platform { word: 4, eight: 8 },
    Platform { word: 4, eight: 4 },
];

/// Size and alignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) size: usize,
    pub(crate) align: usize,
}

impl Platform {
    /// Size and alignment of a type.
    pub(crate) fn extent(self, layout: &TypeLayout) -> Extent {
        let both = |size| Extent { size, align: size };
        match layout.data() {
            // This holds for `Option`s of functions; no other `Option` crosses.
            _ if matches!(layout.name(), "Option" | "AFunctionPointer") => both(self.word),
            TLData::Primitive(primitive) => match primitive {
                TLPrimitive::U8 | TLPrimitive::I8 | TLPrimitive::Bool => both(1),
                TLPrimitive::U16 | TLPrimitive::I16 => both(2),
                TLPrimitive::U32 | TLPrimitive::I32 | TLPrimitive::F32 => both(4),
                TLPrimitive::U64 | TLPrimitive::I64 | TLPrimitive::F64 => {
                    Extent { size: 8, align: self.eight }
                }
                TLPrimitive::Array => {
                    let item = layout.phantom_fields().iter().next().expect("what it is made of");
                    let item = self.field(&item);
                    Extent { size: item.size * length(layout), align: item.align }
                }
                _ => both(self.word),
            },
            // A lifetime, a type parameter, or a type without fields.
            _ if layout.size() == 0 => Extent { size: 0, align: layout.alignment() },
            TLData::Struct { fields } => {
                let known = matches!(layout.repr_attr(), ReprAttr::C | ReprAttr::Transparent);
                assert!(known, "`{}` is not `repr(C)`", layout.name());
                let Extent { size, align } = self.placed(fields.iter()).1;
                let align = align.max(declared_alignment(layout));
                Extent { size: size.next_multiple_of(align), align }
            }
            _ => panic!("`{}` is of a kind that does not cross the boundary", layout.name()),
        }
    }

    /// The offset of each field, and the extent of all of them.
    pub(crate) fn placed(self, fields: impl Iterator<Item = TLField>) -> (Vec<usize>, Extent) {
        let mut whole = Extent { size: 0, align: 1 };
        let place = |field: TLField| {
            let extent = self.field(&field);
            let offset = whole.size.next_multiple_of(extent.align);
            whole.size = offset + extent.size;
            whole.align = whole.align.max(extent.align);
            offset
        };
        let offsets = fields.map(place).collect();
        whole.size = whole.size.next_multiple_of(whole.align);
        (offsets, whole)
    }

    /// Size and alignment of a field: a function is a pointer.
    fn field(self, field: &TLField) -> Extent {
        if field.is_function() {
            return Extent { size: self.word, align: self.word };
        }
        self.extent(field.layout())
    }
}

/// The alignment that a type declares, which its description does not contain: the body of an
/// answer follows the head without padding.
fn declared_alignment(layout: &TypeLayout) -> usize {
    if layout.name() == "Answer" { 8 } else { 1 }
}

/// The compiler determines the offsets of public fields.
#[test]
fn the_rules_place_fields_as_the_compiler_does() {
    use std::mem::offset_of;

    use abi_stable::StableAbi;
    use hsmod_abi::{Context, Entry, RawError};

    let placed = |layout: &'static TypeLayout| {
        PLATFORMS[0].placed(layout.get_fields().expect("a structure").iter()).0
    };
    assert_eq!(
        placed(Entry::LAYOUT),
        [
            offset_of!(Entry, magic),
            offset_of!(Entry, size),
            offset_of!(Entry, major),
            offset_of!(Entry, minor),
            offset_of!(Entry, pointer_bits),
            offset_of!(Entry, endian),
            offset_of!(Entry, unwind),
            offset_of!(Entry, language),
            offset_of!(Entry, reserved),
            offset_of!(Entry, root),
            offset_of!(Entry, layouts),
        ]
    );
    assert_eq!(
        placed(RawError::LAYOUT),
        [
            offset_of!(RawError, code),
            offset_of!(RawError, flags),
            offset_of!(RawError, errcode),
            offset_of!(RawError, message),
            offset_of!(RawError, fields),
        ]
    );
    assert_eq!(
        placed(Context::LAYOUT)[2..],
        [
            offset_of!(Context, timeout_ns),
            offset_of!(Context, trace_id),
            offset_of!(Context, span_id),
        ]
    );
}
