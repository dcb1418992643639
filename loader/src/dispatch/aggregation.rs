//! How the answers of several modules are combined.

use std::ops::ControlFlow;

use hsmod_plugin_api::callbacks::password_auth_provider::rows::check_auth;
use hsmod_plugin_api::host::{Callback, Several};
use hsmod_plugin_api::table::Row;
use hsmod_plugin_api::values::{
    DirectoryVisibility, Each, InterestedUsers, JsonObject, UsersForStates,
};

use super::decision::{Answerer, Decision};
use crate::call_error::Cause;
use crate::generation::Generation;

/// Combines the answers of modules that are asked one after the other.
///
/// Neutral answers are not passed in, since they change nothing.
pub trait Aggregation<R: Row, P> {
    /// The combined answer.
    type Output;

    /// Whether it matters that no module is to be asked although some have registered the callback.
    const PICKS: bool = false;

    /// The modules to ask, in order.
    #[inline]
    fn asked<'g>(&self, generation: &'g Generation) -> &'g [Callback<R>] {
        generation.list::<R>()
    }

    /// Adds an answer. Either ends the question, or lets the next module be asked, perhaps with
    /// changed arguments.
    fn add(
        &mut self,
        answer: R::Answer,
        args: Option<&mut P>,
        by: Answerer<'_>,
    ) -> ControlFlow<Result<Self::Output, Cause>>;

    /// Called when all modules were asked and none ended the question.
    fn finish(&mut self) -> Result<Self::Output, Cause>;

    /// Called when there is no module to ask.
    #[inline]
    fn without_modules(&mut self) -> Result<Self::Output, Cause> {
        self.finish()
    }
}

/// The first answer decides.
#[derive(Debug)]
pub struct First;

impl<R: Row<Answer: Decision>, P> Aggregation<R, P> for First {
    type Output = <R::Answer as Decision>::Output;

    #[inline]
    fn add(
        &mut self,
        answer: R::Answer,
        _: Option<&mut P>,
        by: Answerer<'_>,
    ) -> ControlFlow<Result<Self::Output, Cause>> {
        ControlFlow::Break(answer.decide(Some(by)).map_err(Cause::Verdict))
    }

    #[inline]
    fn finish(&mut self) -> Result<Self::Output, Cause> {
        R::Answer::default().decide(None).map_err(Cause::Verdict)
    }
}

/// The only module asked decides; `None` if there is no module.
#[derive(Debug)]
pub struct Alone;

impl<R: Row<Answer: Decision>, P> Aggregation<R, P> for Alone {
    type Output = Option<<R::Answer as Decision>::Output>;

    const PICKS: bool = true;

    fn add(
        &mut self,
        answer: R::Answer,
        args: Option<&mut P>,
        by: Answerer<'_>,
    ) -> ControlFlow<Result<Self::Output, Cause>> {
        Aggregation::<R, P>::add(&mut First, answer, args, by).map_break(|first| first.map(Some))
    }

    fn finish(&mut self) -> Result<Self::Output, Cause> {
        Aggregation::<R, P>::finish(&mut First).map(Some)
    }

    fn without_modules(&mut self) -> Result<Self::Output, Cause> {
        Ok(None)
    }
}

/// As [`First`], among the modules that registered a login type.
#[derive(Debug)]
pub struct OfLoginType<'m>(pub(crate) &'m str);

impl<P> Aggregation<check_auth, P> for OfLoginType<'_> {
    type Output = <<check_auth as Row>::Answer as Decision>::Output;

    const PICKS: bool = true;

    fn asked<'g>(&self, generation: &'g Generation) -> &'g [Callback<check_auth>] {
        generation.auth_checkers.of(self.0)
    }

    fn add(
        &mut self,
        answer: <check_auth as Row>::Answer,
        args: Option<&mut P>,
        by: Answerer<'_>,
    ) -> ControlFlow<Result<Self::Output, Cause>> {
        Aggregation::<check_auth, P>::add(&mut First, answer, args, by)
    }

    fn finish(&mut self) -> Result<Self::Output, Cause> {
        Ok(None)
    }

    fn without_modules(&mut self) -> Result<Self::Output, Cause> {
        Err(Cause::Input(format!("no module knows the type of login `{}`", self.0)))
    }
}

/// The union of all answers.
#[derive(Debug, Default)]
pub struct Union<U>(U);

/// An answer that can be united with another module's.
pub trait Unite: Default {
    /// Adds `other`. Breaks if no further answer could change the result.
    fn unite(&mut self, other: Self) -> ControlFlow<()>;
}

impl Unite for UsersForStates {
    fn unite(&mut self, other: Self) -> ControlFlow<()> {
        Self::unite(self, other);
        ControlFlow::Continue(())
    }
}

