//! How often a caller may ask for what is generated, and guess at link codes: the numbers, and the buckets they are
//! taken from.

use std::net::IpAddr;

use chrono::{DateTime, Duration, Utc};
use verse_data::{
    AddressHash, Bucket, Environment, SettingError, Subject, Take, TokenHash, WrongCodes,
};

/// The numbers. A window begins with the first call of a caller that has none open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Insights and definitions of one user in a minute.
    pub generate: i32,
    /// Chat messages of one user in a minute.
    pub chat: i32,
    /// All three together from one address in a minute.
    pub address: i32,
    /// Wrong link codes of one user, or from one address.
    pub wrong_codes: WrongCodes,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            generate: 10,
            chat: 20,
            address: 60,
            wrong_codes: WrongCodes {
                most: 10,
                window: Duration::minutes(15),
            },
        }
    }
}

impl Rates {
    /// Reads `GENERATE_PER_MINUTE`, `CHAT_PER_MINUTE`, `ADDRESS_PER_MINUTE`, `WRONG_CODES` and `WRONG_CODES_MINUTES`.
    ///
    /// # Errors
    ///
    /// Names the variable that cannot be used.
    pub fn from_environment(environment: &Environment) -> Result<Self, SettingError> {
        let usual = Self::default();
        let number = |name, default| environment.parse(name, default, "a whole number");
        let minutes: u16 = environment.parse("WRONG_CODES_MINUTES", 15, "a whole number")?;
        Ok(Self {
            generate: number("GENERATE_PER_MINUTE", usual.generate)?,
            chat: number("CHAT_PER_MINUTE", usual.chat)?,
            address: number("ADDRESS_PER_MINUTE", usual.address)?,
            wrong_codes: WrongCodes {
                most: number("WRONG_CODES", usual.wrong_codes.most)?,
                window: Duration::minutes(minutes.into()),
            },
        })
    }

    /// What an insight or a definition takes.
    #[must_use]
    pub fn for_generating(
        &self,
        token: TokenHash,
        address: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> Vec<Take> {
        let of_user = (Bucket::Generate, self.generate);
        takes(of_user, self.address_bucket(), token, address, now)
    }

    /// What a chat message takes.
    #[must_use]
    pub fn for_chatting(
        &self,
        token: TokenHash,
        address: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> Vec<Take> {
        let of_user = (Bucket::Chat, self.chat);
        takes(of_user, self.address_bucket(), token, address, now)
    }

    fn address_bucket(&self) -> (Bucket, i32) {
        (Bucket::Address, self.address)
    }
}

/// One place of the user's and, where the address is known, one of the address's; windows of a minute.
fn takes(
    of_user: (Bucket, i32),
    of_address: (Bucket, i32),
    token: TokenHash,
    address: Option<IpAddr>,
    now: DateTime<Utc>,
) -> Vec<Take> {
    let take = |(bucket, most), subject| Take {
        bucket,
        subject,
        most,
        window: Duration::minutes(1),
    };
    let user = take(of_user, Subject::Caller(token));
    let address = address.map(|address| AddressHash::of(address, now.date_naive()));
    let address = address.map(|address| take(of_address, Subject::Address(address)));
    std::iter::once(user).chain(address).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_can_be_set() {
        let names = [
            "GENERATE_PER_MINUTE",
            "CHAT_PER_MINUTE",
            "ADDRESS_PER_MINUTE",
            "WRONG_CODES",
            "WRONG_CODES_MINUTES",
        ];
        let set = Environment::of(names.map(|name| (name, "7")));
        let rates = Rates::from_environment(&set).unwrap();
        let seven = Rates {
            generate: 7,
            chat: 7,
            address: 7,
            wrong_codes: WrongCodes {
                most: 7,
                window: Duration::minutes(7),
            },
        };
        assert_eq!(rates, seven);
        for name in names {
            let error = Rates::from_environment(&Environment::of([(name, "many")])).unwrap_err();
            assert!(error.to_string().starts_with(name), "{error}");
        }
        let unset = Rates::from_environment(&Environment::of([("A", "a")])).unwrap();
        assert_eq!(unset, Rates::default());
    }
}
