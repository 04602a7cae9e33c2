//! Readers that check bounds while JSON is read: texts, lists, objects, times. A breach ends the reading, so that nothing past a
//! bound is kept in memory.

use std::{fmt, marker::PhantomData};

use chrono::{DateTime, Datelike, NaiveDateTime, Utc};
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use verse_data::{FinalState, Role};

/// A text of `LEAST` to `MOST` characters, without U+0000.
#[derive(Debug)]
struct BoundedText<const LEAST: usize, const MOST: usize>(String);

/// An object. Serde would accept an array in its place.
#[derive(Debug)]
pub(crate) struct JsonObject<T>(pub(crate) T);

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

/// A required [`BoundedText`].
pub(crate) fn text<'de, D: Deserializer<'de>, const LEAST: usize, const MOST: usize>(
    deserializer: D,
) -> Result<String, D::Error> {
    BoundedText::<LEAST, MOST>::deserialize(deserializer).map(|text| text.0)
}

/// A text of `MOST` characters at most. An empty one counts as absent.
pub(crate) fn optional_text<'de, D: Deserializer<'de>, const MOST: usize>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let text = Option::<BoundedText<0, MOST>>::deserialize(deserializer)?;
    Ok(text.map(|text| text.0).filter(|text| !text.is_empty()))
}

/// An ISO 8601 time, for a member that may be absent. Without an offset, it is in UTC.
pub(crate) fn optional_time<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<DateTime<Utc>>, D::Error> {
    let read = |text: &str| {
        DateTime::parse_from_rfc3339(text)
            .map(|at| at.to_utc())
            .or_else(|_| text.parse().map(|at: NaiveDateTime| at.and_utc()))
            .ok()
            .filter(|at| (1..=9999).contains(&at.year()))
            .ok_or_else(|| "must be a time, as 2026-01-31T12:00:00Z".to_owned())
    };
    let visitor = TextVisitor("a time, as 2026-01-31T12:00:00Z", read);
    deserializer.deserialize_str(visitor).map(Some)
}

/// `complete`, `truncated` or `interrupted`.
pub(crate) fn optional_state<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<FinalState>, D::Error> {
    const NAMES: &str = "complete, truncated or interrupted";
    let read = |text: &str| FinalState::parse(text).ok_or_else(|| format!("must be {NAMES}"));
    deserializer
        .deserialize_str(TextVisitor(NAMES, read))
        .map(Some)
}

/// `user` or `assistant`.
pub(crate) fn role<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Role, D::Error> {
    let read = |text: &str| Role::parse(text).ok_or_else(|| "must be user or assistant".to_owned());
    deserializer.deserialize_str(TextVisitor("user or assistant", read))
}

/// A list of `MOST` objects at most.
pub(crate) fn list<'de, D, T, const MOST: usize>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct ListVisitor<T, const MOST: usize>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for ListVisitor<T, MOST> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
            let mut list = Vec::new();
            while let Some(JsonObject(item)) = items.next_element()? {
                list.push(item);
                if list.len() > MOST {
                    let detail = format!("must have {MOST} items or fewer");
                    return Err(de::Error::custom(detail));
                }
            }
            Ok(list)
        }
    }

    deserializer.deserialize_seq(ListVisitor::<T, MOST>(PhantomData))
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
