//! Types that check bounds while JSON is read: texts, lists, objects, times. A breach ends the reading, so that nothing past a
//! bound is kept in memory.

use std::{fmt, marker::PhantomData};

use chrono::{DateTime, Datelike, NaiveDateTime, Utc};
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use verse_data::Role;

/// A text of `LEAST` to `MOST` characters, without U+0000.
#[derive(Debug)]
pub(super) struct BoundedText<const LEAST: usize, const MOST: usize>(pub(super) String);

/// A list of `MOST` objects at most.
#[derive(Debug)]
pub(super) struct BoundedList<T, const MOST: usize>(pub(super) Vec<T>);

/// An object. Serde would accept an array in its place.
#[derive(Debug)]
pub(super) struct JsonObject<T>(pub(super) T);

/// An ISO 8601 time. Without an offset, it is in UTC.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time(pub(super) DateTime<Utc>);

/// `user` or `assistant`.
#[derive(Clone, Copy, Debug)]
pub(super) struct RoleField(pub(super) Role);

impl<T, const MOST: usize> Default for BoundedList<T, MOST> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Reads a text, and converts it. The first field names the expected form.
struct TextVisitor<F>(&'static str, F);

impl<T, F: FnOnce(&str) -> Result<T, String>> Visitor<'_> for TextVisitor<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.1)(text).map_err(E::custom)
    }
}

impl<'de, const LEAST: usize, const MOST: usize> Deserialize<'de> for BoundedText<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = |text: &str| {
            // Counting stops at the bound: the text may be large.
            let length = text.chars().take(MOST.saturating_add(1)).count();
            if text.contains('\0') {
                Err("must not hold the character U+0000".to_owned())
            } else if length < LEAST {
                Err("must not be empty".to_owned())
            } else if length > MOST {
                Err(format!("must have {MOST} characters or fewer"))
            } else {
                Ok(Self(text.to_owned()))
            }
        };
        deserializer.deserialize_str(TextVisitor("a text", read))
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = |text: &str| {
            DateTime::parse_from_rfc3339(text)
                .map(|at| at.to_utc())
                .or_else(|_| text.parse().map(|at: NaiveDateTime| at.and_utc()))
                .ok()
                .filter(|at| (1..=9999).contains(&at.year()))
                .map(Self)
                .ok_or_else(|| "must be a time, as 2026-01-31T12:00:00Z".to_owned())
        };
        deserializer.deserialize_str(TextVisitor("a time, as 2026-01-31T12:00:00Z", read))
    }
}

impl<'de> Deserialize<'de> for RoleField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = |text: &str| {
            Role::parse(text)
                .map(Self)
                .ok_or_else(|| "must be user or assistant".to_owned())
        };
        deserializer.deserialize_str(TextVisitor("user or assistant", read))
    }
}

impl<'de, T: Deserialize<'de>, const MOST: usize> Deserialize<'de> for BoundedList<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListVisitor<T, const MOST: usize>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for ListVisitor<T, MOST> {
            type Value = BoundedList<T, MOST>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
                let mut list = Vec::new();
                while let Some(JsonObject(item)) = items.next_element()? {
                    list.push(item);
                    if list.len() > MOST {
                        let detail = format!("must have {MOST} items or fewer");
                        return Err(de::Error::custom(detail));
                    }
                }
                Ok(BoundedList(list))
            }
        }

        deserializer.deserialize_seq(ListVisitor(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for JsonObject<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
            type Value = JsonObject<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members)).map(JsonObject)
            }
        }

        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}
