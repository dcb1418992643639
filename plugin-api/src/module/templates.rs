//! Templates for pages and mails.

use serde::Serialize;
use serde_json::Value;

use super::ModuleApi;
use super::handle::Handle;
use crate::requests::templates::{Shelf, rows};
use crate::values::{JsonObject, ModuleError};

impl ModuleApi {
    /// Reads Jinja templates: each of `filenames` from the operator's `templates_dir` if the file
    /// exists there, otherwise from `builtin`, which are names and sources. Values in templates
    /// whose name ends with `.html`, `.htm` or `.xml` are escaped. Templates may include and extend
    /// each other and others in the operator's folder. Meant for
    /// [`Module::start`](crate::Module::start), where mistakes in them refuse the start. Later
    /// changes in the folder have no effect.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # async fn example(api: &ModuleApi, user_id: &UserId) -> Result<String, ModuleError> {
    /// let builtin = [("renewed.html", "<p>Renewed until {{ until }}.</p>")];
    /// let templates = api.read_templates(&["renewed.html"], &builtin).await?;
    /// let page = templates.render("renewed.html", &serde_json::json!({"until": "Friday"})).await?;
    /// # Ok(page)
    /// # }
    /// ```
    ///
    /// Mirrors `synapse.module_api.ModuleApi.read_templates`.
    ///
    /// # Errors
    /// A template is in neither place, cannot be parsed, or leads out of the folder: the message
    /// says which and where. [`ModuleError::unanswered`] if the homeserver has no templates.
    pub async fn read_templates(
        &self,
        filenames: &[&str],
        builtin: &[(&str, &str)],
    ) -> Result<Templates, ModuleError> {
        let sources = builtin.iter().map(|(name, source)| ((*name).into(), Value::from(*source)));
        let sources: JsonObject = sources.collect();
        let number = Shelf(self).read_templates(filenames, &sources).await?;
        Ok(Templates(Handle::new(self, rows::read_templates.group, number)))
    }
}

/// Templates read by [`ModuleApi::read_templates`].
#[derive(Debug)]
pub struct Templates(Handle);

impl Templates {
    /// Renders a template with the values in `context`, which must serialise as an object.
    ///
    /// # Errors
    /// There is no such template; rendering it with these values fails, takes too long (a million
    /// steps) or yields more than 16 MiB.
    pub async fn render(
        &self,
        name: &str,
        context: &(impl Serialize + Sync + ?Sized),
    ) -> Result<String, ModuleError> {
        Shelf(&self.0.api).render_template(self.0.number, name, context).await
    }
}
