//! The first stage: YAML -> [`Config`].
//!
//! Two parsers read the text. `serde_yaml` yields the values, through a deserializer that loses
//! nothing silently; no other file uses it. `saphyr-parser` yields the positions and refuses syntax
//! that would make the values surprising. All problems are collected, so that an operator can fix
//! the file in one go.

mod characters;
mod document;
mod doubt;
mod duration;
mod elsewhere;
mod entry;
mod fields;
mod flaw;
mod http;
mod locate;
mod mail;
mod names;
mod network;
mod secret;
mod slip;
mod source;
#[cfg(test)]
mod tests;
mod top_level;
mod value;
mod verify;

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde::de::DeserializeSeed;
use serde_json::{Map, Value};

pub use self::document::Document;
pub use self::entry::Entry;
pub use self::fields::{Fields, expected};
pub use self::flaw::{Flaw, item};
pub use self::http::Http;
pub use self::mail::{Mail, MailSecurity};
pub use self::network::{Network, NotANetwork};
pub use self::secret::Secret;
pub use self::source::ConfigText;
pub use self::verify::{Mapping, Permissions, Verify};
use self::{
    locate::Outline,
    top_level::{absolute, public_baseurl, slow_poll, top_level},
};
use crate::{
    problem::{LoadError, Problem, Report, Stage},
    suggestion::{listed, printable},
};

const KEYS: [&str; 10] = [
    "plugins_dir",
    "modules",
    "verify",
    "worker_name",
    "public_baseurl",
    "data_dir",
    "http",
    "mail",
    "templates_dir",
    "slow_poll",
];

/// How long a poll may block its thread before the log names the module.
const DEFAULT_SLOW_POLL: Duration = Duration::from_secs(1);

/// Enough problems to fix in one go; a file that is no config at all has one in each line.
const MAX_PROBLEMS: usize = 200;

/// Which modules to run, and where their plugins are.
///
/// A config may be [partly wrong](Config::problems): it holds what could be read, so that the later
/// stages check that too and all problems are reported at once. Modules must not be started while
/// there are errors.
#[derive(Clone, Debug)]
pub struct Config {
    source: Option<String>,
    base: PathBuf,
    plugins_dir: PathBuf,
    /// Whether the config sets `plugins_dir`.
    says_plugins_dir: bool,
    entries: Vec<Entry>,
    verify: Verify,
    worker_name: Option<String>,
    public_baseurl: Option<String>,
    data_dir: Option<PathBuf>,
    http: Http,
    mail: Option<Mail>,
    templates_dir: Option<PathBuf>,
    slow_poll: Option<Duration>,
    /// `None` if the config was not read from YAML text.
    outline: Option<Arc<Outline>>,
    report: Report,
}

