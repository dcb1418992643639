//! Turns the errors of a JSON Schema validator into config problems, worded like all others.
//!
//! No value of the config is quoted, since it may be a secret.

use hsmod_loader::config::{Entry, expected, item};
use hsmod_loader::problem::{Problem, Stage};
use hsmod_loader::suggestion::{closest, listed, printable};
use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value};

/// The maximum number of problems to report.
const TOLD: usize = 50;

/// The longest description that is shown, in characters.
const DESCRIBED: usize = 200;

/// The problems that `validator`, compiled from `schema`, finds in the config of an entry.
pub(super) fn of(entry: &Entry, validator: &Validator, schema: &Value) -> Vec<Problem> {
    let config = Value::Object(entry.config().clone());
    let mut misfits = Misfits { entry, config: &config, schema, found: Vec::new() };
    for error in validator.iter_errors(&config) {
        misfits.note(&error);
        if misfits.found.len() >= TOLD {
            break;
        }
    }
    misfits.found.truncate(TOLD);
    misfits.found
}

struct Misfits<'a> {
    entry: &'a Entry,
    config: &'a Value,
    schema: &'a Value,
    found: Vec<Problem>,
}

impl<'a> Misfits<'a> {
    fn note(&mut self, error: &ValidationError<'_>) {
        let instance = error.instance().as_ref();
        match error.kind() {
            Kind::AdditionalProperties { unexpected }
            | Kind::UnevaluatedProperties { unexpected } => {
                unexpected.iter().for_each(|key| self.note_unknown(error, key));
            }
            // The validator reports unknown keys like this if the schema allows no keys at all.
            Kind::FalseSchema
                if error.schema_path().as_str().ends_with("/additionalProperties") =>
            {
                let around = self.config.pointer(error.instance_path().as_str());
                let keys = around.and_then(Value::as_object).into_iter().flat_map(Map::keys);
                keys.for_each(|key| self.note_unknown(error, key));
            }
            Kind::FalseSchema => {
                self.add(error, "nothing is allowed here", Some("remove it".into()))
            }
            Kind::Required { property } => self.note_missing(error, property),
            Kind::Type { .. } => {
                let message = expected(&types(self.keyword(error)), instance);
                self.add(error, message, None);
            }
            Kind::Enum { options } => {
                let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
                self.note_choice(error, options.iter().collect());
            }
            Kind::Constant { expected_value } => self.note_choice(error, vec![expected_value]),
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                self.note_forms(error, context);
            }
            Kind::OneOfMultipleValid { .. } => {
                self.add(error, "it matches more than one of the allowed forms", None);
            }
            _ => self.add(error, error.masked_with("this").to_string(), None),
        }
    }

    fn note_unknown(&mut self, error: &ValidationError<'_>, key: &str) {
        let properties = self.around(error).and_then(|schema| schema.get("properties"));
        let known = || properties.and_then(Value::as_object).into_iter().flat_map(Map::keys);
        let fix = match closest(key, known().map(String::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if known().next().is_none() => "remove it".to_owned(),
            None => format!("the keys here are {}", listed(known().map(String::as_str))),
        };
        let mut path = self.path(error);
        path.push(key.to_owned());
        self.push(&path, &format!("unknown key `{key}`"), &fix);
    }

    fn note_missing(&mut self, error: &ValidationError<'_>, property: &Value) {
        let key = property.as_str().unwrap_or_default();
        let schema = self.around(error).and_then(|schema| schema.get("properties")?.get(key));
        let fix = schema.and_then(description).map(|text| format!("add it: {text}"));
        self.add(error, format!("`{key}` is missing"), fix);
    }

    /// The values may be listed, since they come from the schema and not from the config.
    fn note_choice(&mut self, error: &ValidationError<'_>, options: Vec<&Value>) {
        let texts: Vec<String> = options
            .iter()
            .map(|option| match option {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            })
            .collect();
        let texts = || texts.iter().map(String::as_str);
        let written = error.instance().as_str();
        let fix = written.and_then(|written| closest(written, texts()));
        let fix = fix.map(|meant| format!("did you mean `{meant}`?"));
        let one_of = if options.len() == 1 { "" } else { "one of " };
        self.add(error, format!("expected {one_of}{}", listed(texts())), fix);
    }

    /// Reports a value that matches none of several forms. If only one form has the value's type,
    /// the reasons why it does not match that form are reported.
    fn note_forms(&mut self, error: &ValidationError<'_>, forms: &[Vec<ValidationError<'static>>]) {
        let here = error.instance_path();
        let is_here = |misfit: &&ValidationError<'_>| misfit.instance_path() == here;
        let is_choice = |misfit: &&ValidationError<'_>| {
            matches!(misfit.kind(), Kind::Constant { .. } | Kind::Enum { .. })
        };
        let choices = || forms.iter().map(|form| form.iter().filter(is_here).find(is_choice));
        if choices().all(|choice| choice.is_some()) {
            let options = choices().flatten().flat_map(|misfit| match misfit.kind() {
                Kind::Enum { options } => options.as_array().into_iter().flatten().collect(),
                Kind::Constant { expected_value } => vec![&**expected_value],
                _ => Vec::new(),
            });
            return self.note_choice(error, options.collect());
        }
        let other_type = |form: &Vec<ValidationError<'static>>| {
            let is_type =
                |misfit: &&ValidationError<'_>| matches!(misfit.kind(), Kind::Type { .. });
            form.iter().filter(is_here).find(is_type).map(|misfit| types(self.keyword(misfit)))
        };
        let wanted: Vec<String> = forms.iter().filter_map(other_type).collect();
        let meant: Vec<_> = forms.iter().filter(|form| other_type(form).is_none()).collect();
        match meant.as_slice() {
            [] => {
                let wanted: Vec<&str> =
                    wanted.iter().map(String::as_str).filter(|wanted| *wanted != NOTHING).collect();
                let message = expected(&wanted.join(" or "), error.instance());
                self.add(error, message, None);
            }
            [form] => form.iter().for_each(|misfit| self.note(misfit)),
            _ => self.add(error, "it matches none of the allowed forms", None),
        }
    }

    /// Adds a problem at the error's place. Without a `fix`, the schema's description is the
    /// remedy.
    fn add(
        &mut self,
        error: &ValidationError<'_>,
        message: impl Into<String>,
        fix: Option<String>,
    ) {
        let described = || {
            let text = self.around(error).and_then(description)?;
            Some(format!("write what belongs here: {text}"))
        };
        let fix = fix.or_else(described).unwrap_or_else(|| SEE.to_owned());
        self.push(&self.path(error), &message.into(), &fix);
    }

    fn push(&mut self, path: &[String], message: &str, fix: &str) {
        let problem = Problem::error(Stage::ParseConfig, printable(message)).fix(printable(fix));
        let path: Vec<&str> =
            std::iter::once("config").chain(path.iter().map(String::as_str)).collect();
        self.found.push(self.entry.pinpoint(problem, &path));
    }

    /// The path from the config to the value, one segment per item.
    fn path(&self, error: &ValidationError<'_>) -> Vec<String> {
        let mut value = Some(self.config);
        let segments = error.instance_path().as_str().split('/').skip(1);
        let step = |segment: &str| {
            let key = segment.replace("~1", "/").replace("~0", "~");
            let around = value;
            value = around.and_then(|value| match value {
                Value::Array(items) => items.get(key.parse::<usize>().ok()?),
                other => other.get(&key),
            });
            match key.parse() {
                Ok(index) if around.is_some_and(Value::is_array) => item(index),
                _ => key,
            }
        };
        segments.map(step).collect()
    }

    /// The value of the schema keyword that failed.
    fn keyword(&self, error: &ValidationError<'_>) -> Option<&'a Value> {
        self.schema.pointer(error.schema_path().as_str())
    }

    /// The subschema that contains the keyword that failed.
    fn around(&self, error: &ValidationError<'_>) -> Option<&'a Value> {
        let (around, _) = error.schema_path().as_str().rsplit_once('/')?;
        self.schema.pointer(around)
    }
}

const SEE: &str = "see the module's documentation for what its `config` takes";

/// The first paragraph of a schema's `description`, if it is short.
fn description(schema: &Value) -> Option<String> {
    let text = schema.get("description")?.as_str()?;
    let first = text.trim().split("\n\n").next()?;
    let words = first.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_short = !words.is_empty() && words.chars().count() <= DESCRIBED;
    is_short.then(|| words.trim_end_matches('.').to_owned())
}

/// The name of the type `null`, which only says that the value may be left out.
const NOTHING: &str = "null";

/// The types that a `type` keyword lists, in YAML's terms.
fn types(keyword: Option<&Value>) -> String {
    let names: Vec<&str> = match keyword {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let words: Vec<&str> = names.iter().map(|name| in_words(name)).collect();
    let values: Vec<&str> = words.iter().copied().filter(|word| *word != NOTHING).collect();
    match (values.as_slice(), words.as_slice()) {
        ([], []) => "another value".to_owned(),
        ([], _) => NOTHING.to_owned(),
        (values, _) => values.join(" or "),
    }
}

fn in_words(name: &str) -> &str {
    match name {
        "null" => NOTHING,
        "boolean" => "a boolean",
        "integer" => "a whole number",
        "number" => "a number",
        "string" => "a string",
        "array" => "a list",
        "object" => "a mapping",
        other => other,
    }
}
