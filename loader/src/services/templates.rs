//! Templates, like Synapse's `read_templates`: in Jinja's language, with the operator's templates
//! taking precedence over those that a module brings.
//!
//! Besides Jinja's own filters there are two of Synapse's, `format_ts` and `localpart_from_email`.
//! Values in templates named `.html`, `.htm` or `.xml` are escaped. A template may include and
//! extend others by name; names refer to files in the operator's folder only.

pub(crate) mod answers;
mod error;
mod filters;
mod folder;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use minijinja::{AutoEscape, Environment};
use serde_json::Value;

pub use self::error::TemplateError;
use self::folder::Folder;

/// The most steps of one rendering. A page takes some hundreds; nested loops must end, too.
const FUEL: u64 = 1_000_000;

/// The most bytes that one rendering may produce.
const OUTPUT_BYTES_MAX: usize = 16 << 20;

/// A module's templates. They are cheap to clone.
///
/// # Examples
/// ```
/// use hsmod_loader::services::templates::Templates;
/// use serde_json::json;
///
/// let builtin = [("hello.html".to_owned(), "Hello {{ name }}!".to_owned())];
/// let templates = Templates::new(None, builtin)?;
/// let page = templates.render("hello.html", &json!({"name": "<b>Ann</b>"}))?;
/// assert_eq!(page, "Hello &lt;b&gt;Ann&lt;&#x2f;b&gt;!");
/// # Ok::<(), hsmod_loader::services::templates::TemplateError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Templates {
    environment: Arc<Environment<'static>>,
}

impl Templates {
    /// The templates in the folder `overrides`, and those in `builtin`, which are pairs of name and
    /// source. A template that `builtin` names is read here, from the folder if it is there, too;
    /// other files in the folder are read when first used. Later changes to a file that was read
    /// have no effect.
    ///
    /// # Errors
    /// A name leads out of the folder, a file cannot be read, or a template cannot be parsed.
    pub fn new(
        overrides: Option<PathBuf>,
        builtin: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, TemplateError> {
        let builtin: HashMap<String, String> = builtin.into_iter().collect();
        let mut names: Vec<String> = builtin.keys().cloned().collect();
        names.sort();
        let folder = overrides.map(Folder::open).transpose()?;
        let mut environment = Environment::new();
        environment.set_fuel(Some(FUEL));
        environment.set_auto_escape_callback(escaping);
        filters::add(&mut environment);
        environment.set_loader(move |name| {
            folder::check(name)?;
            let own = folder.as_ref().map_or(Ok(None), |folder| folder.read(name))?;
            Ok(own.or_else(|| builtin.get(name).cloned()))
        });
        for name in names {
            environment.get_template(&name).map_err(|error| TemplateError::new(&name, &error))?;
        }
        Ok(Self { environment: Arc::new(environment) })
    }

    /// Checks that a template exists and can be parsed.
    ///
    /// # Errors
    /// It does not exist, or cannot be parsed.
    pub fn require(&self, name: &str) -> Result<(), TemplateError> {
        let found = self.environment.get_template(name);
        found.map(drop).map_err(|error| TemplateError::new(name, &error))
    }

    /// Renders a template with the values in `context`, a mapping.
    ///
    /// # Errors
    /// The template does not exist or cannot be parsed, or rendering it fails, takes too long or
    /// produces too much.
    pub fn render(&self, name: &str, context: &Value) -> Result<String, TemplateError> {
        let failed = |error| TemplateError::new(name, &error);
        let template = self.environment.get_template(name).map_err(failed)?;
        let mut page = Page(Vec::new());
        let context = minijinja::value::Serde(context);
        template.render_captured_to(context, &mut page).map_err(failed)?;
        // It was composed of strings, so this is lossless.
        Ok(String::from_utf8_lossy(&page.0).into_owned())
    }
}

/// Like Jinja's `select_autoescape`.
fn escaping(name: &str) -> AutoEscape {
    let name = name.to_ascii_lowercase();
    match name.rsplit('.').next() {
        Some("html" | "htm" | "xml") => AutoEscape::Html,
        _ => AutoEscape::None,
    }
}

struct Page(Vec<u8>);

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > OUTPUT_BYTES_MAX - self.0.len() {
            return Err(io::Error::other(format!(
                "the page is larger than {OUTPUT_BYTES_MAX} bytes"
            )));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
