//! A module whose callbacks only compare a string, so that the measurements show the cost of the
//! call. The benchmark's baseline does the same.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::task::Poll;

use hsmod_plugin_api::prelude::*;

/// The maximum total length of all strings except the user.
const LONGEST: usize = 65_536;
/// How many bytes a large future holds: more than a call's buffer.
const LARGE: usize = 4_096;

/// The module's `config`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    evil_user: String,
}

/// The module.
pub struct BenchModule {
    evil_user: String,
    api: ModuleApi,
}

impl Module for BenchModule {
    type Config = Config;

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self { evil_user: config.evil_user, api: api.clone() });
        api.register_spam_checker_callbacks(&module);
        Ok(module)
    }
}

#[callbacks]
impl SpamChecker for BenchModule {
    /// Ready at once.
    async fn check_event_for_spam(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
        let evil = event.sender().as_str() == self.evil_user;
        Ok(if evil { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
    }

    /// Ready at once.
    async fn accept_make_join(&self, user_id: &UserId, _: &RoomId) -> Result<Verdict, ModuleError> {
        let evil = user_id.as_str() == self.evil_user;
        Ok(if evil { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
    }

    /// Ready at once; makes a request, which the homeserver answers at once.
    async fn user_may_create_room_alias(
        &self,
        user_id: &UserId,
        _: &RoomAlias,
    ) -> Result<Verdict, ModuleError> {
        let evil = self.api.is_user_admin(user_id).await? || user_id.as_str() == self.evil_user;
        Ok(if evil { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
    }

    /// Suspends once; clones the waker.
    async fn user_may_publish_room(
        &self,
        user_id: &UserId,
        _room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
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
        let evil = user_id.as_str() == self.evil_user;
        Ok(if evil { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
    }

    /// Ready at once.
    async fn user_may_create_room(
        &self,
        user_id: &UserId,
        room_config: &JsonStr,
    ) -> Result<Verdict, ModuleError> {
        let evil = user_id.as_str() == self.evil_user || room_config.as_str().len() > LONGEST;
        Ok(if evil { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
    }

    /// Ready at once; reads all of its five strings.
    async fn user_may_send_state_event(
        &self,
        user_id: &UserId,
        room_id: &RoomId,
        event_type: &str,
        state_key: &str,
        content: &JsonStr,
    ) -> Result<Verdict, ModuleError> {
        let (room_id, content) = (room_id.as_str(), content.as_str());
        let length = room_id.len() + event_type.len() + state_key.len() + content.len();
        let evil = user_id.as_str() == self.evil_user || length > LONGEST;
        Ok(if evil { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
    }

    /// Ready at once, with a future too large for a call's buffer.
    async fn user_may_invite(
        &self,
        inviter: &UserId,
        _invitee: &UserId,
        _room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        let kept = black_box([0_u8; LARGE]);
        std::future::ready(()).await;
        black_box(&kept);
        let evil = inviter.as_str() == self.evil_user;
        Ok(if evil { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
    }

    /// Suspends once, with a future too large for a call's buffer.
    async fn user_may_join_room(
        &self,
        user_id: &UserId,
        _room_id: &RoomId,
        _is_invited: bool,
    ) -> Result<Verdict, ModuleError> {
        let kept = black_box([0_u8; LARGE]);
        let mut suspended = false;
        std::future::poll_fn(|_| {
            if std::mem::replace(&mut suspended, true) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        black_box(&kept);
        let evil = user_id.as_str() == self.evil_user;
        Ok(if evil { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
    }
}

export_module!(BenchModule);
