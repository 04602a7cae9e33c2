//! A port of the loopback that stays reserved while its server is down.
//!
//! A port that is closed and bound again later may go to another process in between. Here a second socket holds it:
//! the socket is bound, but never listens. Linux refuses connections to such a port, and never chooses it as a free
//! port. A server that names the port can bind it, because both sockets set `SO_REUSEADDR`: Tokio and Postgres do.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::{TcpListener, TcpSocket};

/// A reserved port; free again when dropped.
#[derive(Debug)]
pub(crate) struct ReservedPort {
    address: SocketAddr,
    _holder: TcpSocket,
}

impl ReservedPort {
    pub(crate) fn new() -> Self {
        let holder = TcpSocket::new_v4().expect("a socket");
        holder.set_reuseaddr(true).expect("a socket option");
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        holder.bind(any).expect("a free port on the loopback");
        let address = holder.local_addr();
        Self {
            address: address.expect("a bound socket has an address"),
            _holder: holder,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Listens on the port. One listener at a time.
    pub(crate) async fn listen(&self) -> TcpListener {
        let listener = TcpListener::bind(self.address).await;
        listener.expect("no other listener on the port")
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn a_reserved_port_refuses_connections_until_it_listens() {
        let port = ReservedPort::new();
        for _ in 0..3 {
            TcpStream::connect(port.address()).await.unwrap_err();
            let listener = port.listen().await;
            let client = TcpStream::connect(port.address()).await.unwrap();
            let (server, _) = listener.accept().await.unwrap();
            drop((client, server, listener));
        }
    }
}
