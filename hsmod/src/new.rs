//! `hsmod new`: creates a crate with a module that builds, passes its tests and answers.

mod api;
mod categories;
mod crate_text;
mod folder;
mod name;
mod surroundings;

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::exit::{Exit, Result};
use crate::output::{Output, complain};
use api::Api;
use categories::{CATEGORIES, Category};
use crate_text::CrateText;
use name::Name;
use surroundings::Surroundings;

#[derive(Args)]
#[command(after_help = "\
Example:
  hsmod new my_filter
  hsmod new my_limits --category media_repository --api ../hsmod/plugin-api

Creates a folder of that name here, with a small module, its tests, a config, and files to try it with:
the arguments of a call, the events of a room, and a simulated homeserver. It prints the next steps as
commands that can be pasted. If it fails, it leaves nothing behind.

hsmod-plugin-api is not on crates.io yet, so cargo finds it only with --api. (This command asks no
registry.)

Exit codes: 0 the folder was created, 2 the name cannot be used, or the folder cannot be created")]
pub(crate) struct Options {
    /// The name of the folder, the crate, the plugin and the module: `my_filter`
    name: String,

    /// The category of callbacks that it answers
    #[arg(
        long,
        value_name = "CATEGORY",
        default_value = CATEGORIES[0].name,
        value_parser = category_parser()
    )]
    category: &'static Category,

    /// The path of hsmod-plugin-api: the folder `plugin-api` of a checkout of hsmod
    #[arg(long, value_name = "PATH")]
    api: Option<PathBuf>,
}

fn category_parser() -> impl TypedValueParser<Value = &'static Category> {
    let value =
        |category: &'static Category| PossibleValue::new(category.name).help(category.about);
    PossibleValuesParser::new(CATEGORIES.iter().map(value)).try_map(|name| {
        let named = CATEGORIES.iter().find(|category| category.name == name);
        named.ok_or("there is no such category")
    })
}

/// # Errors
/// The name cannot be used, `--api` names something else, or the folder cannot be made.
pub(crate) fn run(options: &Options, output: &mut Output) -> Result<Exit> {
    let (name, category) = (Name::new(&options.name)?, options.category);
    folder::refuse_existing(&name)?;
    let api = Api::new(options.api.as_deref())?;
    let surroundings = Surroundings::here()?;
    let text = CrateText::new(&name, category, &api, &surroundings);
    folder::write(&name, &text.files())?;

    if api.is_of_registry() {
        complain(&unpublished(&name, category));
    }
    if let Some(workspace) = surroundings.workspace() {
        let workspace = workspace.display();
        complain(&format!(
            "note: {name} is not a member of the workspace of `{workspace}`, but a workspace of \
             its own\n"
        ));
    }
    output.line(&format!("created {name}, whose module answers {}", category.full_name()));
    output.line("");
    output.line("Next:");
    text.steps().iter().for_each(|step| output.line(&format!("  {step}")));
    output.line("");
    output.line(&format!("{name}/README.md explains what each of them shows."));
    Ok(Exit::Well)
}

fn unpublished(name: &Name, category: &Category) -> String {
    let api = api::PACKAGE;
    let category = if category.name == CATEGORIES[0].name {
        String::new()
    } else {
        format!(" --category {}", category.name)
    };
    format!(
        "note: {api} is not on crates.io yet, so cargo will not find it\n  fix: give its path: \
         rm -r {name} && hsmod new {name}{category} --api CHECKOUT/plugin-api\n"
    )
}
