//! A homeserver that answers every request as the tests instruct it.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Poll, Waker};

use good_asker::every_request;
use hsmod_loader::requests::logins::{RegisteredDevice, RegistrationToken};
use hsmod_loader::requests::rooms::{AliasTarget, CreatedRoom};
use hsmod_loader::requests::threepids::UserThreepid;
use hsmod_loader::requests::users::{AuthenticatedUser, Profile, UserInfo, UserIpAndAgent};
use hsmod_loader::requests::{
    Events, Logins, Membership, Presence, PublicRooms, Push, Rooms, Threepids, UserAccountData,
    Users,
};
use hsmod_loader::values::{
    JsonObject, JsonStr, ModuleError, OwnedEvent, RoomAlias, RoomId, UserId,
};
use hsmod_loader::{Host, requests};
use hsmod_plugin_api::module::WebRequest;
use serde_json::{Value, json};

/// How requests are answered.
#[derive(Clone, Debug)]
pub(super) enum Behaviour {
    /// With this.
    Answer(Value),
    /// With this, after some suspensions, the last of which another thread ends.
    Slowly(Value),
    /// With an error.
    Fail(ModuleError),
    /// With a panic.
    Panic,
    /// With this, after [`Homeserver::ring`].
    WhenRung(Value),
}

/// The homeserver.
#[derive(Debug)]
pub(super) struct Homeserver {
    behaviour: Mutex<Behaviour>,
    seen: Mutex<Vec<(String, Value)>>,
    wakers: Mutex<Vec<Waker>>,
    rung: AtomicUsize,
    begun: AtomicUsize,
    ended: AtomicUsize,
}

impl Homeserver {
    pub(super) fn new(behaviour: Behaviour) -> Arc<Self> {
        Arc::new(Self {
            behaviour: Mutex::new(behaviour),
            seen: Mutex::default(),
            wakers: Mutex::default(),
            rung: AtomicUsize::new(0),
            begun: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
        })
    }

    /// Sets how requests are answered.
    pub(super) fn behave(&self, behaviour: Behaviour) {
        *locked(&self.behaviour) = behaviour;
    }

