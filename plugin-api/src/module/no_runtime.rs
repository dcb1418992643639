//! Explains panics of crates that need a tokio runtime, which plugins do not have.

/// Returns the remedy if `message` is that of a panic of tokio.
pub(crate) fn explain(message: &str) -> Option<&'static str> {
    let wants_tokio = ["there is no reactor running", "the context of a Tokio 1.x runtime"];
    wants_tokio.iter().any(|words| message.contains(words)).then_some(REMEDY)
}

const REMEDY: &str = "a plugin has no tokio: `api.sleep` waits, `api.run_as_background_process` \
                      spawns, `api.http_client` asks other servers, and `api.defer_to_thread` runs \
                      what needs a runtime of its own";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_wants_a_runtime_is_explained() {
        let tokio =
            "there is no reactor running, must be called from the context of a Tokio 1.x runtime";
        assert_eq!(explain(tokio), Some(REMEDY));
        assert_eq!(explain("index out of bounds: the len is 0 but the index is 0"), None);
    }
}
