//! YAML files other than configs, read just as carefully.

use serde_json::Value;

use super::flaw::Flaw;
use super::locate::Outline;
use super::{characters, report, values};
use crate::problem::Problem;

/// A YAML text that is not a config, such as a file with test data. What cannot be read exactly,
/// occurs twice or looks like a mistake is a flaw with its line, as in a config.
///
/// [`Fields`](super::Fields) reads the mappings in it.
#[derive(Debug)]
pub struct Document {
    value: Value,
    outline: Option<Outline>,
    flaws: Vec<Flaw>,
}

impl Document {
    /// Reads a text. If it contains no value, the document is `null`.
    ///
    /// # Errors
    /// The text is not YAML in UTF-8, or not safe to read.
    pub fn parse(text: &[u8]) -> Result<Self, Vec<Problem>> {
        let mut flaws = Vec::new();
        match read(text, &mut flaws) {
            Ok(Some((outline, value))) => Ok(Self { value, outline: Some(outline), flaws }),
            Ok(None) => Ok(Self { value: Value::Null, outline: None, flaws }),
            Err(flaw) => {
                flaws.push(flaw);
                Err(report(flaws, &[], None).problems)
            }
        }
    }

    /// Takes the value out.
    pub fn take(&mut self) -> Value {
        self.value.take()
    }

    /// The position of a path, as line and column counted from 1; for a path that does not exist,
    /// the position of its nearest existing ancestor. `None` if the text contains no value.
    pub fn position(&self, path: &[String]) -> Option<(u64, u64)> {
        self.outline.as_ref().map(|outline| outline.locate(path.iter().map(String::as_str)))
    }

    /// The flaws found so far, to add to.
    pub const fn flaws(&mut self) -> &mut Vec<Flaw> {
        &mut self.flaws
    }

    /// All problems, in the order of the text.
    pub fn into_problems(self) -> Vec<Problem> {
        report(self.flaws, &[], self.outline.as_ref()).problems
    }
}

/// The values of a text and their positions; `None` if it contains no value.
pub(super) fn read(bytes: &[u8], flaws: &mut Vec<Flaw>) -> Result<Option<(Outline, Value)>, Flaw> {
    let text = characters::decode(bytes)?;
    characters::refuse_control_characters(text)?;
    let Some(outline) = Outline::parse(text, flaws)? else { return Ok(None) };
    Ok(Some((outline, values(text, flaws)?)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::{Fields, item};

    fn said(text: &str) -> Vec<String> {
        let problems = match Document::parse(text.as_bytes()) {
            Ok(document) => document.into_problems(),
            Err(problems) => problems,
        };
        problems.iter().map(|problem| problem.message.clone()).collect()
    }

    #[test]
    fn documents_are_read_as_carefully_as_configs() {
        assert_eq!(said("a: 1\na: 2"), ["the key `a` is given twice"]);
        assert_eq!(said("a: !!x 1"), ["YAML tags are not supported: `!!x`"]);
        assert_eq!(said("a: {"), ["this is not YAML: a value is missing here"]);
        assert_eq!(said("[1, x]"), [""; 0]);
    }

    #[test]
    fn a_document_without_a_value_is_null() {
        for text in ["", "# nothing", "---"] {
            let mut document = Document::parse(text.as_bytes()).unwrap();
            assert_eq!(document.take(), json!(null), "{text:?}");
            assert_eq!(document.into_problems(), []);
        }
    }

    #[test]
    fn a_path_has_a_position() {
        let document = Document::parse(b"list:\n- x\n- y: 1").unwrap();
        let at = |path: &[&str]| {
            document.position(&path.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(at(&["list", "<item 1>", "y"]), Some((3, 3)));
        assert_eq!(at(&["list", "<item 7>"]), Some((1, 1)));
        assert_eq!(Document::parse(b"").unwrap().position(&[]), None);
    }

    /// This took minutes when the line was scanned from its start for each value.
    #[test]
    fn a_long_list_may_stand_in_one_line() {
        let text = format!("é: [{}]", "é, ".repeat(50_000));
        let started = std::time::Instant::now();
        let document = Document::parse(text.as_bytes()).unwrap();
        let last = ["é".to_owned(), item(49_999)];
        assert_eq!(document.position(&last), Some((1, 150_002)));
        let took = started.elapsed();
        assert!(took < std::time::Duration::from_secs(30), "{took:?}");
    }

    #[test]
    fn nested_problems_have_a_line() {
        let mut document = Document::parse(b"list:\n- x\n- y: 1").unwrap();
        let members = document.take()["list"][1].as_object().cloned().unwrap();
        let path = ["list".to_owned(), item(1)];
        Fields::new(members, &path, document.flaws()).refuse_unknown(&["x"]);
        let problem = &document.into_problems()[0];
        assert_eq!((problem.line, problem.column), (Some(3), Some(3)));
        assert_eq!(problem.path.as_deref(), Some("list.<item 1>.y"));
    }
}