impl Config {
    /// Reads a YAML file, once. [`ConfigText::from_file`] says what relative paths in it are
    /// relative to.
    ///
    /// # Errors
    /// The file cannot be read or is too large, or its text is not a YAML mapping in UTF-8.
    /// Everything else that is wrong is in [`Config::problems`].
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        Self::from_text(&ConfigText::from_file(path)?)
    }

    /// Reads text that the caller has already, such as standard input.
    ///
    /// # Errors
    /// The text is not a YAML mapping in UTF-8. Everything else that is wrong is in
    /// [`Config::problems`].
    pub fn from_text(text: &ConfigText) -> Result<Self, LoadError> {
        let name = text.name();
        match Self::parse(text.bytes(), text.folder()) {
            Ok(config) => Ok(Self { source: Some(name.to_owned()), ..config }),
            Err(mut error) => {
                for problem in &mut error.problems {
                    problem.message = printable(&format!("`{name}`: {}", problem.message));
                }
                Err(error)
            }
        }
    }

    /// Reads YAML text. Relative paths in it are relative to `base`.
    ///
    /// # Errors
    /// The text is not a YAML mapping. Everything else that is wrong is in [`Config::problems`].
    ///
    /// # Examples
    /// ```
    /// use hsmod_loader::config::Config;
    ///
    /// let config = Config::from_yaml("modules: [{module: list_spam_checker}]", "/etc/hs".as_ref())?;
    /// assert!(config.problems().is_empty());
    /// assert_eq!(config.entries()[0].name(), "list_spam_checker");
    /// # Ok::<(), hsmod_loader::problem::LoadError>(())
    /// ```
    pub fn from_yaml(text: &str, base: &Path) -> Result<Self, LoadError> {
        Self::parse(text.as_bytes(), base)
    }

    fn parse(bytes: &[u8], base: &Path) -> Result<Self, LoadError> {
        let mut flaws = Vec::new();
        let read = |flaws: &mut Vec<Flaw>| {
            let (outline, value) = document::read(bytes, flaws)?.ok_or_else(locate::empty)?;
            Ok((outline, top_level(value)?))
        };
        match read(&mut flaws) {
            Ok((outline, members)) => {
                Self::read(members, Some(Arc::new(outline)), flaws, &[], base)
            }
            Err(flaw) => {
                flaws.push(flaw);
                let problems = flaws.into_iter().map(|flaw| flaw.into_problem(None, None));
                Err(LoadError { problems: problems.collect() })
            }
        }
    }

    /// Reads a mapping that is part of a homeserver's own config. `own_keys` are the homeserver's
    /// keys in that mapping, which are ignored; any other unknown key is an error. Problems have a
    /// path, but no line.
    ///
    /// # Errors
    /// `value` is not a mapping. Everything else that is wrong is in [`Config::problems`].
    pub fn from_value(value: Value, own_keys: &[&str], base: &Path) -> Result<Self, LoadError> {
        Self::read(top_level(value).map_err(fatal)?, None, Vec::new(), own_keys, base)
    }

    /// What the config was read from, for messages: the path as it was given.
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// The folder that relative paths are relative to; absolute.
    pub fn base(&self) -> &Path {
        &self.base
    }

    /// The folder in which plugins given by name are looked up; absolute. Default: `plugins`.
    pub fn plugins_dir(&self) -> &Path {
        &self.plugins_dir
    }

    /// Uses `folder` where the config does not set `plugins_dir`: for a homeserver that ships
    /// plugins.
    ///
    /// ```
    /// use hsmod_loader::Config;
    ///
    /// let config = Config::from_yaml("modules: []", "/etc/hs".as_ref())?.plugins_dir_or("/usr/lib/hs");
    /// assert_eq!(config.plugins_dir(), std::path::Path::new("/usr/lib/hs"));
    /// # Ok::<(), hsmod_loader::problem::LoadError>(())
    /// ```
    #[must_use]
    pub fn plugins_dir_or(mut self, folder: impl Into<PathBuf>) -> Self {
        if !self.says_plugins_dir {
            self.plugins_dir = folder.into();
        }
        self
    }

    /// The enabled entries that could be read, in the order of the file.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How strictly the files of plugins are verified.
    pub fn verify(&self) -> Verify {
        self.verify
    }

    /// The name of this worker, if the homeserver has several.
    pub fn worker_name(&self) -> Option<&str> {
        self.worker_name.as_deref()
    }

    /// The URL at which clients reach this homeserver.
    pub fn public_baseurl(&self) -> Option<&str> {
        self.public_baseurl.as_deref()
    }

    /// The folder of the modules' storage; absolute. `None` if the config does not set it.
    pub fn data_dir(&self) -> Option<&Path> {
        self.data_dir.as_deref()
    }

    /// Which servers the modules' HTTP client may reach.
    pub fn http(&self) -> &Http {
        &self.http
    }

    /// How the modules' mail is sent. `None` if the config does not set it.
    pub fn mail(&self) -> Option<&Mail> {
        self.mail.as_ref()
    }

    /// The folder of the operator's own templates, which override those of the modules; absolute.
    pub fn templates_dir(&self) -> Option<&Path> {
        self.templates_dir.as_deref()
    }

    /// How long a module may block its thread before the log names it, in a callback or in any
    /// other poll of a future of the module's. The log names it again at its deadline, which cannot
    /// interrupt it; an answer that comes after that still counts. `None` disables this. Default:
    /// one second.
    pub fn slow_poll(&self) -> Option<Duration> {
        self.slow_poll
    }

    /// All problems, in the order of the file.
    pub fn problems(&self) -> &[Problem] {
        &self.report.problems
    }

    /// Gives a problem the position of a top-level key.
    pub(crate) fn pinpoint(&self, problem: Problem, key: &str) -> Problem {
        match self.outline.as_ref().map(|outline| outline.locate([key])) {
            Some((line, column)) => problem.at(key).line_column(line, column),
            None => problem.at(key),
        }
    }

    /// Removes the entries for which `keep` returns false, such as to check one module alone.
    pub fn retain(&mut self, keep: impl FnMut(&Entry) -> bool) {
        self.entries.retain(keep);
    }

    /// The entries for the next stage, and the report that it continues.
    pub fn into_entries(self) -> (Vec<Entry>, Report) {
        (self.entries, self.report)
    }

    fn read(
        members: Map<String, Value>,
        outline: Option<Arc<Outline>>,
        mut flaws: Vec<Flaw>,
        own_keys: &[&str],
        base: &Path,
    ) -> Result<Self, LoadError> {
        let base = absolute(base).map_err(fatal)?;
        let mut fields = Fields::new(members, &[], &mut flaws);
        let plugins_dir = fields.string("plugins_dir");
        let items = fields.list("modules").unwrap_or_default();
        let verify = fields.mapping("verify").unwrap_or_default();
        let worker_name = fields.string("worker_name");
        let public_baseurl = public_baseurl(&mut fields);
        let data_dir = fields.folder("data_dir").map(|folder| base.join(folder));
        let templates_dir = fields.folder("templates_dir").map(|folder| base.join(folder));
        let http = fields.mapping("http").unwrap_or_default();
        let mail = fields.mapping("mail");
        let slow_poll = slow_poll(&mut fields);
        let otherwise = format!("the keys here are {}", listed(KEYS));
        fields.refuse_others(&KEYS, own_keys, elsewhere::at_the_top, &otherwise);
        let verify = verify::read(verify, &mut flaws);
        let http = http::read(http, &mut flaws);
        let mail = mail.and_then(|members| mail::read(members, &mut flaws));
        let names = names::assign(&items, &mut flaws);
        let entries = entries(items, &names, outline.as_ref(), &mut flaws);
        let report = report(flaws, &names, outline.as_deref());
        Ok(Self {
            source: None,
            says_plugins_dir: plugins_dir.is_some(),
            plugins_dir: base.join(plugins_dir.as_deref().unwrap_or("plugins")),
            base,
            entries,
            verify,
            worker_name,
            public_baseurl,
            data_dir,
            http,
            mail,
            templates_dir,
            slow_poll,
            outline,
            report,
        })
    }
}

