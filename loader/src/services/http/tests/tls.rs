//! Shows that HTTPS works with servers whose certificate is trusted and matches their name.
//!
//! `tls/` contains a key and a self-signed certificate for `tls.example`, which is valid until
//! 2126.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::*;

const CERTIFICATE: &[u8] = include_bytes!("tls/certificate.der");
const KEY: &[u8] = include_bytes!("tls/key.der");

/// Starts a server that answers the first bytes of every connection; returns its port.
fn start() -> u16 {
    let key = PrivateKeyDer::try_from(KEY).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(CERTIFICATE)], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream.unwrap());
            // A client that does not trust this server hangs up.
            if stream.read(&mut [0; 4096]).is_ok() {
                let _ = stream.write_all(server::answer("200 OK", "secure").as_bytes());
            }
        }
    });
    port
}

fn trusting() -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(CERTIFICATE)).unwrap();
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

#[tokio::test]
async fn a_server_is_trusted_by_its_certificate_and_its_name() {
    let port = start();
    let here = lookup(&["127.0.0.1"]);
    let allowed = allowing(&["127.0.0.1"]);
    let get = |host: &str| HttpRequest::new("GET", format!("https://{host}:{port}/secret"));
    let trusting = HttpClient::with(&allowed, Arc::clone(&here), trusting()).unwrap();
    let answer = trusting.request(get("tls.example")).await.unwrap();
    assert_eq!(&answer.body[..], b"secure");
    let misnamed = trusting.request(get("other.example")).await.unwrap_err();
    insta::assert_snapshot!(misnamed, @r#"cannot connect to `other.example`: invalid peer certificate: certificate not valid for name "other.example"; certificate is only valid for DnsName("tls.example")"#);
    let stranger = client(&allowed, here).request(get("tls.example")).await.unwrap_err();
    insta::assert_snapshot!(stranger, @"cannot connect to `tls.example`: invalid peer certificate: UnknownIssuer");
}
