//! Group `templates`: templates for pages and mails. The loader answers it in every homeserver.

use crate::module::ModuleApi;
use crate::table::requests;
use crate::values::JsonStr;

/// The requests in the form in which they cross; modules use
/// [`read_templates`](ModuleApi::read_templates).
#[derive(Clone, Copy, Debug)]
pub struct Shelf<'a>(pub(crate) &'a ModuleApi);

impl Shelf<'_> {
    const fn api(&self) -> &ModuleApi {
        self.0
    }
}

requests! {
    /// Templates for pages and mails. The loader answers this in every homeserver; a homeserver
    /// that answers it has priority.
    pub trait Templates = templates on Shelf<'_>, holds templates,
        written TemplatesRequests, table TemplatesTable TemplatesTableRef, erased ErasedTemplates
    {
        /// Reads templates; the answer is their number, never 0, which the module releases when it
        /// no longer needs them. `filenames` is a list of names, `builtin` an object of names and
        /// sources. Since Synapse 1.39.
        async fn read_templates(
            &self,
            filenames: &JsonStr as List,
            builtin: &JsonStr as Object,
        ) -> i64, since 0 {
            /// let builtin = [("hello.html", "<p>Hello {{ name }}</p>")];
            /// let templates = api.read_templates(&["hello.html"], &builtin).await?;
        }

        /// Renders one of them. `context` is an object.
        async fn render_template(
            &self,
            templates: i64,
            name: &str,
            context: &JsonStr as Object,
        ) -> String, since 0 {
            /// let builtin = [("hello.html", "<p>Hello {{ name }}</p>")];
            /// let templates = api.read_templates(&["hello.html"], &builtin).await?;
            /// let page = templates.render("hello.html", &serde_json::json!({"name": "Ann"})).await?;
        }
    }
}
