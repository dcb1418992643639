//! An invite from another server: `federated_user_may_invite`, then `user_may_invite`.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use hsmod_plugin_api::callbacks::spam_checker::rows;
use hsmod_plugin_api::host::{BuiltEvent, Inputs, OwnedInputs};

use super::{Args, First, Question};
use crate::call_error::{CallError, Cause};
use crate::modules::Modules;
use crate::policy::Rule;

type Row = rows::federated_user_may_invite;

/// The question whether an invite from another server is welcome; does nothing until it is polled.
#[must_use = "nobody is asked before it is awaited"]
pub struct FederatedInvite<'m>(Pin<Box<dyn Future<Output = Result<(), CallError>> + Send + 'm>>);

impl<'m> FederatedInvite<'m> {
    pub(crate) fn new<I>(modules: &'m Modules, inputs: I) -> Self
    where
        I: OwnedInputs<Args<Row>, Owned = (BuiltEvent,)> + Send + 'm,
    {
        Self(Box::pin(ask(modules, inputs)))
    }
}

async fn ask<I>(modules: &Modules, inputs: I) -> Result<(), CallError>
where
    I: OwnedInputs<Args<Row>, Owned = (BuiltEvent,)>,
{
    if nobody_asked(modules) {
        return Ok(());
    }
    let (event,) = inputs.own().map_err(|error| unreadable(error.to_string()))?;
    let event = event.event();
    Question::<Row, _, _>::new(modules, Inputs::<Args<Row>>::prepare((event,)), First).await?;
    let Some(invitee) = event.state_key() else {
        return Err(unreadable("an invite has no state key".to_owned()));
    };
    let inputs = (event.sender(), invitee, event.room_id());
    let prepared = Inputs::<Args<rows::user_may_invite>>::prepare(inputs);
    let answer = Question::<rows::user_may_invite, _, _>::new(modules, prepared, First).await;
    // What a client sees is said by the federated question, whichever of the two refused.
    answer.map_err(|error| error.with_refusal(Row::POLICY.refusal))
}

fn nobody_asked(modules: &Modules) -> bool {
    let generation = modules.generation();
    generation.list::<Row>().is_empty() && generation.list::<rows::user_may_invite>().is_empty()
}

fn unreadable(message: String) -> CallError {
    CallError::new(Row::POLICY.full_name, None, Cause::Input(message), Row::POLICY.refusal)
}

impl Future for FederatedInvite<'_> {
    type Output = Result<(), CallError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl fmt::Debug for FederatedInvite<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FederatedInvite").finish_non_exhaustive()
    }
}
