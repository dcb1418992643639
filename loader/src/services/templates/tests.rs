//! Shows what templates render, which of two templates is used, and the messages about bad ones.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use serde_json::json;

use super::*;

fn builtin(templates: &[(&str, &str)]) -> Result<Templates, TemplateError> {
    with(None, templates)
}

fn with(folder: Option<&Path>, templates: &[(&str, &str)]) -> Result<Templates, TemplateError> {
    let own = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    Templates::new(folder.map(Path::to_owned), templates.iter().map(own))
}

/// The result of rendering the text as the template `t.txt`, or the error.
fn rendered(text: &str) -> String {
    let page = builtin(&[("t.txt", text)]).and_then(|t| t.render("t.txt", &json!({"n": 300})));
    page.unwrap_or_else(|error| error.to_string())
}

#[test]
fn html_is_escaped_and_text_is_not() {
    let name = "{{ name }}";
    let templates = builtin(&[("a.html", name), ("a.HTM", name), ("a.txt", name), ("a", name)]);
    let templates = templates.unwrap();
    let context = json!({"name": "<b> & \"ü\""});
    for (template, page) in [
        ("a.html", "&lt;b&gt; &amp; &quot;ü&quot;"),
        ("a.HTM", "&lt;b&gt; &amp; &quot;ü&quot;"),
        ("a.txt", "<b> & \"ü\""),
        ("a", "<b> & \"ü\""),
    ] {
        assert_eq!(templates.render(template, &context).unwrap(), page, "{template}");
    }
}

#[test]
fn templates_build_on_each_other() {
    let templates = builtin(&[
        ("base.html", "<p>{% block body %}{% endblock %}</p>"),
        (
            "page.html",
            "{% extends 'base.html' %}{% block body %}{% include 'parts/one.html' %}{% endblock %}",
        ),
        (
            "parts/one.html",
            "{% for user in users %}{{ user|upper }}{% if not loop.last %}, {% endif %}{% endfor %}",
        ),
    ]);
    let page = templates.unwrap().render("page.html", &json!({"users": ["a", "<"]})).unwrap();
    assert_eq!(page, "<p>A, &lt;</p>");
}

#[test]
fn the_operators_template_comes_first() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.html"), "theirs: {% include 'b.html' %}").unwrap();
    fs::write(folder.path().join("extra.html"), "extra").unwrap();
    let templates = with(Some(folder.path()), &[("a.html", "ours"), ("b.html", "b")]).unwrap();
    let render = |name| templates.render(name, &json!({})).unwrap();
    assert_eq!(render("a.html"), "theirs: b");
    assert_eq!(render("b.html"), "b");
    assert_eq!(render("extra.html"), "extra");
}

#[test]
fn names_stay_in_the_folder() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "secret").unwrap();
    fs::create_dir(outside.path().join("folder")).unwrap();
    let secret = outside.path().join("secret");
    let names =
        ["../secret", "a/../../secret", "./../secret", "", "/", "a//b", "..\\secret", "c:x"];
    let names = names.into_iter().chain([secret.to_str().unwrap(), "a\0b"]);
    let templates = with(Some(&outside.path().join("folder")), &[]).unwrap();
    for name in names {
        let direct = templates.render(name, &json!({})).unwrap_err();
        assert!(matches!(direct, TemplateError::Name { .. }), "{name}: {direct}");
        let own = builtin(&[(name, "")]).unwrap_err();
        assert!(matches!(own, TemplateError::Name { .. }), "{name}: {own}");
        let include =
            builtin(&[("t", "{% include n %}")]).unwrap().render("t", &json!({"n": name}));
        assert!(matches!(include, Err(TemplateError::Name { .. })), "{name}: {include:?}");
    }
}

#[cfg(unix)]
#[test]
fn links_stay_in_the_folder() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "secret").unwrap();
    let folder = outside.path().join("folder");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("real"), "real").unwrap();
    symlink("../secret", folder.join("out")).unwrap();
    symlink("..", folder.join("up")).unwrap();
    symlink("nowhere", folder.join("dangling")).unwrap();
    symlink("real", folder.join("inside")).unwrap();
    let templates = with(Some(&folder), &[]).unwrap();
    for name in ["out", "up/secret", "dangling", "up"] {
        let error = templates.render(name, &json!({})).unwrap_err();
        assert!(matches!(error, TemplateError::File { .. }), "{name}: {error}");
    }
    assert_eq!(templates.render("inside", &json!({})).unwrap(), "real");
}

