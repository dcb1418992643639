//! Shows that mail is sent as the operator and the module want it, and that nothing else is sent.

mod sink;

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use insta::assert_snapshot;

use self::sink::{Answers, Sink};
use super::*;
use crate::config::Secret;

fn config(port: u16, security: MailSecurity) -> Mail {
    Mail {
        smtp_host: "127.0.0.1".to_owned(),
        smtp_port: port,
        security,
        app_name: "Example".to_owned(),
        ..Mail::new("Your %(app)s server <noreply@example.com>")
    }
}

fn mailer(sink: &Sink) -> Mailer {
    Mailer::new(&config(sink.port(), MailSecurity::Plain)).unwrap()
}

/// The error for a mail to a server that gives these answers.
async fn said_of(security: MailSecurity, answers: Answers) -> String {
    let sink = Sink::start(answers);
    let mailer = Mailer::new(&config(sink.port(), security)).unwrap();
    let error = mailer.send("ann@example.org", "Hello", "<p>", "text").await.unwrap_err();
    assert!(!sink.seen().contains("Hello"));
    error.to_string().replace(&sink.port().to_string(), "PORT")
}

#[tokio::test]
async fn a_mail_has_a_text_and_html() {
    let sink = Sink::start(&[]);
    let mailer = mailer(&sink);
    mailer
        .send("ann@example.org", "Grüße & more", "<p>Hi Ann</p>", "Hi Ann\n.\nbye")
        .await
        .unwrap();
    let unsteady = ["EHLO", "Date:", "Message-ID:", " boundary=", "--"];
    let lines = sink.seen().replace('\r', "");
    let steady = lines.lines().filter(|line| !unsteady.iter().any(|start| line.starts_with(start)));
    assert_snapshot!(steady.collect::<Vec<_>>().join("\n"), @r#"
    MAIL FROM:<noreply@example.com>
    RCPT TO:<ann@example.org>
    DATA
    From: "Your Example server" <noreply@example.com>
    To: ann@example.org
    Subject: =?utf-8?b?R3LDvMOfZQ==?= & more
    Auto-Submitted: auto-generated
    MIME-Version: 1.0
    Content-Type: multipart/alternative;

    Content-Type: text/plain; charset=utf-8
    Content-Transfer-Encoding: 7bit

    Hi Ann
    ..
    bye
    Content-Type: text/html; charset=utf-8
    Content-Transfer-Encoding: 7bit

    <p>Hi Ann</p>

    .
    QUIT
    "#);
    assert!(lines.contains("\nDate: ") && lines.contains("\nMessage-ID: <"));
    assert_eq!(mailer.app_name(), "Example");
}

#[tokio::test]
async fn the_mailer_logs_in() {
    let sink = Sink::start(&[]);
    let mut config = config(sink.port(), MailSecurity::Plain);
    config.login = Some(("me".to_owned(), Secret::new("hunter2")));
    let mailer = Mailer::new(&config).unwrap();
    mailer.send("ann@example.org", "Hello", "", "").await.unwrap();
    // This is base64 for \0me\0hunter2.
    assert!(sink.seen().contains("AUTH PLAIN AG1lAGh1bnRlcjI=\r\n"), "{}", sink.seen());
    assert!(!format!("{mailer:?}").contains("hunter2"));
}

#[tokio::test]
async fn encryption_is_used_if_offered_or_else_not() {
    let sink = Sink::start(&[]);
    let mailer = Mailer::new(&config(sink.port(), MailSecurity::StartTlsIfOffered)).unwrap();
    mailer.send("ann@example.org", "Hello", "", "").await.unwrap();
    assert!(sink.seen().contains("Subject: Hello"));
    let offering: Answers = &[("EHLO", "250-sink\r\n250 STARTTLS\r\n"), ("STARTTLS", "220 go\r\n")];
    let said = said_of(MailSecurity::StartTlsIfOffered, offering).await;
    assert!(said.starts_with("the mail server `127.0.0.1:PORT` cannot be used: "), "{said}");
}

#[tokio::test]
async fn headers_cannot_be_injected() {
    let sink = Sink::start(&[]);
    let mailer = mailer(&sink);
    let bcc = "\r\nBcc: eve@example.org";
    for (recipient, subject) in [
        ("ann@example.org", format!("Hello{bcc}")),
        ("ann@example.org", "Hello\nBcc: eve@example.org".to_owned()),
        ("ann@example.org", "Hello\rBcc: eve@example.org".to_owned()),
        (&format!("ann@example.org{bcc}"), "Hello".to_owned()),
        ("ann@example.org, eve@example.org", "Hello".to_owned()),
        ("Ann\n <ann@example.org>", "Hello".to_owned()),
        ("ann@example.org>\r\nRCPT TO:<eve@example.org", "Hello".to_owned()),
        ("\"a\r\nb\"@example.org", "Hello".to_owned()),
        ("", "Hello".to_owned()),
    ] {
        let sent = mailer.send(recipient, &subject, "", "").await;
        let refused = matches!(sent, Err(MailError::Recipient { .. } | MailError::Subject { .. }));
        assert!(refused, "{recipient:?} {subject:?}: {sent:?}");
    }
    assert_eq!(sink.seen(), "");
    mailer
        .send("ann@example.org", &"Subject: ü ".repeat(40), "", "\r\n.\r\nRCPT TO:<eve>")
        .await
        .unwrap();
    let commands = sink.seen().lines().filter(|line| line.starts_with("RCPT")).count();
    assert_eq!(commands, 2, "one as a command and one in the text: {}", sink.seen());
    assert_eq!(sink.seen().matches("\r\nQUIT\r\n").count(), 1);
}

#[tokio::test]
async fn a_storm_of_mails_is_refused() {
    let sink = Sink::start(&[("", "")]);
    let mailer = mailer(&sink);
    let mut context = Context::from_waker(Waker::noop());
    let mut storm: Vec<Pin<Box<dyn Future<Output = _>>>> = Vec::new();
    for _ in 0..RUNNING_MAX + WAITING_MAX {
        let mut one = Box::pin(mailer.send("ann@example.org", "", "", ""));
        assert!(one.as_mut().poll(&mut context).is_pending());
        storm.push(one);
    }
    let refused = pin!(mailer.send("ann@example.org", "", "", "")).poll(&mut context);
    let Poll::Ready(Err(error)) = refused else { panic!("{refused:?}") };
    assert_snapshot!(error, @"256 mails of this module are already waiting: send fewer at once");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_is_a_timeout() {
    assert_snapshot!(said_of(MailSecurity::Plain, &[("", "")]).await, @"the mail server `127.0.0.1:PORT` did not take the mail within 120s");
}

#[tokio::test]
async fn messages() {
    use MailSecurity::{Plain, StartTls, Tls};
    assert_snapshot!(said_of(Plain, &[("", "554 go away\r\n")]).await, @"the mail server `127.0.0.1:PORT` refused the mail: 554 go away");
    assert_snapshot!(said_of(Plain, &[("RCPT", "550 no such user\r\n")]).await, @"the mail server `127.0.0.1:PORT` refused the mail: 550 no such user");
    assert_snapshot!(said_of(Plain, &[("MAIL", "451 try later\r\n")]).await, @"the mail server `127.0.0.1:PORT` refused the mail: 451 try later");
    assert_snapshot!(said_of(Plain, &[("", "HTTP/1.1 400 Bad Request\r\n")]).await, @"the mail server `127.0.0.1:PORT` cannot be used: error Tag at: HTTP/1.1 400 Bad Request");
    assert_snapshot!(said_of(StartTls, &[]).await, @"the mail server `127.0.0.1:PORT` cannot be used: STARTTLS is not supported on this server");
    assert_snapshot!(said_of(Tls, &[]).await, @"the mail server `127.0.0.1:PORT` cannot be used: received corrupt message of type InvalidContentType");
    let deaf = tokio::net::TcpSocket::new_v4().unwrap();
    deaf.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = deaf.local_addr().unwrap().port();
    let mailer = Mailer::new(&config(port, Plain)).unwrap();
    let error = mailer.send("a@b.c", "", "", "").await.unwrap_err().to_string();
    assert_snapshot!(error.replace(&port.to_string(), "PORT"), @"the mail server `127.0.0.1:PORT` cannot be used: Connection refused (os error 111)");
    assert_snapshot!(mailer.send("Ann <a@b.c>", "", "", "").await.unwrap_err(), @"`Ann <a@b.c>` is not a mail address: give one like `ann@example.com`, without a name");
    assert_snapshot!(mailer.send("a@b.c", "x\r\nBcc: d@e.f", "", "").await.unwrap_err(), @r"the subject `x\r\nBcc: d@e.f` has line breaks or other control characters: remove them");
    let nobody = Mail::new("%(app)s, Inc. <noreply@example.com>");
    assert_snapshot!(Mailer::new(&nobody).unwrap_err(), @"mail cannot be set up: `notif_from` is `Matrix, Inc. <noreply@example.com>`, which is not a mailbox: write it like `Matrix <noreply@example.com>`");
}
