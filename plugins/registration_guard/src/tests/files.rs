//! Tests when the file of domains is read, and how its lines are parsed.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::*;

/// A file that is removed on drop.
struct Listing(PathBuf);

impl Listing {
    fn new(name: &str, text: &str) -> Self {
        let file = format!("registration_guard-{name}-{}", std::process::id());
        let listing = Self(std::env::temp_dir().join(file));
        listing.write(text, 0);
        listing
    }

    /// Writes the file, with a modification time this many seconds after the first one.
    fn write(&self, text: impl AsRef<[u8]>, seconds: u64) {
        fs::write(&self.0, text).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds);
        fs::File::options().write(true).open(&self.0).unwrap().set_modified(time).unwrap();
    }

    fn module(&self) -> TestModule {
        module(json!({
            "blocked_email_domains_file": self.0, "blocked_email_domains": ["always.example"],
            "reload_interval": "60s",
        }))
    }
}

impl Drop for Listing {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn wait(module: &TestModule, seconds: u64) {
    block_on(module.advance(Duration::from_secs(seconds)));
}

fn blocks(module: &TestModule, domain: &str) -> bool {
    with_email(module, &format!("a@{domain}")) == DENY
}

#[test]
fn a_line_is_a_domain_or_a_comment_or_left_out() {
    let text = "\u{feff}# all of them\r\n\r\n  A.Example  \r\nb.example # why\nnot a domain\n*.x\nbücher.example";
    let listing = Listing::new("lines", text);
    let module = listing.module();
    for domain in ["a.example", "b.example", "xn--bcher-kva.example", "always.example"] {
        assert!(blocks(&module, domain), "{domain}");
    }
    for domain in ["x", "why", "example", "c.example"] {
        assert!(!blocks(&module, domain), "{domain}");
    }
}

#[test]
fn it_is_read_again_when_it_has_changed() {
    let listing = Listing::new("changed", "a.example");
    let module = listing.module();
    listing.write("b.example", 1);
    wait(&module, 59);
    assert!(blocks(&module, "a.example") && !blocks(&module, "b.example"));
    wait(&module, 1);
    assert!(!blocks(&module, "a.example") && blocks(&module, "b.example"));
    assert!(blocks(&module, "always.example"));
    // The same time and length count as unchanged.
    listing.write("c.example", 1);
    wait(&module, 60);
    assert!(blocks(&module, "b.example"));
    // Another length counts as a change.
    listing.write("cc.example", 1);
    wait(&module, 60);
    assert!(!blocks(&module, "b.example") && blocks(&module, "cc.example"));
}

#[test]
fn the_old_list_stays_if_the_file_cannot_be_read() {
    let listing = Listing::new("gone", "a.example");
    let module = listing.module();
    fs::remove_file(&listing.0).unwrap();
    wait(&module, 60);
    assert!(blocks(&module, "a.example"));
    listing.write(b"\xff\xfe", 1);
    wait(&module, 60);
    assert!(blocks(&module, "a.example"));
    listing.write("b.example", 2);
    wait(&module, 60);
    assert!(blocks(&module, "b.example") && !blocks(&module, "a.example"));
    assert_eq!(module.take_failures(), []);
}

#[test]
fn without_a_file_nothing_is_looked_for() {
    let host = host();
    let module = module_of(&host, json!({"reload_interval": 1000}));
    wait(&module, 60);
    assert_eq!(host.requests(), [] as [Value; 0]);
}
