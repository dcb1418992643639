//! A homeserver for the tests of modules. It has the rooms and users that the test defines, gives
//! the answers that the test scripts, and records the requests that it receives. It is behind a
//! feature, for a module's `[dev-dependencies]`:
//!
//! ```toml
//! [dev-dependencies]
#![doc = concat!("hsmod-plugin-api = { version = \"", env!("CARGO_PKG_VERSION"), "\", features = [\"testing\"] }")]
//! ```
//!
//! [`FakeHost`] is the homeserver, [`TestModule`] a module in it. They communicate through the same
//! boundary as a real homeserver and a loaded plugin: what works here works there. No runtime is
//! needed, and nothing waits for real time: [`TestModule::advance`] lets time pass.
//!
//! # Example
//!
//! A module that lets nobody but admins invite, and its tests:
//!
//! ```
//! use hsmod_plugin_api::prelude::*;
//!
//! pub struct AdminsInvite {
//!     api: ModuleApi,
//! }
//!
//! impl Module for AdminsInvite {
//!     type Config = serde_json::Value;
//!
//!     fn new(_: Self::Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
//!         let module = Arc::new(Self { api: api.clone() });
//!         api.register_spam_checker_callbacks(&module);
//!         Ok(module)
//!     }
//! }
//!
//! #[callbacks]
//! impl SpamChecker for AdminsInvite {
//!     async fn user_may_invite(
//!         &self,
//!         inviter: &UserId,
//!         _: &UserId,
//!         _: &RoomId,
//!     ) -> Result<Verdict, ModuleError> {
//!         let admin = self.api.is_user_admin(inviter).await?;
//!         Ok(if admin { Verdict::Allow } else { Verdict::deny(ErrorCode::Forbidden) })
//!     }
//! }
//!
//! export_module!(AdminsInvite);
//!
//! // In a test, below `use hsmod_plugin_api::testing::prelude::*;`
//! # use hsmod_plugin_api::testing::prelude::*;
//! # fn admins_invite_and_nobody_else() -> Result<(), Box<dyn std::error::Error>> {
//! let host = FakeHost::new("example.com")
//!     .user(user("@admin:example.com").admin())
//!     .user(user("@bob:example.com"));
//! let module = TestModule::new(&MODULE, json!({}), &host)?;
//! block_on(async {
//!     let invited = async |inviter| {
//!         module.spam_checker().user_may_invite(inviter, "@eve:example.org", "!r:example.com").await
//!     };
//!     assert_eq!(invited("@admin:example.com").await, Ok(Verdict::Allow));
//!     assert_eq!(invited("@bob:example.com").await, Ok(Verdict::deny(ErrorCode::Forbidden)));
//!     assert_eq!(host.requests()[1], json!(["is_user_admin", "@bob:example.com"]));
//!
//!     // What does it do when the homeserver is in trouble?
//!     host.fail("is_user_admin", ModuleError::new("the database is gone"));
//!     assert_eq!(invited("@admin:example.com").await.unwrap_err().to_string(), "the database is gone");
//! });
//! # Ok(())
//! # }
//! # admins_invite_and_nobody_else().unwrap();
//! ```
//!
//! To run the same tests with the real library, see
//! [`linked_and_loaded!`](crate::linked_and_loaded).
#![forbid(unsafe_code)]

mod block_on;
mod canned;
mod clock;
mod data;
mod event;
mod gate;
mod host;
mod module;
mod room;
mod script;
mod user;
mod waiting;
mod world;

pub use block_on::{block_on, poll_once};
pub(crate) use data::{Read, Reading};
pub use event::{EventBuilder, event, member};
pub use gate::Gate;
pub use host::{FakeHost, Process, START};
pub use module::{Asking, AskingSeveral, Failed, FakeRequest, TestModule, exit, log_in, request};
pub use room::{FakeRoom, room};
pub use script::Scripted;
pub(crate) use script::{Noted, Noting, Reply, scripted};
pub use user::{FakeUser, user};

/// Everything a test of a module needs, in one `use`, in addition to the crate's prelude.
pub mod prelude {
    pub use serde_json::json;

    pub use super::{
        Failed, FakeHost, Gate, TestModule, block_on, event, member, poll_once, request, room, user,
    };
    pub use crate::host::{Delivered, EditableText, Json, Ser};
    pub use crate::module::{Plugin, StageError};
}

/// Makes two tests of each function: one with the module linked in (fast, and a debugger sees all
/// of it), one with the library that a homeserver loads.
///
/// A test is an `async fn` that takes a [`Plugin`](crate::module::Plugin). The arguments are the
/// linked module, then an expression that creates a `Plugin` from the library (`plugin` of
/// `hsmod_loader::testing`, which loads a file as a homeserver does), then the functions.
///
/// ```
/// use hsmod_plugin_api::linked_and_loaded;
/// use hsmod_plugin_api::prelude::*;
/// use hsmod_plugin_api::testing::prelude::*;
/// # pub struct Nothing;
/// # impl Module for Nothing {
/// #     type Config = serde_json::Value;
/// #     fn new(_: Self::Config, _: &ModuleApi) -> Result<Arc<Self>, ModuleError> { Ok(Arc::new(Self)) }
/// # }
/// # export_module!(Nothing);
/// # fn library() -> Plugin { Plugin::from(&MODULE) }
///
/// linked_and_loaded! { MODULE, library(); it_asks_for_nothing }
///
/// async fn it_asks_for_nothing(plugin: Plugin) {
///     let host = FakeHost::new("example.com");
///     TestModule::new(plugin, json!({}), &host).unwrap().start().await.unwrap();
///     assert_eq!(host.requests(), [] as [serde_json::Value; 0]);
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! linked_and_loaded {
    ($linked:expr, $loaded:expr; $( $test:ident ),+ $(,)?) => { $(
        mod $test {
            #[allow(unused_imports, reason = "what the two expressions name")]
            use super::*;

            #[::core::prelude::v1::test]
            fn linked() {
                let plugin =
                    <$crate::module::Plugin as ::core::convert::From<_>>::from(&$linked);
                $crate::testing::block_on(super::$test(plugin));
            }

            #[::core::prelude::v1::test]
            fn loaded() {
                let plugin: $crate::module::Plugin = $loaded;
                $crate::testing::block_on(super::$test(plugin));
            }
        }
    )+ };
}