impl Unite for InterestedUsers {
    fn unite(&mut self, other: Self) -> ControlFlow<()> {
        match (&mut *self, other) {
            (Self::Users(users), Self::Users(more)) => {
                users.extend(more);
                ControlFlow::Continue(())
            }
            _ => {
                *self = Self::All;
                ControlFlow::Break(())
            }
        }
    }
}

impl<R: Row<Answer: Unite>, P> Aggregation<R, P> for Union<R::Answer> {
    type Output = R::Answer;

    fn add(
        &mut self,
        answer: R::Answer,
        _: Option<&mut P>,
        _: Answerer<'_>,
    ) -> ControlFlow<Result<Self::Output, Cause>> {
        match self.0.unite(answer) {
            ControlFlow::Continue(()) => ControlFlow::Continue(()),
            ControlFlow::Break(()) => ControlFlow::Break(Ok(std::mem::take(&mut self.0))),
        }
    }

    fn finish(&mut self) -> Result<Self::Output, Cause> {
        Ok(std::mem::take(&mut self.0))
    }
}

/// The fields that the modules add to one item; the later module's win.
#[derive(Debug, Default)]
pub struct Merged(JsonObject);

impl<R: Row<Answer = Each<JsonObject>>, P> Aggregation<R, P> for Merged {
    type Output = JsonObject;

    fn add(
        &mut self,
        answer: Each<JsonObject>,
        _: Option<&mut P>,
        _: Answerer<'_>,
    ) -> ControlFlow<Result<Self::Output, Cause>> {
        self.0.extend(answer.into_answers().into_iter().flat_map(|(_, fields)| fields));
        ControlFlow::Continue(())
    }

    fn finish(&mut self) -> Result<Self::Output, Cause> {
        Ok(std::mem::take(&mut self.0))
    }
}

/// As [`Merged`], for each of several items.
#[derive(Debug)]
pub struct MergedEach(Vec<JsonObject>);

/// A combined answer about several items, given how many there are.
pub(crate) trait OfSeveral {
    /// The initial value for `count` items.
    fn new(count: usize) -> Self;
}

impl OfSeveral for MergedEach {
    fn new(count: usize) -> Self {
        Self(vec![JsonObject::new(); count])
    }
}

impl<R: Row<Answer = Each<JsonObject>>, P> Aggregation<R, P> for MergedEach {
    type Output = Vec<JsonObject>;

    const PICKS: bool = true;

    fn asked<'g>(&self, generation: &'g Generation) -> &'g [Callback<R>] {
        if self.0.is_empty() { &[] } else { generation.list::<R>() }
    }

    fn add(
        &mut self,
        answer: Each<JsonObject>,
        _: Option<&mut P>,
        _: Answerer<'_>,
    ) -> ControlFlow<Result<Self::Output, Cause>> {
        for (place, fields) in answer.into_answers() {
            if let Some(merged) = self.0.get_mut(place) {
                merged.extend(fields);
            }
        }
        ControlFlow::Continue(())
    }

    fn finish(&mut self) -> Result<Self::Output, Cause> {
        Ok(std::mem::take(&mut self.0))
    }
}

/// Which of several users are hidden. Users that one module hides are not passed to later modules.
#[derive(Debug)]
pub struct HiddenEach {
    answers: Vec<DirectoryVisibility>,
    /// The indices of the users that the next module is asked about.
    left: Vec<usize>,
}

impl OfSeveral for HiddenEach {
    fn new(count: usize) -> Self {
        Self { answers: vec![DirectoryVisibility::Visible; count], left: (0..count).collect() }
    }
}

impl<R, P> Aggregation<R, P> for HiddenEach
where
    R: Row<Answer = Each<DirectoryVisibility>>,
    P: Several,
{
    type Output = Vec<DirectoryVisibility>;

    const PICKS: bool = true;

    fn asked<'g>(&self, generation: &'g Generation) -> &'g [Callback<R>] {
        if self.left.is_empty() { &[] } else { generation.list::<R>() }
    }

    fn add(
        &mut self,
        answer: Each<DirectoryVisibility>,
        args: Option<&mut P>,
        _: Answerer<'_>,
    ) -> ControlFlow<Result<Self::Output, Cause>> {
        let mut hidden = vec![false; self.left.len()];
        for (place, visibility) in answer.into_answers() {
            if let (Some(hidden), Some(whole)) = (hidden.get_mut(place), self.left.get(place)) {
                *hidden = true;
                self.answers[*whole] = visibility;
            }
        }
        let mut place = 0..;
        self.left.retain(|_| place.next().is_some_and(|place| !hidden[place]));
        if let Some(args) = args {
            args.retain(|place| !hidden[place]);
        }
        if self.left.is_empty() {
            return ControlFlow::Break(Ok(std::mem::take(&mut self.answers)));
        }
        ControlFlow::Continue(())
    }

    fn finish(&mut self) -> Result<Self::Output, Cause> {
        Ok(std::mem::take(&mut self.answers))
    }
}
