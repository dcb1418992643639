//! `hsmod new`: a crate with a module that builds, passes its tests and answers.

mod categories;
mod crate_text;
mod folder;
mod name;

use clap::Args;

use crate::exit::{Exit, Result};
use crate::output::{Output, complain};
use categories::CATEGORIES;
use crate_text::CrateText;
use name::Name;

#[derive(Args)]
#[command(after_help = "\
Example:
  hsmod new my_filter

Makes a folder of that name here: a module that does something small, its tests, a config, and one
question and a history of events to try it with. It prints what to do next; each line works as it
stands. If something is in the way, nothing is left behind.

hsmod-plugin-api is on no registry yet; until it is, say in the Cargo.toml where it is.

Exit codes: 0 it is there, 2 the name cannot be used, or the folder not be made")]
pub(crate) struct Options {
    /// What the folder, the crate, the plugin and the module are called: `my_filter`
    name: String,
}

/// # Errors
/// The name cannot be used, or the folder cannot be made.
pub(crate) fn run(options: &Options, output: &mut Output) -> Result<Exit> {
    let (name, category) = (Name::new(&options.name)?, &CATEGORIES[0]);
    folder::refuse_existing(&name)?;
    let text = CrateText::new(&name, category);
    folder::write(&name, &text.files())?;

    complain(&format!(
        "note: hsmod-plugin-api is on no registry yet, so cargo will not find it\n  fix: say in \
         {name}/Cargo.toml where it is\n"
    ));
    output.line(&format!("made {name}, whose module answers {}", category.full_name()));
    output.line("");
    output.line("Next:");
    text.steps().iter().for_each(|step| output.line(&format!("  {step}")));
    output.line("");
    output.line(&format!("{name}/README.md tells what each of them shows."));
    Ok(Exit::Well)
}
