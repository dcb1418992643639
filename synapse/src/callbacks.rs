//! The callbacks, by category: one file per category, one row per callback.

mod account_data;
mod account_validity;
mod add_extra_fields_to_unsigned_client_event;
mod background_update_controller;
mod federation;
mod media_repository;
mod password_auth_provider;
mod presence_router;
mod ratelimit;
mod spam_checker;
mod third_party_rules;

use std::collections::BTreeMap;
use std::sync::Arc;

use hsmod_loader::CallbackInfo;
use hsmod_loader::rows::CATEGORIES;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::convert::arguments::Argument;
use crate::home::Home;
use crate::task::{Asking, awaitable};

/// A callback, in the form in which Synapse calls it.
pub(crate) struct Row {
    pub(crate) category: &'static str,
    pub(crate) name: &'static str,
    /// The names of its arguments, as in the loader.
    pub(crate) arguments: &'static [&'static str],
    /// Converts the arguments from Python, and asks the modules when it is polled.
    ask: fn(&Arc<Home>, &Bound<'_, PyTuple>) -> PyResult<Asking>,
}

/// The rows of all categories.
const ROWS: &[&[Row]] = &[
    spam_checker::ROWS,
    third_party_rules::ROWS,
    account_validity::ROWS,
    presence_router::ROWS,
    password_auth_provider::ROWS,
    background_update_controller::ROWS,
    account_data::ROWS,
    add_extra_fields_to_unsigned_client_event::ROWS,
    media_repository::ROWS,
    ratelimit::ROWS,
    federation::ROWS,
];

/// The row of a callback.
pub(crate) fn row(category: &str, name: &str) -> Option<&'static Row> {
    let rows = || ROWS.iter().copied().flatten();
    rows().find(|row| row.category == category && row.name == name)
}

/// The names of the arguments of every callback that can be registered with Synapse, by its full
/// name.
#[pyfunction]
pub(crate) fn callbacks() -> BTreeMap<String, Vec<&'static str>> {
    let rows = ROWS.iter().copied().flatten();
    rows.map(|row| (format!("{}.{}", row.category, row.name), row.arguments.to_vec())).collect()
}

/// The same for every callback that the loader knows.
#[pyfunction]
pub(crate) fn loader_callbacks() -> BTreeMap<String, Vec<&'static str>> {
    let rows = CATEGORIES.iter().flat_map(|category| category.callbacks);
    let names = |row: &CallbackInfo| row.arguments.iter().map(|(name, _)| *name).collect();
    rows.map(|row| (format!("{}.{}", row.category, row.name), names(row))).collect()
}

/// The function that is registered with Synapse: called with the arguments in their order, it
/// returns an awaitable.
#[pyclass(frozen, module = "hsmod._native")]
pub(crate) struct Callback {
    row: &'static Row,
    home: Arc<Home>,
}

impl Callback {
    pub(crate) const fn new(row: &'static Row, home: Arc<Home>) -> Self {
        Self { row, home }
    }
}

#[pymethods]
impl Callback {
    #[pyo3(signature = (*arguments))]
    fn __call__<'py>(
        &self,
        py: Python<'py>,
        arguments: &Bound<'py, PyTuple>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (expected, given) = (self.row.arguments.len(), arguments.len());
        if given != expected {
            return Err(PyTypeError::new_err(format!(
                "{}.{} takes {expected} arguments, and this Synapse gave it {given}",
                self.row.category, self.row.name
            )));
        }
        let asking = (self.row.ask)(&self.home, arguments)?;
        awaitable(py, &self.home.reactor, asking)
    }

    /// The names of its arguments.
    #[getter]
    const fn arguments(&self) -> &'static [&'static str] {
        self.row.arguments
    }
}

/// The rows of a category: name, arguments with names and types, and the conversion of the answer.
///
/// The method in brackets after the arguments is called on the question. `in` names the argument
/// with the room whose memberships Synapse keeps locked during the call. `[home]` after the answer
/// passes the homeserver to the conversion. A row whose arguments have no types names, with `by`,
/// the function that asks.
macro_rules! rows {
    ($category:ident { $($rows:tt)* }) => {
        /// The rows, in the order of the loader.
        pub(super) const ROWS: &[crate::callbacks::Row] =
            crate::callbacks::rows!(@each $category [] $($rows)*);
    };
    (@each $category:ident [$($row:expr,)*]) => { &[$($row,)*] };
    (@each $category:ident [$($row:expr,)*]
        $name:ident ($($argument:ident: $type:ty),*) $([$($then:tt)*])? $(in $room:ident)?
            => $answer:path $([$with_home:ident])?;
        $($rest:tt)*
    ) => {
        crate::callbacks::rows!(@each $category [$($row,)* crate::callbacks::Row {
            category: stringify!($category),
            name: stringify!($name),
            arguments: &[$(stringify!($argument)),*],
            ask: |home, arguments| {
                let mut arguments = pyo3::types::PyTupleMethods::iter(arguments);
                $( let $argument = crate::callbacks::take::<$type>(home, &mut arguments)?; )*
                let home = std::sync::Arc::clone(home);
                Ok(Box::pin(async move {
                    let modules = home.modules().await?;
                    $( let $argument = crate::convert::arguments::Argument::view(&$argument); )*
                    let question = modules.$category().$name(
                        $( <$type as crate::convert::arguments::Argument>::input(&$argument) ),*
                    ) $($($then)*)?;
                    $( let question = modules.in_room($room, question); )?
                    let answer = question.await;
                    pyo3::Python::attach(|py| {
                        $answer(py, $(crate::callbacks::rows!(@home $with_home home),)? answer)
                    })
                }))
            },
        },] $($rest)*)
    };
    (@home home $home:ident) => { &$home };
    (@each $category:ident [$($row:expr,)*]
        $name:ident ($($argument:ident),*) by $ask:path;
        $($rest:tt)*
    ) => {
        crate::callbacks::rows!(@each $category [$($row,)* crate::callbacks::Row {
            category: stringify!($category),
            name: stringify!($name),
            arguments: &[$(stringify!($argument)),*],
            ask: $ask,
        },] $($rest)*)
    };
}

use rows;

/// Converts the next argument.
///
/// # Errors
/// It has another type.
fn take<'py, A: Argument>(
    home: &Home,
    arguments: &mut impl Iterator<Item = Bound<'py, PyAny>>,
) -> PyResult<A> {
    // The number of arguments was checked.
    let value = arguments.next().ok_or_else(|| PyTypeError::new_err("an argument is missing"))?;
    A::take(home, &value)
}
