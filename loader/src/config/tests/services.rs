//! Shows the messages about the keys for the loader's services.

use insta::assert_snapshot;

use super::messages::said_of;
use super::*;

#[test]
fn messages() {
    assert_snapshot!(said_of("data_dir: ''\ntemplates_dir: 5\nhttp: yes\nmail: []\n"), @"
    error: config: `data_dir` must not be empty
      at data_dir, line 1, column 1
      fix: write its value, or remove it
    error: config: expected a string, found a number
      at templates_dir, line 2, column 1
      fix: put it in quotes
    error: config: expected a mapping, found a string
      at http, line 3, column 1
      fix: write its keys below `http:`, indented, each as `key: value`
    error: config: expected a mapping, found a list
      at mail, line 4, column 1
      fix: write keys below it, not items: remove the dashes
    ");
    assert_snapshot!(
        said_of("http: {alow: [], allow: [localhost, 10.1.0.0/8, 5], proxy: 'proxy:3128'}\n"),
        @"
        error: config: unknown key `alow`
          at http.alow, line 1, column 8
          fix: did you mean `allow`?
        error: config: `localhost` is not a range of IP addresses
          at http.allow.<item 0>, line 1, column 26
          fix: write it like `10.0.0.0/8`, `fd00::/8` or `192.168.1.5`
        error: config: `10.1.0.0/8` has bits set after the first 8
          at http.allow.<item 1>, line 1, column 37
          fix: write `10.0.0.0/8` for the range, or `10.1.0.0` for one address
        error: config: expected a string, found a number
          at http.allow.<item 2>, line 1, column 49
          fix: write it like `10.0.0.0/8`, in quotes if it has colons
        error: config: this is not the URL of an HTTP proxy
          at http.proxy, line 1, column 53
          fix: write it in full: `http://proxy.example.com:3128`
        "
    );
    assert_snapshot!(said_of("http: {allow: 10.0.0.0/8, proxy: 'http:// '}\n"), @"
    error: config: expected a list, found a string
      at http.allow, line 1, column 8
      fix: write each item on a line of its own that begins with `- `, or all of them in `[..]`
    error: config: this is not the URL of an HTTP proxy
      at http.proxy, line 1, column 27
      fix: write it in full: `http://proxy.example.com:3128`
    ");
    assert_snapshot!(said_of("mail: {smtp_hsot: x}\n"), @r#"
    error: config: `notif_from` is missing
      at mail, line 1, column 1
      fix: write an address: `notif_from: "%(app)s <noreply@example.com>"`
    error: config: unknown key `smtp_hsot`
      at mail.smtp_hsot, line 1, column 8
      fix: did you mean `smtp_host`?
    "#);
    assert_snapshot!(
        said_of("mail: {notif_from: me, smtp_port: 70000, smtp_user: x, enable_tls: 'no'}\n"),
        @r#"
        error: config: `me` is not a mail address
          at mail.notif_from, line 1, column 8
          fix: write an address: `notif_from: "%(app)s <noreply@example.com>"`
        error: config: `70000` is not a port
          at mail.smtp_port, line 1, column 24
          fix: write a number from 1 to 65535
        error: config: `smtp_user` is given without `smtp_pass`
          at mail.smtp_user, line 1, column 42
          fix: add `smtp_pass`, or remove `smtp_user`
        error: config: expected a boolean, found a string
          at mail.enable_tls, line 1, column 56
          fix: write `false`, without quotes
        "#
    );
    assert_snapshot!(
        said_of("mail: {notif_from: 'a@b.c', smtp_port: '25', smtp_pass: x, force_tls: true,\n  enable_tls: false}\n"),
        @"
        error: config: expected a number, found a string
          at mail.smtp_port, line 1, column 29
          fix: write a number from 1 to 65535
        error: config: `smtp_pass` is given without `smtp_user`
          at mail.smtp_pass, line 1, column 46
          fix: add `smtp_user`, or remove `smtp_pass`
        error: config: `enable_tls: false` and `force_tls: true` contradict each other
          at mail.enable_tls, line 2, column 3
          fix: remove one of them
        "
    );
}

#[test]
fn mail_security() {
    for (keys, security, port) in [
        ("", MailSecurity::StartTlsIfOffered, 25),
        ("enable_tls: false", MailSecurity::Plain, 25),
        ("require_transport_security: true", MailSecurity::StartTls, 25),
        ("force_tls: true", MailSecurity::Tls, 465),
        ("force_tls: true, smtp_port: 25", MailSecurity::Tls, 25),
    ] {
        let config = good(&format!("mail: {{notif_from: a@b.c, {keys}}}"));
        let mail = config.mail().unwrap();
        assert_eq!((mail.security, mail.smtp_port), (security, port), "{keys}");
    }
}
