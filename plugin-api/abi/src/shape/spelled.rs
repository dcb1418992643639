//! The spelling of types in C.

use std::any::type_name;
use std::collections::{BTreeMap, HashMap};
use std::marker::PhantomData;

/// A type that has a spelling in C.
pub trait InC {
    /// Returns the spelling; records the structures that it mentions in `shapes`.
    fn spelled(shapes: &mut Shapes) -> Spelling;

    /// The C fields of a member of this type, `offset` bytes from the beginning; none if it takes
    /// no space.
    fn members(
        shapes: &mut Shapes,
        name: &'static str,
        offset: usize,
        doc: Vec<&'static str>,
    ) -> Vec<Member>
    where
        Self: Sized,
    {
        let spelling = Self::spelled(shapes);
        let member = Member { name, spelling, offset, doc };
        if size_of::<Self>() > 0 { vec![member] } else { Vec::new() }
    }
}

/// The spelling of a type in C: the text before and after a declared name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelling {
    before: String,
    after: String,
    /// What the C type alone does not express.
    note: &'static str,
}

impl Spelling {
    fn plain(name: &str) -> Self {
        Self { before: format!("{name} "), after: String::new(), note: "" }
    }

    /// A pointer to this type.
    fn pointer(self, constant: &str) -> Self {
        Self { before: format!("{constant}{}*", self.before), after: self.after, note: "" }
    }

    /// Adds a note.
    #[must_use]
    pub fn noted(self, note: &'static str) -> Self {
        Self { note, ..self }
    }

    /// What the C type alone does not express.
    pub const fn note(&self) -> &'static str {
        self.note
    }

    /// A declaration with this name; without a name, the type alone.
    pub fn declare(&self, name: &str) -> String {
        format!("{}{name}{}", self.before, self.after).trim_end().to_owned()
    }
}

/// One field of a structure.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Member {
    /// Its name, which is the same in C.
    pub name: &'static str,
    /// Its type.
    pub spelling: Spelling,
    /// The offset in bytes, on this platform.
    pub offset: usize,
    /// The lines of its documentation.
    pub doc: Vec<&'static str>,
}

/// A structure that crosses.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Structure {
    /// Its name in C.
    pub name: String,
    /// Its size in bytes, on this platform.
    pub size: usize,
    /// The lines of its documentation.
    pub doc: Vec<&'static str>,
    /// Its fields, in order.
    pub members: Vec<Member>,
}

/// The structures that have been found.
#[derive(Debug, Default)]
pub struct Shapes {
    /// The Rust type of each C name.
    seen: HashMap<String, &'static str>,
    structures: Vec<Structure>,
    answers: BTreeMap<(String, &'static str), Option<Spelling>>,
}

impl Shapes {
    /// All structures, each after those that it contains.
    pub fn structures(&self) -> &[Structure] {
        &self.structures
    }

    /// Records `T`, and the structures that are reachable from it.
    pub fn add<T: InC>(&mut self) {
        let _ = T::spelled(self);
    }

    /// Records the answer of a function of a table.
    pub fn answer<T: InC, A: InC>(&mut self, function: &'static str) {
        let table = T::spelled(self).declare("");
        let answer = (size_of::<A>() > 0).then(|| A::spelled(self));
        self.answers.insert((table, function), answer);
    }

    /// The answer of a function of a table, if the function is a row: `Some(None)` for one without
    /// a value.
    pub fn answer_of(&self, table: &str, function: &'static str) -> Option<Option<&Spelling>> {
        self.answers.get(&(table.to_owned(), function)).map(Option::as_ref)
    }

    /// All answers, without duplicates.
    pub fn answers(&self) -> Vec<&Spelling> {
        let mut answers: Vec<&Spelling> = self.answers.values().flatten().collect();
        answers.sort_by_key(|answer| answer.declare(""));
        answers.dedup_by_key(|answer| answer.declare(""));
        answers
    }

    /// The C name of a structure, with the names of its type parameters.
    #[doc(hidden)]
    pub fn name(&mut self, name: &str, parts: &[fn(&mut Self) -> Spelling]) -> String {
        let plain = name.strip_prefix("Raw").or_else(|| name.strip_prefix("Ffi")).unwrap_or(name);
        // For arguments: the table and the row.
        let plain = match plain.split_once("Table/") {
            Some((table, row)) => format!("{table}_{row}_args"),
            None => plain.to_owned(),
        };
        let mut text = "hsmod".to_owned();
        for letter in plain.chars() {
            if letter.is_ascii_uppercase() {
                text.push('_');
            }
            text.push(letter.to_ascii_lowercase());
        }
        for part in parts {
            let part = part(self).declare("");
            let part = part.trim_start_matches("hsmod_").trim_end_matches("_t");
            text = format!("{text}_of_{part}");
        }
        text
    }

