//! `--live`: which services really act while a command runs modules. By default none does.

use clap::{Args, ValueEnum};
use hsmod_loader::rehearsal::{Noted, Rehearsal, Service, UnrunWork, UnsentMail};
use serde::{Deserialize, Serialize};

use crate::exit::{Result, Stop};
use crate::output::{Output, complain, counted};
use crate::world::World;

/// The number of mails that are shown to a person.
const SHOWN: usize = 20;

#[derive(Args, Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Live {
    /// Lets the modules act as in a homeserver, or in some ways only: `--live=storage,mail`. Without
    /// it nothing real is touched
    #[arg(
        long = "live",
        value_name = "SERVICES",
        value_delimiter = ',',
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "http,storage,mail"
    )]
    services: Option<Vec<Acting>>,
}

/// A service with effects outside the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ValueEnum)]
enum Acting {
    Http,
    Storage,
    Mail,
}

impl Acting {
    const ALL: [Self; 3] = [Self::Http, Self::Storage, Self::Mail];

    const fn service(self) -> Service {
        match self {
            Self::Http => Service::Http,
            Self::Storage => Service::Storage,
            Self::Mail => Service::Mail,
        }
    }

    /// What happens instead if the service is not live.
    fn played(self, world: Option<&World>) -> &'static str {
        match self {
            Self::Http if world.is_some_and(World::answers_http) => {
                "HTTP requests are answered by the world"
            }
            Self::Http => "HTTP requests are refused",
            Self::Storage => "storage is empty and in memory",
            Self::Mail => "mail is listed and not sent",
        }
    }
}

impl Live {
    fn is_live(&self, acting: Acting) -> bool {
        self.services.iter().flatten().any(|live| *live == acting)
    }

    /// Checks that the live services do not conflict with the world.
    ///
    /// # Errors
    /// HTTP is live, but the world also answers HTTP requests.
    pub(crate) fn check(&self, world: Option<&World>) -> Result<()> {
        if !self.is_live(Acting::Http) || !world.is_some_and(World::answers_http) {
            return Ok(());
        }
        Err(Stop::wrong(
            "the world has `http`, and `--live` makes HTTP requests\n  fix: remove `http` from the \
             world, or make only the other services live: `--live=storage,mail`",
        ))
    }

    /// The rehearsal for modules that `command` runs.
    pub(crate) fn rehearsal(&self, command: &'static str, world: Option<&World>) -> Rehearsal {
        let file = if world.is_some() { "the world" } else { "`--world FILE`" };
        let http = format!(
            "`{command}` makes no HTTP requests unless `--live=http` is given, or {file} has the \
             responses"
        );
        let live = self.services.iter().flatten();
        let played = played(command, world, http);
        live.fold(played, |rehearsal, acting| rehearsal.live(acting.service()))
    }

    /// Prints on stderr which services are not live.
    pub(crate) fn say(&self, world: Option<&World>) {
        let played: Vec<&str> = Acting::ALL
            .into_iter()
            .filter(|acting| !self.is_live(*acting))
            .map(|acting| acting.played(world))
            .collect();
        if played.is_empty() {
            return;
        }
        let begin = if played.len() == Acting::ALL.len() {
            "nothing real is touched"
        } else {
            "not everything is real"
        };
        let played = played.join(", ");
        complain(&format!(
            "note: {begin}: {played}, background work is not run; use `--live` for real effects\n"
        ));
    }
}

/// The rehearsal for modules that are only started, in a world.
pub(crate) fn start_in(world: &World) -> Rehearsal {
    let command = "hsmod check";
    let http = format!("`{command}` makes no HTTP requests unless the world has the responses");
    played(command, Some(world), http)
}

/// A rehearsal without live services. `http` is the reason why no HTTP requests are made.
fn played(command: &'static str, world: Option<&World>, http: String) -> Rehearsal {
    let in_world = world.is_some();
    let rehearsal = Rehearsal::new(move |group| match group {
        "http" => http.clone(),
        _ if in_world => "the world says that it is `unsupported`".to_owned(),
        _ => format!(
            "there is no homeserver behind `{command}`, which is not the module's fault: simulate \
             one with `--world FILE`"
        ),
    });
    if in_world { rehearsal.playing_homeserver() } else { rehearsal }
}

/// What the modules would have done if the services were live.
#[derive(Debug, Serialize)]
pub(crate) struct Undone {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mails: Vec<Mail>,
    /// The total, including mails that are not listed.
    #[serde(skip_serializing_if = "is_none")]
    mails_recorded: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_run: Vec<Work>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_none(count: &u64) -> bool {
    *count == 0
}

#[derive(Debug, Serialize)]
struct Mail {
    module: String,
    to: String,
    subject: String,
}

#[derive(Debug, Serialize)]
struct Work {
    module: String,
    desc: String,
    times: u64,
}

impl Undone {
    pub(crate) fn of(rehearsal: &Rehearsal) -> Self {
        let Noted { first, total, .. } = rehearsal.mails();
        let mail = |mail: UnsentMail| Mail {
            module: mail.module.to_string(),
            to: mail.recipient,
            subject: mail.subject,
        };
        let work = |work: UnrunWork| Work {
            module: work.module.to_string(),
            desc: work.desc,
            times: work.times,
        };
        Self {
            mails: first.into_iter().map(mail).collect(),
            mails_recorded: total,
            not_run: rehearsal.work().first.into_iter().map(work).collect(),
        }
    }

    pub(crate) fn show(&self, output: &mut Output) {
        for Mail { module, to, subject } in self.mails.iter().take(SHOWN) {
            output.line(&format!("not sent: mail from {module} to {to}: {subject}"));
        }
        let more = self.mails_recorded.saturating_sub(SHOWN as u64);
        if more > 0 {
            output.line(&format!("not sent: {} more", counted(more, "mail")));
        }
        for Work { module, desc, times } in &self.not_run {
            let times = counted(*times, "time");
            output.line(&format!("not run: background work `{desc}` of {module}, {times}"));
        }
    }
}
