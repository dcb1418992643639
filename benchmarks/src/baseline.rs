//! What a homeserver would write without hsmod: trait objects that return boxed futures, as with
//! the crate async-trait.

use std::future::Future;
use std::pin::Pin;
use std::task::Poll;

use hsmod_plugin_api::values::{ErrorCode, Event, ModuleError, Verdict};

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
type Answer<'a> = BoxFuture<'a, Result<Verdict, ModuleError>>;

/// The maximum total length of all strings except the user.
const LONGEST: usize = 65_536;

/// A spam checker behind a trait object.
pub trait BoxedChecker: Send + Sync {
    /// Ready at once.
    fn check<'a>(&'a self, event: &'a Event<'_>) -> Answer<'a>;
    /// Suspends once; clones the waker.
    fn suspend<'a>(&'a self, user_id: &'a str) -> Answer<'a>;
    /// Ready at once; reads all of its five strings.
    fn set_state<'a>(
        &'a self,
        user_id: &'a str,
        room_id: &'a str,
        event_type: &'a str,
        state_key: &'a str,
        content: &'a str,
    ) -> Answer<'a>;
}

/// A module that does the same as the plugin's.
pub struct Checker {
    evil_user: String,
}

impl Checker {
    /// Denies the events of one user.
    pub fn new(evil_user: &str) -> Self {
        Self { evil_user: evil_user.to_owned() }
    }

    fn verdict(&self, sender: &str) -> Verdict {
        let evil = sender == self.evil_user;
        if evil { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow }
    }
}

impl BoxedChecker for Checker {
    fn check<'a>(&'a self, event: &'a Event<'_>) -> Answer<'a> {
        Box::pin(async move { Ok(self.verdict(event.sender().as_str())) })
    }

    fn suspend<'a>(&'a self, user_id: &'a str) -> Answer<'a> {
        Box::pin(async move {
            let mut waker = None;
            std::future::poll_fn(|context| match waker.take() {
                None => {
                    waker = Some(context.waker().clone());
                    Poll::Pending
                }
                Some(waker) => {
                    drop(waker);
                    Poll::Ready(())
                }
            })
            .await;
            Ok(self.verdict(user_id))
        })
    }

    fn set_state<'a>(
        &'a self,
        user_id: &'a str,
        room_id: &'a str,
        event_type: &'a str,
        state_key: &'a str,
        content: &'a str,
    ) -> Answer<'a> {
        Box::pin(async move {
            let length = room_id.len() + event_type.len() + state_key.len() + content.len();
            let evil = user_id == self.evil_user || length > LONGEST;
            Ok(if evil { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
        })
    }
}

/// Asks one module after the other until one denies.
///
/// # Errors
/// The denial, or a module's error.
pub async fn check(
    modules: &[Box<dyn BoxedChecker>],
    event: &Event<'_>,
) -> Result<(), Box<Verdict>> {
    for module in modules {
        match module.check(event).await {
            Ok(Verdict::Allow) => {}
            Ok(denial) => return Err(Box::new(denial)),
            Err(_) => return Err(Box::new(Verdict::deny(ErrorCode::Unknown))),
        }
    }
    Ok(())
}

/// As [`check`], by modules that suspend once.
///
/// # Errors
/// As for [`check`].
pub async fn suspend(modules: &[Box<dyn BoxedChecker>], user_id: &str) -> Result<(), Box<Verdict>> {
    for module in modules {
        match module.suspend(user_id).await {
            Ok(Verdict::Allow) => {}
            Ok(denial) => return Err(Box::new(denial)),
            Err(_) => return Err(Box::new(Verdict::deny(ErrorCode::Unknown))),
        }
    }
    Ok(())
}

/// As [`check`], with five strings.
///
/// # Errors
/// As for [`check`].
pub async fn set_state(
    modules: &[Box<dyn BoxedChecker>],
    user_id: &str,
    room_id: &str,
    event_type: &str,
    state_key: &str,
    content: &str,
) -> Result<(), Box<Verdict>> {
    for module in modules {
        match module.set_state(user_id, room_id, event_type, state_key, content).await {
            Ok(Verdict::Allow) => {}
            Ok(denial) => return Err(Box::new(denial)),
            Err(_) => return Err(Box::new(Verdict::deny(ErrorCode::Unknown))),
        }
    }
    Ok(())
}
