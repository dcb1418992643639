//! Errors of templates.

use std::path::PathBuf;

use minijinja::ErrorKind;

use crate::services::cause::{self, causes};

/// Why there is no page.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// The name is not a relative path of plain names; the author has to fix it.
    #[error(
        "`{name}` cannot be the name of a template: names are like `mail.html` or `mails/notice.html`"
    )]
    Name {
        /// The name as given.
        name: String,
    },
    /// The folder or a file in it cannot be used; the operator has to fix it.
    #[error("template `{}` cannot be used: {reason}", path.display())]
    File {
        /// The folder or file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// Neither the operator nor the module provides this template.
    #[error("there is no template `{name}`, neither in `templates_dir` nor in the module")]
    Missing {
        /// The name as given.
        name: String,
    },
    /// The template is not valid Jinja.
    #[error("template `{name}`, line {line}: {message}")]
    Syntax {
        /// The name of the template.
        name: String,
        /// The line, counted from 1.
        line: usize,
        /// The template library's message.
        message: String,
    },
    /// Rendering the template failed with these values.
    #[error("template `{name}`, line {line} fails: {message}")]
    Render {
        /// The name of the template, which may be an included one.
        name: String,
        /// The line, counted from 1.
        line: usize,
        /// The template library's message.
        message: String,
    },
}

impl TemplateError {
    /// Converts an error of the template library about the template `asked`.
    pub(super) fn new(asked: &str, error: &minijinja::Error) -> Self {
        if let Some(ours) = causes(error).find_map(|cause| cause.downcast_ref::<Self>()) {
            return ours.clone();
        }
        // The error inside an included template says more than the failed inclusion.
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
            // With a line, another template names it, and the message says which one.
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
