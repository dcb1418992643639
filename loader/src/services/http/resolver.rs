//! Resolves names to addresses that may be reached. Connections are made to exactly these
//! addresses, so changing a name's address between check and connection gains nothing.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;

use super::addresses::Addresses;

/// Each lookup occupies a thread of the homeserver's until the system answers, even if it was
/// cancelled.
const LOOKUPS_MAX: usize = 8;

/// Returns the addresses of a name; blocks.
pub(super) type Lookup = Arc<dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync>;

/// The system's resolver.
pub(super) fn system() -> Lookup {
    Arc::new(|name| Ok((name, 0).to_socket_addrs()?.map(|address| address.ip()).collect()))
}

pub(super) struct Resolver {
    pub(super) addresses: Addresses,
    /// The host of the proxy, which the operator chose and which may have any address.
    pub(super) proxy_host: Option<String>,
    pub(super) lookup: Lookup,
    pub(super) lookups: Arc<Semaphore>,
}

impl Resolver {
    pub(super) fn new(addresses: Addresses, proxy_host: Option<String>, lookup: Lookup) -> Self {
        let lookups = Arc::new(Semaphore::new(LOOKUPS_MAX));
        Self { addresses, proxy_host, lookup, lookups }
    }
}

/// The name has no address.
#[derive(Debug)]
struct NoAddress;

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name has no address")
    }
}

impl std::error::Error for NoAddress {}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let lookups = Arc::clone(&self.lookups);
        let lookup = Arc::clone(&self.lookup);
        let addresses = self.addresses.clone();
        let is_proxy = self.proxy_host.as_deref() == Some(name.as_str());
        Box::pin(async move {
            let place = lookups.acquire_owned().await?;
            let asked = name.as_str().to_owned();
            let ask = move || {
                let found = lookup(&asked);
                drop(place);
                found
            };
            let found = tokio::task::spawn_blocking(ask).await??;
            let mut refused = None;
            let mut reachable: Vec<SocketAddr> = Vec::new();
            for address in found {
                match addresses.check(name.as_str(), address) {
                    Err(error) if !is_proxy => refused = Some(error),
                    // The port comes from the URL.
                    _ => reachable.push((address, 0).into()),
                }
            }
            match (reachable.is_empty(), refused) {
                (true, Some(refused)) => Err(refused.into()),
                (true, None) => Err(NoAddress.into()),
                (false, _) => Ok(Box::new(reachable.into_iter()) as Addrs),
            }
        })
    }
}
