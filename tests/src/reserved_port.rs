//! A port of the loopback that stays reserved while its server is down.
//!
//! A port that is closed and bound again later may go to another process in between. Here a second socket holds it:
//! the socket is bound, but never listens. Linux refuses connections to such a port and gives it to no one who binds
//! port 0 or connects. A server that names the port can bind it, because both sockets set `SO_REUSEADDR`.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::{TcpListener, TcpSocket};

/// Connections that wait to be accepted, at most.
const BACKLOG: u32 = 1024;

/// A reserved port; free again when dropped.
#[derive(Debug)]
pub(crate) struct ReservedPort {
    address: SocketAddr,
    _holder: TcpSocket,
}

impl ReservedPort {
    pub(crate) fn new() -> Self {
        let holder = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        Self {
            address: holder.local_addr().expect("a bound socket has an address"),
            _holder: holder,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Listens on the port. One listener at a time.
    pub(crate) fn listen(&self) -> TcpListener {
        bind(self.address)
            .listen(BACKLOG)
            .expect("only the holder of the port listens on it")
    }
}

fn bind(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseaddr(true).expect("a socket option");
    socket.bind(address).expect("a port of the loopback");
    socket
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
            let listener = port.listen();
            let client = TcpStream::connect(port.address()).await.unwrap();
            let (server, _) = listener.accept().await.unwrap();
            drop((client, server, listener));
        }
    }
}
