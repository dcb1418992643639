//! `hsmod call`: one question to the modules, as a homeserver would ask it.

mod answer;
mod arguments;
mod callbacks;
mod form;
mod forms;
pub(crate) mod inside;
mod json;
mod meaning;

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use hsmod_loader::CallbackInfo;
use hsmod_loader::rows::CATEGORIES;
use hsmod_loader::suggestion::{closest, listed};
use serde_json::{Map, Value};

use crate::child::{Work, pass_on};
use crate::exit::{Exit, Result, Stop};
use crate::input::{Source, without_mark};
use crate::live::Live;
use crate::modules::Site;
use crate::output::Output;
use arguments::Arguments;
use inside::Call;

#[derive(Args)]
#[command(after_help = "\
Example:
  hsmod call -c modules.yaml spam_checker.user_may_invite - <<'END'
  {\"inviter\": \"@a:localhost\", \"invitee\": \"@b:localhost\", \"room_id\": \"!r:localhost\"}
  END

The arguments have Synapse's names; without arguments, the error lists those that the callback takes.
Events are objects, `state_events` is a list of them, `file_wrapper` is the path of a file.

Nothing real is touched: HTTP requests are refused, storage is empty and in memory, mail is listed and
not sent, background work is not run. With --live, or --live=http,storage,mail for some of it, modules
act as in a homeserver. What a plugin does by itself, such as opening files, is not prevented.
With --world FILE, the users and rooms in that file answer what modules ask the homeserver.

Exit codes: 0 allowed, or a value; 1 denied, or a module failed, even where a homeserver would go on;
2 wrong arguments, or a plugin ended the process")]
pub(crate) struct Options {
    #[command(flatten)]
    site: Site,

    /// The callback, with its category: `spam_checker.user_may_invite`
    #[arg(value_name = "CATEGORY.CALLBACK")]
    callback: String,

    /// A file with the arguments as one JSON object; `-` reads them from stdin
    #[arg(value_name = "ARGS.json|-")]
    arguments: Option<PathBuf>,

    #[command(flatten)]
    live: Live,

    /// Prints one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(options: &Options, verbose: u8, output: &mut Output) -> Result<Exit> {
    let callback = find(&options.callback)?;
    let (given, written) = match &options.arguments {
        Some(path) => {
            options.site.leave_stdin_to("the arguments", path)?;
            let config = options.site.config.display();
            read(path, &format!("call -c {config} {} -", options.callback))?
        }
        None => (Value::Object(Map::new()), "{}".to_owned()),
    };
    let (world_text, world) = options.site.world()?.unzip();
    options.live.check(world.as_ref())?;
    // Errors in the arguments are reported before any module is loaded.
    Arguments::new(callback, given, &options.site.server_name, world.as_ref())?;
    let listing = options.site.listing()?.in_world(world_text);
    options.live.say(world.as_ref());
    let call =
        Call { callback: options.callback.clone(), arguments: written, live: options.live.clone() };
    let server_name = &options.site.server_name;
    pass_on(&listing, server_name, verbose, Work::Call(call), std::io::empty(), None, output)
}

/// Finds a callback by its full name.
fn find(name: &str) -> Result<&'static CallbackInfo> {
    let callbacks = || CATEGORIES.iter().flat_map(|category| category.callbacks);
    let full_name = |callback: &CallbackInfo| format!("{}.{}", callback.category, callback.name);
    if let Some(callback) = callbacks().find(|callback| full_name(callback) == name) {
        return Ok(callback);
    }
    let known = |name: &str| CATEGORIES.iter().find(|category| category.name == name);
    let (category, bare) = name.split_once('.').unwrap_or(("", name));
    let near = |bare: &str| closest(bare, callbacks().map(|callback| callback.name));
    let meant = known(category)
        .and_then(|known| closest(bare, known.callbacks.iter().map(|callback| callback.name)))
        .or_else(|| near(bare));
    let meant = meant.and_then(|meant| callbacks().find(|callback| callback.name == meant));
    let remedy = match (meant, known(category)) {
        (Some(meant), _) => format!("did you mean `{}`?", full_name(meant)),
        (None, Some(category)) => {
            format!("it has {}", listed(category.callbacks.iter().map(|callback| callback.name)))
        }
        (None, None) => {
            format!("the categories are {}", listed(CATEGORIES.iter().map(|known| known.name)))
        }
    };
    let what = match known(category) {
        Some(category) => format!("the category `{}` has no callback `{bare}`", category.name),
        None => format!("there is no callback `{name}`"),
    };
    Err(Stop::wrong(format!("{what}\n  fix: {remedy}")))
}

/// Reads the arguments from a file, a pipe or standard input. Returns the parsed value and its
/// text.
fn read(path: &Path, rest: &str) -> Result<(Value, String)> {
    let source = Source::new(path);
    let input = source.open("the arguments", "a JSON object")?;
    let mut text = Vec::new();
    input
        .text(0, &source.before(rest))
        .and_then(|mut input| input.read_to_end(&mut text))
        .map_err(|error| {
            Stop::wrong(format!("cannot read the arguments from {source}: {error}"))
        })?;
    let text = without_mark(&text);
    if text.trim_ascii().is_empty() {
        return Err(Stop::wrong(format!(
            "there are no arguments in {source}\n  fix: write them there as a JSON object, or leave \
             the file out to be told what the callback takes"
        )));
    }
    let given = serde_json::from_slice(text)
        .map_err(|error| json::explain(&format!("the arguments in {source}"), &error))?;
    Ok((given, String::from_utf8_lossy(text).into_owned()))
}
