//! What modules may really do while a command tries them: nothing, unless `--live` says so.

use clap::{Args, ValueEnum};
use hsmod_loader::rehearsal::{Noted, Rehearsal, Service, UnrunWork, UnsentMail};
use serde::{Deserialize, Serialize};

use crate::output::{Output, complain, counted};

/// How many mails a person is shown.
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

/// A service that acts on the world.
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

    /// What becomes of it where it is not live.
    const fn played(self) -> &'static str {
        match self {
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

    /// What the modules get, tried by `command`.
    pub(crate) fn rehearsal(&self, command: &'static str) -> Rehearsal {
        let why = move |group: &str| match group {
            "http" => format!("`{command}` makes no HTTP requests unless `--live=http` is given"),
            _ => format!(
                "there is no homeserver behind `{command}`, for which the module is not to blame"
            ),
        };
        let live = self.services.iter().flatten();
        live.fold(Rehearsal::new(why), |rehearsal, acting| rehearsal.live(acting.service()))
    }

    /// Says on stderr what is not real.
    pub(crate) fn say(&self) {
        let played: Vec<&str> = Acting::ALL
            .into_iter()
            .filter(|acting| !self.is_live(*acting))
            .map(Acting::played)
            .collect();
        if played.is_empty() {
            return;
        }
        let begin = if played.len() == Acting::ALL.len() {
            "nothing real is touched"
        } else {
            "not all of it is real"
        };
        let played = played.join(", ");
        complain(&format!("note: {begin}: {played}, background work is not run; `--live` acts\n"));
    }
}

/// What the modules would have done.
#[derive(Debug, Serialize)]
pub(crate) struct Undone {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mails: Vec<Mail>,
    /// With those that are not listed.
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
            output.line(&format!("not sent: mail of {module} to {to}: {subject}"));
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
