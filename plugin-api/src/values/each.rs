//! Callbacks that a homeserver asks about several items at once: the author's method is called with
//! one item at a time, but the boundary is crossed only once.

use std::future::Future;

use hsmod_abi::OwnedArray;

use super::answer::{Answer, Unreadable};
use super::error::ModuleError;

/// The answers for several items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Each<A>(Vec<(usize, A)>);

impl<A> Each<A> {
    /// The answers that are not neutral, each with the index of its item, in order.
    pub fn into_answers(self) -> Vec<(usize, A)> {
        self.0
    }
}

impl<A> Default for Each<A> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

hsmod_abi::structure! {
    /// One answer of several, in C form.
    #[repr(C)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct RawEach<R> {
        /// The index of the item, in the order in which the items were given.
        place: usize,
        answer: R,
    }
}

impl<A: Answer> Answer for Each<A> {
    type Raw = OwnedArray<RawEach<A::Raw>>;

    #[inline]
    fn is_neutral(&self) -> bool {
        self.0.is_empty()
    }

    fn into_raw(self) -> Option<Self::Raw> {
        let raw =
            |(place, answer): (usize, A)| answer.into_raw().map(|answer| RawEach { place, answer });
        let answers: Vec<_> = self.0.into_iter().filter_map(raw).collect();
        (!answers.is_empty()).then(|| answers.into())
    }

    fn from_raw(raw: Self::Raw) -> Result<Self, Unreadable> {
        let mut answers = Vec::new();
        for RawEach { place, answer } in raw.into_vec() {
            let answer = A::from_raw(answer).or_else(A::of_unreadable)?;
            if !answer.is_neutral() {
                answers.push((place, answer));
            }
        }
        Ok(Self(answers))
    }
}

/// Asks about one item after the other; stops at the first error.
pub(crate) async fn ask_each<'a, T, A, F>(
    items: &'a [T],
    ask: impl Fn(&'a T) -> F,
) -> Result<Each<A>, ModuleError>
where
    A: Answer,
    F: Future<Output = Result<A, ModuleError>>,
{
    let mut answers = Vec::new();
    for (place, item) in items.iter().enumerate() {
        let answer = ask(item).await?;
        if !answer.is_neutral() {
            answers.push((place, answer));
        }
    }
    Ok(Each(answers))
}

/// Marks a row whose callback is asked about several items.
#[allow(non_camel_case_types, reason = "rows name it as the keyword it is there")]
#[derive(Debug)]
#[non_exhaustive]
pub enum each {}

/// The answer of a row's C slot: the answer of the row, or several of them.
pub type Answered<A, W> = <W as Way<A>>::Answer;

/// Whether a row's callback is asked about one item or several.
pub trait Way<A> {
    /// The answer of the row's C slot.
    type Answer;

    /// Its answer about the first item.
    #[cfg(feature = "host")]
    fn item(answer: Self::Answer) -> A;
}

impl<A> Way<A> for () {
    type Answer = A;

    #[cfg(feature = "host")]
    fn item(answer: A) -> A {
        answer
    }
}

impl<A: Default> Way<A> for (each,) {
    type Answer = Each<A>;

    #[cfg(feature = "host")]
    fn item(answer: Each<A>) -> A {
        answer.0.into_iter().find(|(place, _)| *place == 0).map_or_else(A::default, |(_, one)| one)
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::values::DirectoryVisibility::{self, Hidden, Visible};

    fn asked(items: &[u8]) -> Result<Each<DirectoryVisibility>, ModuleError> {
        let ask = |item: &u8| {
            std::future::ready(match item {
                0 => Ok(Visible),
                1 => Ok(Hidden),
                _ => Err(ModuleError::new("no")),
            })
        };
        match pin!(ask_each(items, ask)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => answer,
            Poll::Pending => panic!("nothing waits here"),
        }
    }

    #[test]
    fn only_what_is_not_neutral_crosses() {
        let answers = asked(&[0, 1, 0, 1]).unwrap();
        let raw = answers.clone().into_raw().unwrap().into_vec();
        assert_eq!(raw.len(), 2);
        assert_eq!(Each::from_raw(raw.into()).unwrap().into_answers(), [(1, Hidden), (3, Hidden)]);
        assert!(asked(&[0, 0]).unwrap().is_neutral() && asked(&[]).unwrap().is_neutral());
    }

    /// An unknown answer about one item does not change those about the others.
    #[test]
    fn an_item_whose_answer_cannot_be_read_is_denied() {
        let raw = [(1, 9), (2, 0), (3, 1)].map(|(place, answer)| RawEach { place, answer });
        let answers = Each::<DirectoryVisibility>::from_raw(Vec::from(raw).into()).unwrap();
        assert_eq!(answers.into_answers(), [(1, Hidden), (3, Hidden)]);
    }

    #[test]
    fn the_first_error_ends_it() {
        assert!(asked(&[1, 2, 1]).is_err());
    }
}
