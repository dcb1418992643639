//! The modules' requests to Synapse: one row per request, each answered by the Python method of its
//! name.

mod answer;
mod argument;
mod groups;

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use hsmod_loader::Host;
use hsmod_loader::values::{ModuleError, Unanswered};

use self::answer::Answer;
use self::argument::Arguments;
use crate::home::Home;

/// Answers every request through the Python half of a homeserver.
#[derive(Clone)]
struct Answerer {
    home: Weak<Home>,
    /// The requests that this Synapse cannot answer, with the reasons.
    unanswered: Arc<HashMap<String, String>>,
}

/// Of the requests that take the lock of a room, those that wait for one of Synapse's locks.
const LOCKS: [&str; 1] = ["update_room_membership"];

/// Adds answers to all requests except those in `unanswered`, which contains the reasons.
///
/// Rationale: a homeserver's own answer has priority over the loader's. So mail is left to the
/// loader if Synapse cannot send any, or if `own_mail` says that the modules' config names a mail
/// server.
pub(crate) fn answered(
    host: Host,
    home: &Arc<Home>,
    unanswered: HashMap<String, String>,
    own_mail: bool,
) -> Host {
    let mail = !own_mail && !unanswered.contains_key("send_mail");
    let all = Answerer { home: Arc::downgrade(home), unanswered: Arc::new(unanswered) };
    let host = host
        .locks(LOCKS)
        .users(all.clone())
        .logins(all.clone())
        .rooms(all.clone())
        .events(all.clone())
        .membership(all.clone())
        .account_data(all.clone())
        .threepids(all.clone())
        .presence(all.clone())
        .push(all.clone())
        .public_rooms(all.clone())
        .caches(all.clone());
    if mail { host.mail(all) } else { host }
}

impl Answerer {
    /// Whether this Synapse answers a request.
    fn has(&self, request: &str) -> bool {
        !self.unanswered.contains_key(request)
    }

    /// Sends a request to Python, and reads the answer.
    async fn ask<A: Answer>(
        &self,
        request: &'static str,
        arguments: Arguments,
    ) -> Result<A, ModuleError> {
        if let Some(why) = self.unanswered.get(request) {
            return Err(ModuleError::not_answered(Unanswered::Unsupported, why));
        }
        let Some(home) = self.home.upgrade() else { return Err(Home::ended(request)) };
        let answer = home.ask(request, arguments.into_json()?).await?;
        A::read(&answer).map_err(|error| {
            ModuleError::new(format_args!("`{request}`: Synapse's answer cannot be read: {error}"))
        })
    }
}