#[test]
fn messages_about_templates() {
    assert_snapshot!(rendered("a\n{% if %}"), @"template `t.txt`, line 2: syntax error: unexpected end of block");
    assert_snapshot!(rendered("a\n\n{{ x | nosuch }}"), @"template `t.txt`, line 3 fails: unknown filter: filter nosuch is unknown");
    assert_snapshot!(rendered("{{ nosuch() }}"), @"template `t.txt`, line 1 fails: unknown function: nosuch is unknown");
    assert_snapshot!(rendered("a\n{{ 1 / 'x' }}"), @"template `t.txt`, line 2 fails: invalid operation: tried to use / operator on unsupported types number and string");
    assert_snapshot!(rendered("{{ missing.field }}"), @"template `t.txt`, line 1 fails: undefined value");
    assert_snapshot!(rendered("{% include 'gone.html' %}"), @"template `t.txt`, line 1 fails: template not found: tried to include non-existing template 'gone.html'");
    assert_snapshot!(rendered("\n{% extends 'gone.html' %}"), @r#"template `t.txt`, line 2 fails: template not found: template "gone.html" does not exist"#);
    assert_snapshot!(rendered("{% extends '../gone.html' %}"), @"`../gone.html` cannot be the name of a template: names are like `mail.html` or `mails/notice.html`");
    assert_snapshot!(rendered("{% for a in range(n) %}{% for b in range(n) %}{% for c in range(n) %}{% endfor %}{% endfor %}{% endfor %}"), @"template `t.txt`, line 1 fails: it takes too many steps");
    assert_snapshot!(rendered("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"), @"template `t.txt`, line 1 fails: invalid operation: recursion limit exceeded");
    assert_snapshot!(rendered("{% set x = 'x' * 100000 %}{% for a in range(n) %}{{ x }}{% endfor %}"), @"template `t.txt`, line 1 fails: the page is larger than 16777216 bytes");
    let templates = builtin(&[("outer", "{% include 'inner' %}"), ("inner", "\n\n{{ 1 // 0 }}")]);
    assert_snapshot!(templates.unwrap().render("outer", &json!({})).unwrap_err(), @"template `inner`, line 3 fails: invalid operation: unable to calculate 1 // 0");
    assert_snapshot!(builtin(&[]).unwrap().render("none.txt", &json!({})).unwrap_err(), @"there is no template `none.txt`, neither in `templates_dir` nor in the module");
}

#[test]
fn messages_about_files() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().canonicalize().unwrap();
    let said_of = |name: &str| {
        let error = with(Some(&at), &[(name, "")]).unwrap_err().to_string();
        error.replace(at.to_str().unwrap(), "/templates")
    };
    fs::write(at.join("bad.html"), "{{ a }\n}}").unwrap();
    assert_snapshot!(said_of("bad.html"), @"template `bad.html`, line 1: syntax error: unexpected `}`, expected end of variable block");
    fs::write(at.join("bytes"), [0xff]).unwrap();
    assert_snapshot!(said_of("bytes"), @"template `/templates/bytes` cannot be used: it is not UTF-8");
    fs::write(at.join("large"), vec![b' '; (1 << 20) + 1]).unwrap();
    assert_snapshot!(said_of("large"), @"template `/templates/large` cannot be used: it is larger than 1 MiB");
    fs::create_dir(at.join("folder")).unwrap();
    assert_snapshot!(said_of("folder"), @"template `/templates/folder` cannot be used: it is not a regular file");
    assert_snapshot!(said_of("../x"), @"`../x` cannot be the name of a template: names are like `mail.html` or `mails/notice.html`");
    for gone in ["gone", "large"] {
        let error = with(Some(&at.join(gone)), &[]).unwrap_err().to_string();
        let said = error.replace(at.to_str().unwrap(), "/");
        assert!(said.starts_with("template `//"), "{said}");
    }
}
