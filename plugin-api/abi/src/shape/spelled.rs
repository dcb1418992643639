//! How types are written in C.

use std::any::type_name;
use std::collections::{BTreeMap, HashMap};
use std::marker::PhantomData;

/// What has a spelling in C.
pub trait InC {
    /// How it is written; `shapes` notes the structures that this names.
    fn spelled(shapes: &mut Shapes) -> Spelling;

    /// The fields that one of this type is in C, `offset` bytes from the beginning; none if it takes
    /// no place.
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

/// How a type is written in C: around the name of what has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelling {
    before: String,
    after: String,
    /// What the type alone does not say in C.
    note: &'static str,
}

impl Spelling {
    fn plain(name: &str) -> Self {
        Self { before: format!("{name} "), after: String::new(), note: "" }
    }

    /// A pointer to it.
    fn pointer(self, constant: &str) -> Self {
        Self { before: format!("{constant}{}*", self.before), after: self.after, note: "" }
    }

    /// The same, with what is to be known of it.
    #[must_use]
    pub fn noted(self, note: &'static str) -> Self {
        Self { note, ..self }
    }

    /// What the type alone does not say in C.
    pub const fn note(&self) -> &'static str {
        self.note
    }

    /// A declaration of something with this name; without a name, the type alone.
    pub fn declare(&self, name: &str) -> String {
        format!("{}{name}{}", self.before, self.after).trim_end().to_owned()
    }
}

/// One field of a structure.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Member {
    /// Its name, which is that in C.
    pub name: &'static str,
    /// Its type.
    pub spelling: Spelling,
    /// In bytes from the beginning, on this platform.
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
    /// In bytes, on this platform.
    pub size: usize,
    /// The lines of its documentation.
    pub doc: Vec<&'static str>,
    /// Its fields, in order.
    pub members: Vec<Member>,
}

/// What was found on the way.
#[derive(Debug, Default)]
pub struct Shapes {
    /// By the name in C: the type that has it.
    seen: HashMap<String, &'static str>,
    structures: Vec<Structure>,
    answers: BTreeMap<(String, &'static str), Option<Spelling>>,
}

impl Shapes {
    /// All structures, each behind those of which it has one in itself.
    pub fn structures(&self) -> &[Structure] {
        &self.structures
    }

    /// Notes `T`, and what it leads to.
    pub fn add<T: InC>(&mut self) {
        let _ = T::spelled(self);
    }

    /// Notes what a function of a table answers.
    pub fn answer<T: InC, A: InC>(&mut self, function: &'static str) {
        let table = T::spelled(self).declare("");
        let answer = (size_of::<A>() > 0).then(|| A::spelled(self));
        self.answers.insert((table, function), answer);
    }

    /// What a function of a table answers, if it is a row; of one that has nothing to say, nothing.
    pub fn answer_of(&self, table: &str, function: &'static str) -> Option<Option<&Spelling>> {
        self.answers.get(&(table.to_owned(), function)).map(Option::as_ref)
    }

    /// Everything that is answered, once.
    pub fn answers(&self) -> Vec<&Spelling> {
        let mut answers: Vec<&Spelling> = self.answers.values().flatten().collect();
        answers.sort_by_key(|answer| answer.declare(""));
        answers.dedup_by_key(|answer| answer.declare(""));
        answers
    }

    /// The name in C of a structure, of which those of others are part.
    #[doc(hidden)]
    pub fn name(&mut self, name: &str, parts: &[fn(&mut Self) -> Spelling]) -> String {
        let plain = name.strip_prefix("Raw").or_else(|| name.strip_prefix("Ffi")).unwrap_or(name);
        // Of arguments: the table, and the row.
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

    /// Notes the structure `T`, unless it was seen before.
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

    /// A field.
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

/// A function that may be missing is null.
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
