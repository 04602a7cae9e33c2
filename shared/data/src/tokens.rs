//! The token in a device's session cookie, and its stored hash.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use verse_platform::Random;

const BYTES: usize = 32;

/// 256 random bits that identify a device. Prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceToken([u8; BYTES]);

/// SHA-256 of a [`DeviceToken`], as the database stores it. Prints as `***`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; BYTES]);

impl DeviceToken {
    /// A new token.
    #[must_use]
    pub fn generate(random: &Random) -> Self {
        Self(random.bytes())
    }

    /// Reads a token from 43 characters of unpadded base64url; `None` when `text` is not such a token.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; BYTES];
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        (length == BYTES).then_some(Self(bytes))
    }

    /// The token as the cookie has it. A secret: for the `Set-Cookie` header only.
    #[must_use]
    pub fn expose(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The hash to store. A plain hash is enough: 256 random bits cannot be guessed.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0).into())
    }
}

impl TokenHash {
    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

redact!(DeviceToken, TokenHash);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_from_the_cookie_and_never_prints() {
        let token = DeviceToken::generate(&Random::system());
        let text = token.expose();
        assert_eq!(text.len(), 43);
        assert!(DeviceToken::parse(&text) == Some(token.clone()));
        assert_eq!(format!("{token:?} {:?}", token.hash()), "*** ***");
    }

    #[test]
    fn other_texts_are_no_token() {
        let long = "A".repeat(10_000);
        for text in [
            "",
            "abc",
            "é",
            "A=",
            &long,
            &"A".repeat(42),
            &"A".repeat(44),
            &"!".repeat(43),
        ] {
            assert!(DeviceToken::parse(text).is_none(), "{text:.20}");
        }
    }
}