    /// Records the structure `T`, unless it was seen before.
    ///
    /// # Panics
    /// If another type has the same name in C.
    #[doc(hidden)]
    pub fn structure<T>(
        &mut self,
        name: &str,
        doc: &[Option<&'static str>],
        members: impl FnOnce(&mut Self) -> Vec<Member>,
    ) -> Spelling {
        if let Some(former) = self.seen.insert(name.to_owned(), type_name::<T>()) {
            assert_eq!(former, type_name::<T>(), "both are called {name} in C");
            return Spelling::plain(name);
        }
        let members = members(self);
        let doc = doc.iter().copied().flatten().collect();
        let (name, size) = (name.to_owned(), size_of::<T>());
        let spelling = Spelling::plain(&name);
        self.structures.push(Structure { name, size, doc, members });
        spelling
    }

    /// The C fields of a member.
    #[doc(hidden)]
    pub fn members<T: InC>(
        &mut self,
        name: &'static str,
        offset: usize,
        doc: &[Option<&'static str>],
    ) -> Vec<Member> {
        T::members(self, name, offset, doc.iter().copied().flatten().collect())
    }
}

macro_rules! numbers {
    ($( $type:ty => $name:literal; )*) => { $(
        impl InC for $type {
            fn spelled(_: &mut Shapes) -> Spelling {
                Spelling::plain($name)
            }
        }
    )* };
}

numbers! {
    () => "void"; u8 => "uint8_t"; u16 => "uint16_t"; u32 => "uint32_t"; u64 => "uint64_t";
    i32 => "int32_t"; i64 => "int64_t"; f64 => "double"; usize => "size_t";
    crate::Flag => "hsmod_flag"; crate::Status => "hsmod_status";
}

impl<T> InC for PhantomData<T> {
    fn spelled(_: &mut Shapes) -> Spelling {
        Spelling::plain("void")
    }
}

impl<T: InC, const N: usize> InC for [T; N] {
    fn spelled(shapes: &mut Shapes) -> Spelling {
        let item = T::spelled(shapes);
        Spelling { after: format!("[{N}]{}", item.after), ..item }
    }
}

impl<T: InC> InC for *const T {
    fn spelled(shapes: &mut Shapes) -> Spelling {
        T::spelled(shapes).pointer("const ")
    }
}

impl<T: InC> InC for *mut T {
    fn spelled(shapes: &mut Shapes) -> Spelling {
        T::spelled(shapes).pointer("")
    }
}

impl<T: InC> InC for crate::Lent<'_, T> {
    fn spelled(shapes: &mut Shapes) -> Spelling {
        T::spelled(shapes).pointer("const ")
    }
}

impl<T: InC> InC for crate::MaybeLent<'_, T> {
    fn spelled(shapes: &mut Shapes) -> Spelling {
        T::spelled(shapes).pointer("const ").noted("Null: none.")
    }
}

impl<T: InC> InC for crate::LentMut<'_, T> {
    fn spelled(shapes: &mut Shapes) -> Spelling {
        T::spelled(shapes).pointer("")
    }
}

impl InC for crate::Source<'_> {
    fn spelled(_: &mut Shapes) -> Spelling {
        Spelling::plain("void").pointer("const ")
    }
}

/// A missing function is null.
impl<F: InC> InC for Option<F> {
    fn spelled(shapes: &mut Shapes) -> Spelling {
        F::spelled(shapes)
    }
}

macro_rules! functions {
    ($( ($($argument:ident),*); )*) => { $(
        impl<$($argument: InC,)* R: InC> InC for unsafe extern "C" fn($($argument),*) -> R {
            fn spelled(shapes: &mut Shapes) -> Spelling {
                let arguments: Vec<String> = vec![$( $argument::spelled(shapes).declare("") ),*];
                let arguments =
                    if arguments.is_empty() { "void".to_owned() } else { arguments.join(", ") };
                let result = R::spelled(shapes);
                Spelling {
                    before: format!("{}(*", result.before),
                    after: format!(")({arguments})"),
                    note: "",
                }
            }
        }
    )* };
}

functions! {
    (); (A); (A, B); (A, B, C); (A, B, C, D); (A, B, C, D, E); (A, B, C, D, E, F);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Continuation, Frame, Str, structure};

    structure! {
        /// Two of them.
        #[repr(C)]
        struct RawPairOf<'a, V> {
            /// The first.
            first: V,
            second: Str<'a>,
            counts: [u16; 3],
            lent: PhantomData<&'a V>,
        }
    }

    #[test]
    fn a_structure_is_known_by_its_fields() {
        let mut shapes = Shapes::default();
        let spelling = RawPairOf::<'static, u8>::spelled(&mut shapes);
        assert_eq!(spelling.declare("pair"), "hsmod_pair_of_of_uint8 pair");
        let [text, pair] = shapes.structures() else { panic!("the text comes first") };
        assert_eq!(
            (text.name.as_str(), pair.doc.as_slice()),
            ("hsmod_str", &[" Two of them."][..])
        );
        let shown: Vec<String> =
            pair.members.iter().map(|member| member.spelling.declare(member.name)).collect();
        assert_eq!(shown, ["uint8_t first", "hsmod_str second", "uint16_t counts[3]"]);
        assert_eq!(pair.members[0].doc, [" The first."]);
        assert_eq!(pair.members[1].offset, std::mem::align_of::<Str<'_>>());
    }

    #[test]
    fn functions_and_what_leads_to_itself() {
        let mut shapes = Shapes::default();
        shapes.add::<Frame>();
        shapes.add::<Continuation>();
        let frame = shapes.structures().iter().find(|found| found.name == "hsmod_frame").unwrap();
        let poll = frame.members.iter().find(|member| member.name == "poll").unwrap();
        assert_eq!(poll.spelling.declare("poll"), "hsmod_status (*poll)(void *, hsmod_frame *)");
    }
}
