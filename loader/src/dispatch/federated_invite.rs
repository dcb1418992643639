//! An invite from another server: `federated_user_may_invite`, then `user_may_invite`.

use std::fmt;
use std::future::Future;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::task::{Context, Poll};

use hsmod_plugin_api::callbacks::spam_checker::rows;
use hsmod_plugin_api::host::{BuiltEvent, Inputs, OwnedInputs, Together};
use pin_project_lite::pin_project;

use super::{Args, First, Question};
use crate::call_error::{CallError, Cause};
use crate::modules::Modules;
use crate::policy::Rule;

type Row = rows::federated_user_may_invite;

pin_project! {
    /// The question whether an invite from another server is allowed. It does nothing until polled.
    ///
    /// It consists of two questions: `federated_user_may_invite`, and if no module denies that,
    /// `user_may_invite` with the sender, the invited user and the room of the event. Whichever is
    /// denied, the client is shown the refusal of the first one. A homeserver that asks
    /// `user_may_invite` itself asks [only the first](Self::without_user_may_invite).
    ///
    /// # Panics
    /// If it is polled again after it has completed.
    #[must_use = "no module is asked until it is awaited"]
    pub struct FederatedInvite<'m, I> {
        modules: &'m Modules,
        // `None` once it has been polled.
        inputs: Option<I>,
        // `Some` from then on.
        asking: Option<Asking<'m>>,
        // Makes this `!Unpin`, so that it cannot be moved once polled.
        #[pin]
        pinned: PhantomPinned,
    }
}

type Asking<'m> = Pin<Box<dyn Future<Output = Result<(), CallError>> + Send + 'm>>;

impl<'m, I> FederatedInvite<'m, I> {
    pub(crate) const fn new(modules: &'m Modules, inputs: I) -> Self {
        Self { modules, inputs: Some(inputs), asking: None, pinned: PhantomPinned }
    }

    /// Asks `federated_user_may_invite` only: for a homeserver that itself continues with
    /// `user_may_invite`, like Synapse, or calls it elsewhere. Otherwise modules that registered
    /// both would be asked the second one twice.
    ///
    /// ```
    /// # use hsmod_loader::{CallError, Json, Modules};
    /// # async fn example(modules: Modules, pdu: &str) -> Result<(), CallError> {
    /// let spam_checker = modules.spam_checker();
    /// spam_checker.federated_user_may_invite(Json(pdu)).without_user_may_invite().await?;
    /// // What the homeserver itself looks at comes here. Then
    /// spam_checker.user_may_invite("@a:other.org", "@b:example.org", "!r:other.org").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn without_user_may_invite(self) -> Question<'m, Row, I::Prepared, First>
    where
        I: Inputs<Args<Row>>,
    {
        // Only `poll` takes them, and then the value is pinned and cannot be passed here.
        let inputs = self.inputs.expect("it was not polled");
        Question::new(self.modules, inputs.prepare(), First)
    }
}

impl<'m, I> Future for FederatedInvite<'m, I>
where
    I: OwnedInputs<Args<Row>, Owned = Together<(BuiltEvent,)>> + Send + 'm,
{
    type Output = Result<(), CallError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let Some(inputs) = this.inputs.take() {
            *this.asking = Some(Box::pin(ask(this.modules, inputs)));
        }
        // There are always either inputs or the question.
        this.asking.as_mut().expect("it was polled").as_mut().poll(context)
    }
}

impl<I> fmt::Debug for FederatedInvite<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FederatedInvite").finish_non_exhaustive()
    }
}

async fn ask<I>(modules: &Modules, inputs: I) -> Result<(), CallError>
where
    I: OwnedInputs<Args<Row>, Owned = Together<(BuiltEvent,)>>,
{
    if !modules.listens_to(Row::ASKS) {
        return Ok(());
    }
    let Together((event,)) = inputs.own().map_err(|error| unreadable(error.to_string()))?;
    let event = event.event();
    Question::<Row, _, _>::new(modules, Inputs::<Args<Row>>::prepare((event,)), First).await?;
    let Some(invitee) = event.state_key() else {
        return Err(unreadable("an invite has no state key".to_owned()));
    };
    let inputs = (event.sender(), invitee, event.room_id());
    let prepared = Inputs::<Args<rows::user_may_invite>>::prepare(inputs);
    let answer = Question::<rows::user_may_invite, _, _>::new(modules, prepared, First).await;
    // The client is shown the refusal of the federated question, whichever of the two was denied.
    answer.map_err(|error| error.with_refusal(Row::POLICY.refusal))
}

fn unreadable(message: String) -> CallError {
    CallError::new(Row::POLICY.full_name, None, Cause::Input(message), Row::POLICY.refusal)
}
