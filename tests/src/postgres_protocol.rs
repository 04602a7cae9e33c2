//! The part of the Postgres protocol (version 3, "Message Formats" in Postgres's documentation) that shows the kinds of
//! messages in a connection.

/// A client's request for TLS before its first message, in place of a protocol version.
pub(crate) const SSL_REQUEST: u32 = 80_877_103;
/// A client's request for GSSAPI encryption, likewise.
pub(crate) const GSS_REQUEST: u32 = 80_877_104;
/// A message's length includes its own four bytes, but not the kind before them.
const LENGTH_BYTES: u32 = 4;

/// Finds the kinds of the messages in one direction of a connection.
#[derive(Debug, Default)]
pub(crate) struct Scanner {
    kind: Option<u8>,
    length: Vec<u8>,
    body_left: u32,
}

impl Scanner {
    /// Adds bytes, and returns the kinds of the messages that they complete.
    pub(crate) fn feed(&mut self, mut bytes: &[u8]) -> Vec<u8> {
        let mut kinds = Vec::new();
        while !bytes.is_empty() {
            if self.body_left > 0 {
                let length = bytes.len().min(self.body_left as usize);
                bytes = bytes.get(length..).unwrap_or_default();
                self.body_left -= u32::try_from(length).unwrap_or(self.body_left);
            } else if let (Some((&byte, rest)), None) = (bytes.split_first(), self.kind) {
                self.kind = Some(byte);
                bytes = rest;
                continue;
            } else if let Some((&byte, rest)) = bytes.split_first() {
                self.length.push(byte);
                bytes = rest;
                let Ok(length) = <[u8; 4]>::try_from(self.length.as_slice()) else {
                    continue;
                };
                self.length.clear();
                self.body_left = u32::from_be_bytes(length).saturating_sub(LENGTH_BYTES);
            }
            if self.body_left == 0 {
                kinds.extend(self.kind.take());
            }
        }
        kinds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).unwrap() + LENGTH_BYTES;
        [&[kind], length.to_be_bytes().as_slice(), body].concat()
    }

    #[test]
    fn messages_are_found_in_pieces_of_any_size() {
        let bytes = [
            message(b'P', b"select"),
            message(b'S', b""),
            message(b'E', &[7; 300]),
        ]
        .concat();
        for piece in 1..bytes.len() {
            let mut scanner = Scanner::default();
            let kinds: Vec<u8> = bytes.chunks(piece).flat_map(|p| scanner.feed(p)).collect();
            assert_eq!(kinds, b"PSE", "in pieces of {piece}");
        }
    }
}
