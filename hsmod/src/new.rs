//! `hsmod new`: a crate with a module that builds, passes its tests and answers.

mod api;
mod categories;
mod crate_text;
mod folder;
mod name;
mod surroundings;

use std::path::PathBuf;

use clap::Args;

use crate::exit::{Exit, Result};
use crate::output::{Output, complain};
use api::Api;
use categories::CATEGORIES;
use crate_text::CrateText;
use name::Name;
use surroundings::Surroundings;

#[derive(Args)]
#[command(after_help = "\
Example:
  hsmod new my_filter
  hsmod new my_filter --api ../hsmod/plugin-api

Makes a folder of that name here: a module that does something small, its tests, a config, and one
question and a history of events to try it with. It prints what to do next; each line works as it
stands. If something is in the way, nothing is left behind.

hsmod-plugin-api is on no registry yet, so cargo does not find it unless --api says where it is. (No
registry is asked.)

Exit codes: 0 it is there, 2 the name cannot be used, or the folder not be made")]
pub(crate) struct Options {
    /// What the folder, the crate, the plugin and the module are called: `my_filter`
    name: String,

    /// Where hsmod-plugin-api is: the folder `plugin-api` of a checkout of hsmod
    #[arg(long, value_name = "PATH")]
    api: Option<PathBuf>,
}

/// # Errors
/// The name cannot be used, `--api` names something else, or the folder cannot be made.
pub(crate) fn run(options: &Options, output: &mut Output) -> Result<Exit> {
    let (name, category) = (Name::new(&options.name)?, &CATEGORIES[0]);
    folder::refuse_existing(&name)?;
    let api = Api::new(options.api.as_deref())?;
    let surroundings = Surroundings::here()?;
    let text = CrateText::new(&name, category, &api, &surroundings);
    folder::write(&name, &text.files())?;

    if api.is_of_registry() {
        complain(&unpublished(&name));
    }
    if let Some(workspace) = surroundings.workspace() {
        let workspace = workspace.display();
        complain(&format!(
            "note: {name} is no part of the workspace of `{workspace}`, but one of its own\n"
        ));
    }
    output.line(&format!("made {name}, whose module answers {}", category.full_name()));
    output.line("");
    output.line("Next:");
    text.steps().iter().for_each(|step| output.line(&format!("  {step}")));
    output.line("");
    output.line(&format!("{name}/README.md tells what each of them shows."));
    Ok(Exit::Well)
}

fn unpublished(name: &Name) -> String {
    let api = api::PACKAGE;
    format!(
        "note: {api} is on no registry yet, so cargo will not find it\n  fix: say where it is: \
         rm -r {name} && hsmod new {name} --api CHECKOUT/plugin-api\n"
    )
}
