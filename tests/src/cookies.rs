//! A browser's cookies.

use std::time::{SystemTime, UNIX_EPOCH};

use http::{HeaderMap, header::SET_COOKIE};

use cookie::time::OffsetDateTime;

pub use cookie::SameSite;

/// A cookie with its attributes.
pub type Cookie = cookie::Cookie<'static>;

/// A browser's cookies of one site, which it reaches by HTTPS.
#[derive(Clone, Debug, Default)]
pub struct CookieJar(Vec<Cookie>);

impl CookieJar {
    /// The cookie of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Cookie> {
        self.0.iter().find(|cookie| cookie.name() == name)
    }

    /// The value of the cookie of this name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.get(name).map(Cookie::value)
    }

    /// Whether it has no cookie.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Replaces the cookie with the same name and path; only removes it if the new cookie has expired.
    pub fn store(&mut self, cookie: Cookie) {
        self.0
            .retain(|known| known.name() != cookie.name() || path(known) != path(&cookie));
        if !has_expired(&cookie) {
            self.0.push(cookie);
        }
    }

    /// Deletes all cookies.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The pairs of the `Cookie` header of a request (RFC 6265, 5.4).
    pub(crate) fn pairs_for(&self, request_path: &str) -> Vec<String> {
        let fits = |cookie: &&Cookie| {
            request_path.strip_prefix(path(cookie)).is_some_and(|rest| {
                rest.is_empty() || rest.starts_with('/') || path(cookie).ends_with('/')
            })
        };
        self.0
            .iter()
            .filter(fits)
            .map(|cookie| cookie.stripped().to_string())
            .collect()
    }
}

/// The cookies that a response sets, with their attributes.
pub(crate) fn set_by(headers: &HeaderMap) -> Vec<Cookie> {
    headers
        .get_all(SET_COOKIE)
        .iter()
        .map(|value| {
            let text = value.to_str().expect("a printable cookie");
            Cookie::parse(text.to_owned())
                .unwrap_or_else(|error| panic!("the cookie {text:?} is malformed: {error}"))
        })
        .collect()
}

fn path(cookie: &Cookie) -> &str {
    cookie.path().unwrap_or("/")
}

/// `Max-Age` before `Expires` (RFC 6265, 5.3).
fn has_expired(cookie: &Cookie) -> bool {
    if let Some(age) = cookie.max_age() {
        return !age.is_positive();
    }
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    let expires = cookie
        .expires_datetime()
        .map(OffsetDateTime::unix_timestamp);
    expires.is_some_and(|expires| u64::try_from(expires).unwrap_or_default() <= now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jar(set: &[&'static str]) -> CookieJar {
        let mut headers = HeaderMap::new();
        for cookie in set {
            headers.append(SET_COOKIE, cookie.parse().unwrap());
        }
        let mut jar = CookieJar::default();
        for cookie in set_by(&headers) {
            jar.store(cookie);
        }
        jar
    }

    #[test]
    fn a_cookie_keeps_its_attributes() {
        let jar = jar(&["id=a; Path=/; HttpOnly; SameSite=Lax; Max-Age=34560000; Secure"]);
        let cookie = jar.get("id").unwrap();
        assert_eq!(cookie.value(), "a");
        assert_eq!(
            (cookie.http_only(), cookie.secure()),
            (Some(true), Some(true))
        );
        assert_eq!(cookie.same_site(), Some(SameSite::Lax));
        assert_eq!(cookie.max_age().unwrap().whole_days(), 400);
    }

    #[test]
    fn a_cookie_is_replaced_and_an_expired_one_deletes_it() {
        assert_eq!(
            jar(&["id=a; Path=/", "id=b; Path=/"]).value("id"),
            Some("b")
        );
        assert!(jar(&["id=a; Path=/", "id=; Path=/; Max-Age=0"]).is_empty());
        assert!(jar(&["id=a", "id=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"]).is_empty());
    }

    #[test]
    fn a_cookie_is_sent_to_its_path_and_below() {
        let jar = jar(&["all=1; Path=/", "user=2; Path=/api/user"]);
        assert_eq!(jar.pairs_for("/api/user/session"), ["all=1", "user=2"]);
        assert_eq!(jar.pairs_for("/api/user"), ["all=1", "user=2"]);
        assert_eq!(jar.pairs_for("/api/users"), ["all=1"]);
    }
}