    /// The requests since the last call of this function, with their arguments by name.
    pub(super) fn seen(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut *locked(&self.seen))
    }

    /// Wakes everything that ever waited, whether or not it still exists.
    pub(super) fn ring(&self) {
        self.rung.fetch_add(1, Ordering::SeqCst);
        let wakers = std::mem::take(&mut *locked(&self.wakers));
        wakers.into_iter().for_each(Waker::wake);
    }

    /// The numbers of answers that have begun, and that have ended or been dropped.
    pub(super) fn answers(&self) -> (usize, usize) {
        (self.begun.load(Ordering::SeqCst), self.ended.load(Ordering::SeqCst))
    }

    async fn asked<A: Told>(&self, name: &str, arguments: Value) -> Result<A, ModuleError> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        let _over = Over(&self.ended);
        locked(&self.seen).push((name.to_owned(), arguments));
        let behaviour = locked(&self.behaviour).clone();
        match behaviour {
            Behaviour::Answer(answer) => A::told(answer),
            Behaviour::Fail(error) => Err(error),
            Behaviour::Panic => panic!("no more {name}"),
            Behaviour::WhenRung(answer) => {
                self.wait().await;
                A::told(answer)
            }
            Behaviour::Slowly(answer) => {
                for _ in 0..3 {
                    tokio::task::yield_now().await;
                }
                let (sender, receiver) = tokio::sync::oneshot::channel();
                let elsewhere = std::thread::spawn(move || sender.send(answer).unwrap());
                let answer = receiver.await.unwrap();
                elsewhere.join().unwrap();
                A::told(answer)
            }
        }
    }

    async fn wait(&self) {
        let before = self.rung.load(Ordering::SeqCst);
        poll_fn(|context| {
            locked(&self.wakers).push(context.waker().clone());
            let rung = self.rung.load(Ordering::SeqCst) > before;
            if rung { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

/// Counts an answer that has ended.
struct Over<'a>(&'a AtomicUsize);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A homeserver that has every group but answers no request.
pub(super) struct Mute;

/// A request as the tests know it: its name, its arguments with their types, its answer's type.
pub(super) type Known = (&'static str, &'static [(&'static str, &'static str)], &'static str);

macro_rules! answer {
    ($( $trait:ident $part:tt {
        $( $(#[cfg($cfg:meta)])? $name:ident($($arg:ident: $type:ty),*) -> $answer:ty; )*
    } )*) => {
        $(
            #[requests]
            impl $trait for Homeserver {
                $(
                    $(#[cfg($cfg)])?
                    async fn $name(&self $(, $arg: $type)*) -> Result<$answer, ModuleError> {
                        let arguments = json!({$( (stringify!($arg)): shown(&$arg) ),*});
                        self.asked(stringify!($name), arguments).await
                    }
                )*
            }

            #[requests]
            impl $trait for Mute {}
        )*

        /// Every request that the tests know.
        pub(super) const KNOWN: &[Known] = &[$($(
            $(#[cfg($cfg)])?
            (stringify!($name), &[$( (stringify!($arg), stringify!($type)), )*], stringify!($answer)),
        )*)*];
    };
}

every_request!(answer);

/// `example.com`, with every group of requests answered by `server`.
pub(super) fn host(server: &Arc<Homeserver>) -> Host {
    let server = || Arc::downgrade(server);
    Host::new("example.com")
        .users(server())
        .logins(server())
        .rooms(server())
        .events(server())
        .membership(server())
        .account_data(server())
        .threepids(server())
        .presence(server())
        .push(server())
        .public_rooms(server())
}

/// `example.com`, with every group but no answers.
pub(super) fn mute() -> Host {
    Host::new("example.com")
        .users(Mute)
        .logins(Mute)
        .rooms(Mute)
        .events(Mute)
        .membership(Mute)
        .account_data(Mute)
        .threepids(Mute)
        .presence(Mute)
        .push(Mute)
        .public_rooms(Mute)
}

/// A type of answer that tests can give.
trait Told: Sized {
    fn told(answer: Value) -> Result<Self, ModuleError>;
}

macro_rules! told {
    ($( $type:ty; )*) => { $(
        impl Told for $type {
            fn told(answer: Value) -> Result<Self, ModuleError> {
                Ok(serde_json::from_value(answer)?)
            }
        }
    )* };
}

told! {
    (); bool; String; Option<String>; Option<JsonObject>; Option<UserInfo>; AuthenticatedUser;
    Profile; Vec<UserThreepid>; Vec<UserIpAndAgent>; Vec<(String, String)>; RegisteredDevice;
    RegistrationToken; Vec<RegistrationToken>; CreatedRoom; AliasTarget; BTreeMap<String, bool>;
}

impl Told for OwnedEvent {
    fn told(answer: Value) -> Result<Self, ModuleError> {
        Ok(Self::from_json(answer.to_string())?)
    }
}

impl Told for Vec<OwnedEvent> {
    fn told(answer: Value) -> Result<Self, ModuleError> {
        let events: Vec<Value> = serde_json::from_value(answer)?;
        events.into_iter().map(OwnedEvent::told).collect()
    }
}

fn shown(argument: &impl Shown) -> Value {
    argument.shown()
}

/// An argument, as JSON.
trait Shown {
    fn shown(&self) -> Value;
}

macro_rules! shown {
    ($( $type:ty, |$value:ident| $json:expr; )*) => { $(
        impl Shown for $type {
            fn shown(&self) -> Value {
                let $value = self;
                json!($json)
            }
        }
    )* };
}

shown! {
    bool, |value| value;
    u64, |value| value;
    i64, |value| value;
    Option<i64>, |value| value;
    &str, |value| value;
    Option<&str>, |value| value;
    &UserId, |id| id.as_str();
    &RoomId, |id| id.as_str();
    &RoomAlias, |id| id.as_str();
    &JsonStr, |json| json;
    &WebRequest<'_>, |request| {
        let header = request.header("authorization").map(String::from_utf8_lossy);
        json!([request.method(), request.path(), request.query("q"), header])
    };
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}
