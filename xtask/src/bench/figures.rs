//! The measured figures, which are written and read as JSON.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::command::Result;

/// One run of the benchmark.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Figures {
    /// A description of the machine.
    pub(super) machine: String,
    pub(super) rows: Vec<Row>,
}

/// One question, in one way, to a number of modules.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Row {
    pub(super) question: String,
    pub(super) way: String,
    pub(super) modules: u32,
    /// Instructions for one question; `None` if not counted.
    pub(super) instructions: Option<f64>,
    pub(super) locked: Option<f64>,
    pub(super) allocations: Option<f64>,
    pub(super) ns_median: f64,
    /// The interval that contains four of five rounds.
    pub(super) ns_spread: [f64; 2],
    /// The time relative to the boxed call's for the same question and number of modules.
    pub(super) ratio: f64,
}

impl Figures {
    /// Reads what [`Self::write`] wrote.
    ///
    /// # Errors
    /// The file cannot be read or has another format.
    pub(super) fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file)
            .map_err(|error| format!("cannot read `{}`: {error}", file.display()))?;
        let figures = serde_json::from_str(&text);
        Ok(figures.map_err(|error| {
            format!("`{}` is not what `cargo xtask bench --json` writes: {error}", file.display())
        })?)
    }

    /// As JSON, one row per line.
    pub(super) fn to_json(&self) -> Result<String> {
        let machine = serde_json::to_string(&self.machine)?;
        let rows = self.rows.iter().map(serde_json::to_string);
        let rows = rows.collect::<serde_json::Result<Vec<String>>>()?;
        Ok(format!("{{\"machine\": {machine}, \"rows\": [\n{}\n]}}\n", rows.join(",\n")))
    }

    /// Writes the figures completely or not at all.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn write(&self, file: &Path) -> Result<()> {
        replace(file, &self.to_json()?)
    }

    /// The row of a question in one way.
    pub(super) fn row(&self, question: &str, way: &str, modules: u32) -> Option<&Row> {
        self.rows
            .iter()
            .find(|row| row.question == question && row.way == way && row.modules == modules)
    }
}

/// Replaces a file atomically, so that readers never see an incomplete one.
///
/// # Errors
/// The file cannot be written.
pub(super) fn replace(file: &Path, text: &str) -> Result<()> {
    let mut name = file.file_name().ok_or("a file has a name")?.to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let new = file.with_file_name(name);
    let replaced = fs::write(&new, text).and_then(|()| fs::rename(&new, file));
    replaced.map_err(|error| {
        // Removing fails if the file was not created, so there is nothing to remove.
        drop(fs::remove_file(&new));
        format!("cannot write `{}`: {error}", file.display()).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_written_atomically_and_can_be_read_again() {
        let folder = std::env::temp_dir().join(format!("hsmod-figures-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("figures.json");
        let figures = super::super::fixture();
        figures.write(&file).unwrap();
        figures.write(&file).unwrap();
        let read = Figures::read(&file).unwrap();
        assert_eq!(read.to_json().unwrap(), figures.to_json().unwrap());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "something is left beside it");
        fs::write(&file, "{}").unwrap();
        let refused = Figures::read(&file).unwrap_err().to_string();
        assert!(refused.contains("is not what `cargo xtask bench --json` writes"), "{refused}");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = replace(Path::new("/no/folder/file.json"), "").unwrap_err().to_string();
        assert!(error.starts_with("cannot write `/no/folder/file.json`: "), "{error}");
    }

    #[test]
    fn missing_measurements_are_null() {
        let json = super::super::fixture().to_json().unwrap();
        let row: serde_json::Value = serde_json::from_str(&json).unwrap();
        let webhook = row["rows"].as_array().unwrap().iter().find(|row| row["way"] == "webhook");
        assert!(webhook.unwrap()["instructions"].is_null());
        let keys: Vec<&String> = row["rows"][0].as_object().unwrap().keys().collect();
        assert_eq!(keys.len(), 9, "{keys:?}");
    }
}
