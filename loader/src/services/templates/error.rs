//! What can go wrong with a template.

use std::path::PathBuf;

use minijinja::ErrorKind;

use crate::services::cause::{self, causes};

/// Why there is no page.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// The name is no relative path of plain names; the author's to mend.
    #[error(
        "`{name}` cannot be the name of a template: names are like `mail.html` or `mails/notice.html`"
    )]
    Name {
        /// As given.
        name: String,
    },
    /// The folder or a file in it cannot be used; the operator's to mend.
    #[error("template `{}` cannot be used: {reason}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Neither the operator nor the module has it.
    #[error("there is no template `{name}`, neither in `templates_dir` nor in the module")]
    Missing {
        /// As given.
        name: String,
    },
    /// The template is not in Jinja's language.
    #[error("template `{name}`, line {line}: {message}")]
    Syntax {
        /// Which.
        name: String,
        /// From 1.
        line: usize,
        /// In the template library's words.
        message: String,
    },
    /// The template fails with these values.
    #[error("template `{name}`, line {line} fails: {message}")]
    Render {
        /// Which; perhaps one that was included.
        name: String,
        /// From 1.
        line: usize,
        /// In the template library's words.
        message: String,
    },
}

impl TemplateError {
    /// What the template library's error means, which came of the template `asked`.
    pub(super) fn new(asked: &str, error: &minijinja::Error) -> Self {
        if let Some(ours) = causes(error).find_map(|cause| cause.downcast_ref::<Self>()) {
            return ours.clone();
        }
        // What an included template fails of says more than that it was included.
        let told = causes(error).filter_map(|cause| cause.downcast_ref::<minijinja::Error>());
        let innermost = told.last().unwrap_or(error);
        let name = innermost.name().unwrap_or(asked).to_owned();
        let line = innermost.line().unwrap_or(1);
        let kind = innermost.kind();
        let message = match innermost.detail() {
            _ if kind == ErrorKind::OutOfFuel => "it takes too many steps".to_owned(),
            _ if kind == ErrorKind::WriteFailure => cause::innermost(error),
            Some(detail) => format!("{kind}: {detail}"),
            None => kind.to_string(),
        };
        match kind {
            // With a line it is another template that names it, and the message says which one.
            ErrorKind::TemplateNotFound if innermost.line().is_none() => Self::Missing { name },
            ErrorKind::SyntaxError => Self::Syntax { name, line, message },
            _ => Self::Render { name, line, message },
        }
    }
}

impl From<TemplateError> for minijinja::Error {
    fn from(error: TemplateError) -> Self {
        Self::new(ErrorKind::InvalidOperation, error.to_string()).with_source(error)
    }
}
