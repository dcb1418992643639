//! The files of a new crate, filled in from templates.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};

use super::api::Api;
use super::categories::Category;
use super::name::{Name, in_camel_case};
use super::surroundings::Surroundings;

const MANIFEST: &str = include_str!("../../templates/manifest.toml");
const LIBRARY: &str = include_str!("../../templates/lib.rs");
const TESTS: &str = include_str!("../../templates/tests.rs");
const MODULES: &str = include_str!("../../templates/modules.yaml");
const WORLD: &str = include_str!("../../templates/world.yaml");
const EVENTS: &str = include_str!("../../templates/events.ndjson");
const README: &str = include_str!("../../templates/readme.md");
const IGNORED: &str = include_str!("../../templates/gitignore");

/// Without this, cargo would take the crate for a member of the workspace around it.
const OWN_WORKSPACE: &str = "
# A folder above is a workspace; this crate is not a member of it.
[workspace]
";

/// The options for trying the module. Without a world, its requests to the homeserver would fail.
const TRIED_IN: &str = "-c modules.yaml --world world.yaml";

/// What the files of a crate depend on.
pub(super) struct CrateText<'a> {
    name: &'a Name,
    category: &'a Category,
    /// The placeholders of the templates (`{{word}}`) and their values.
    words: Vec<(&'static str, String)>,
    in_workspace: bool,
}

impl<'a> CrateText<'a> {
    pub(super) fn new(
        name: &'a Name,
        category: &'a Category,
        api: &Api,
        surroundings: &Surroundings,
    ) -> Self {
        let lines = |text: &str| text.trim_matches('\n').to_owned();
        let words = vec![
            ("callbacks", lines(category.callbacks)),
            ("test", lines(category.test)),
            ("test_name", category.test_name.to_owned()),
            ("login_types", category.login_types.to_owned()),
            ("about", category.about.to_owned()),
            ("key", category.key.to_owned()),
            ("key_about", category.key_about.to_owned()),
            ("key_type", category.key_type.to_owned()),
            ("example", category.example.to_owned()),
            ("answer", category.answer.to_owned()),
            ("category", category.name.to_owned()),
            ("trait", in_camel_case(category.name)),
            ("name", name.to_string()),
            ("type", type_name(name, category)),
            ("api", api.dependency()),
            ("api_for_tests", api.dependency_with("testing")),
            ("plugins_dir", surroundings.plugins_dir()),
            ("library", format!("{DLL_PREFIX}{name}{DLL_SUFFIX}")),
            ("check", check()),
            ("call", call(category)),
            ("replay", replay()),
        ];
        let in_workspace = surroundings.workspace().is_some();
        Self { name, category, words, in_workspace }
    }

    /// Each file, by its path in the folder of the crate.
    pub(super) fn files(&self) -> Vec<(&'static str, String)> {
        let mut manifest = self.filled(MANIFEST);
        if self.in_workspace {
            manifest += OWN_WORKSPACE;
        }
        vec![
            ("Cargo.toml", manifest),
            ("src/lib.rs", self.filled(LIBRARY)),
            ("src/tests.rs", self.filled(TESTS)),
            ("modules.yaml", self.filled(MODULES)),
            ("world.yaml", WORLD.to_owned()),
            ("args.json", self.category.args.trim_start().to_owned()),
            ("events.ndjson", EVENTS.to_owned()),
            ("README.md", self.filled(README)),
            (".gitignore", IGNORED.to_owned()),
        ]
    }

    /// What to do next: commands for a shell.
    pub(super) fn steps(&self) -> [String; 6] {
        let name = self.name;
        [
            format!("cd {name}"),
            "cargo test".to_owned(),
            "cargo build --release".to_owned(),
            check(),
            call(self.category),
            replay(),
        ]
    }

    fn filled(&self, template: &str) -> String {
        let filled = |text: String, (word, value): &(&str, String)| {
            text.replace(&format!("{{{{{word}}}}}"), value)
        };
        self.words.iter().fold(template.to_owned(), filled)
    }
}

fn check() -> String {
    format!("hsmod check {TRIED_IN}")
}

fn call(category: &Category) -> String {
    format!("hsmod call {TRIED_IN} {} args.json", category.full_name())
}

fn replay() -> String {
    format!("hsmod replay {TRIED_IN} events.ndjson")
}

/// `my_filter` becomes `MyFilter`. A name that the crate already uses is avoided: `event` becomes
/// `EventModule`, since `Event` is a type of the API.
fn type_name(name: &Name, category: &Category) -> String {
    let camel = in_camel_case(name.as_str());
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let texts = [LIBRARY, TESTS, category.callbacks, category.test, category.key_type];
    let taken = texts.iter().any(|text| text.split(|c| !is_word(c)).any(|word| word == camel));
    if taken || camel == in_camel_case(category.name) { format!("{camel}Module") } else { camel }
}

#[cfg(test)]
mod tests {
    use super::super::categories::CATEGORIES;
    use super::{Name, type_name};

    #[test]
    fn the_modules_type_hides_no_other() {
        let named = |name: &str| type_name(&Name::new(name).unwrap(), &CATEGORIES[0]);
        assert_eq!(named("my_filter"), "MyFilter");
        for (name, expected) in [
            ("event", "EventModule"),
            ("config", "ConfigModule"),
            ("test_module", "TestModuleModule"),
            ("result", "ResultModule"),
            ("spam__checker", "SpamCheckerModule"),
        ] {
            assert_eq!(named(name), expected);
        }
    }
}
