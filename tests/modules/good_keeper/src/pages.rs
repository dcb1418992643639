//! Templates and mail.

use hsmod_plugin_api::prelude::*;
use serde_json::Value;

use crate::Keeper;

impl Keeper {
    pub(crate) async fn read(&self, names: &Value, builtin: &Value) -> Result<(), ModuleError> {
        let names: Vec<&str> =
            names.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let source = |(name, source): (&'_ String, &'_ Value)| {
            (name.clone(), source.as_str().unwrap_or_default().to_owned())
        };
        let builtin: Vec<(String, String)> =
            builtin.as_object().into_iter().flatten().map(source).collect();
        let builtin: Vec<(&str, &str)> =
            builtin.iter().map(|(name, source)| (name.as_str(), source.as_str())).collect();
        let templates = self.api.read_templates(&names, &builtin).await?;
        *self.templates.lock()? = Some(Arc::new(templates));
        Ok(())
    }

    pub(crate) async fn render(&self, name: &str, context: &Value) -> Result<Value, ModuleError> {
        let templates = self.templates.lock()?.clone();
        let templates = templates.ok_or_else(|| ModuleError::new("no templates were read"))?;
        Ok(templates.render(name, context).await?.into())
    }

    pub(crate) async fn mail(&self, recipient: &str, values: &Value) -> Result<(), ModuleError> {
        let text = |index: usize| values[index].as_str().unwrap_or_default();
        self.api.send_mail(recipient, text(0), text(1), text(2)).await
    }
}
