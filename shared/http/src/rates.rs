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

/// What is held to rates, as it costs something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metered {
    /// An insight or a definition.
    Text,
    /// A message of a chat.
    Message,
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

    /// What a call takes: a place of the user's and, where the address is known, one of the address's.
    #[must_use]
    pub fn takes(
        &self,
        what: Metered,
        token: TokenHash,
        address: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> Vec<Take> {
        let address = address.map(|address| self.take_of_address(address, now));
        std::iter::once(self.take_of_user(what, token))
            .chain(address)
            .collect()
    }

    /// The user's part of it.
    #[must_use]
    pub fn take_of_user(&self, what: Metered, token: TokenHash) -> Take {
        let (bucket, most) = match what {
            Metered::Text => (Bucket::Generate, self.generate),
            Metered::Message => (Bucket::Chat, self.chat),
        };
        take(bucket, most, Subject::Caller(token))
    }

    /// The address's part of it, which is the same for everything.
    #[must_use]
    pub fn take_of_address(&self, address: IpAddr, now: DateTime<Utc>) -> Take {
        let subject = Subject::Address(AddressHash::of(address, now.date_naive()));
        take(Bucket::Address, self.address, subject)
    }
}

/// A place in a bucket whose window is a minute.
fn take(bucket: Bucket, most: i32, subject: Subject) -> Take {
    Take {
        bucket,
        subject,
        most,
        window: Duration::minutes(1),
    }
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