/// The values of a YAML text whose outline was found sound.
fn values(text: &str, flaws: &mut Vec<Flaw>) -> Result<Value, Flaw> {
    value::Exact::new(flaws).deserialize(serde_yaml::Deserializer::from_str(text)).map_err(
        |error| {
            let message = error.to_string();
            let (line, column) = match error.location() {
                Some(location) => (location.line() as u64, location.column() as u64),
                None => (1, 1),
            };
            // The message repeats the position, which a problem holds separately.
            let message = message.split(&format!(" at line {line} ")).next().unwrap_or_default();
            slip::explain(text, (line, column), message)
        },
    )
}

fn entries(
    items: Vec<Value>,
    names: &[Option<String>],
    outline: Option<&Arc<Outline>>,
    flaws: &mut Vec<Flaw>,
) -> Vec<Entry> {
    // A refused value was replaced by another: an entry that contains one is not used.
    let unsound: HashSet<usize> =
        flaws.iter().filter(|flaw| flaw.is_error()).filter_map(Flaw::entry).collect();
    let torn_off: HashSet<usize> = (1..items.len())
        .filter(|index| entry::is_torn_off(&items[*index], &items[index - 1]))
        .collect();
    let mut entries = Vec::new();
    for ((index, item), name) in items.into_iter().enumerate().zip(names) {
        if torn_off.contains(&index) {
            flaws.push(entry::torn_off(&item, index));
            continue;
        }
        let entry = entry::read(item, index, name.clone(), outline, flaws);
        entries.extend(entry.filter(|_| !unsound.contains(&index)));
    }
    entries
}

/// The problems in the order of the file, or without positions in the order they were found.
fn report(flaws: Vec<Flaw>, names: &[Option<String>], outline: Option<&Outline>) -> Report {
    let name_of = |flaw: &Flaw| names.get(flaw.entry()?)?.as_deref();
    let mut report = Report::default();
    for flaw in flaws {
        let position = outline.map(|outline| outline.locate(flaw.path.iter().map(String::as_str)));
        let name = name_of(&flaw);
        report.push(flaw.into_problem(position, name));
    }
    report.problems.sort_by_key(|problem| (problem.line, problem.column));
    let left_out = report.problems.len().saturating_sub(MAX_PROBLEMS);
    if left_out > 0 {
        report.problems.truncate(MAX_PROBLEMS);
        let message = format!("{left_out} more problems are not shown");
        report.push(Problem::error(Stage::Config, message).fix("fix the others first"));
    }
    report
}

fn fatal(flaw: Flaw) -> LoadError {
    LoadError { problems: vec![flaw.into_problem(None, None)] }
}
