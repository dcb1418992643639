//! Tests that modules can be linked into a homeserver instead of being loaded by it.

use std::process::Command;

use hsmod_tests::build;
use serde_json::{Value, json};

#[test]
fn two_modules_in_one_program_are_asked_like_plugins() {
    let output = Command::new(build::static_host()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let verdicts: Value = serde_json::from_slice(&output.stdout).unwrap();
    let unknown = "no module `nope` is linked into this homeserver";
    assert_eq!(
        verdicts,
        json!({
            "modules": ["list_spam_checker", "demo", "list_spam_checker-2"],
            "events": [null, ["list_spam_checker", 403], ["list_spam_checker-2", 403]],
            "room": ["demo", 403],
            "web": [
                "/_synapse/client/list_spam_checker/is_evil", "/_synapse/client/demo/hello/*",
            ],
            "unknown": {"Err": unknown},
        })
    );
}
