//! A place in an export as a text, from which another export goes on.

use std::fmt;

use chrono::{DateTime, Datelike, Utc};

use super::{ExportList, PageStart};

/// The place after a part of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportPosition {
    pub(super) list: ExportList,
    /// The last insight, definition or chat before the place.
    pub(super) item: PageStart,
    /// The last of its messages before the place.
    pub(super) message: PageStart,
}

const LISTS: [(ExportList, &str); 3] = [
    (ExportList::Insights, "insights"),
    (ExportList::Definitions, "definitions"),
    (ExportList::Chats, "chats"),
];

/// 4713 BC, the first whole year of a `TIMESTAMPTZ`. Year 0 is 1 BC.
const FIRST_YEAR: i32 = -4712;

impl ExportPosition {
    /// Reads the text of a position; `None` for another text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let name = parts.next()?;
        let (list, _) = LISTS.into_iter().find(|(_, list)| *list == name)?;
        let mut row = || {
            let at: i64 = parts.next()?.parse().ok()?;
            let id: i64 = parts.next()?.parse().ok().filter(|id| *id >= 0)?;
            // The database has no earlier times.
            let at =
                DateTime::<Utc>::from_timestamp_micros(at).filter(|at| at.year() >= FIRST_YEAR)?;
            Some(PageStart { at: Some(at), id })
        };
        let item = row()?;
        let message = row().unwrap_or(PageStart::FIRST);
        let read = Self {
            list,
            item,
            message,
        };
        (read.to_string() == text).then_some(read)
    }
}

/// The list's name, then the times in microseconds and the ids, separated by dots.
impl fmt::Display for ExportPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = LISTS.into_iter().find(|(list, _)| *list == self.list);
        f.write_str(name.map_or("", |(_, name)| name))?;
        for row in [self.item, self.message] {
            if let Some(at) = row.at {
                write!(f, ".{}.{}", at.timestamp_micros(), row.id)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_text_of_a_position_is_read() {
        for text in [
            "insights.1767225600000001.12.1767225600000000.3",
            "definitions.-1.0",
            "definitions.-210863520000000000.0",
            "chats.0.9223372036854775807",
        ] {
            let read = ExportPosition::parse(text).map(|position| position.to_string());
            assert_eq!(read.as_deref(), Some(text));
        }
        for text in [
            "",
            "insights",
            "insights.1",
            "insights.1.2.3",
            "insights.1.2.3.4.5",
            "insights.+1.2",
            "insights.1.-2",
            "insights.9223372036854775807.2",
            "words.1.2",
            "chats.1.99999999999999999999",
            "chats.-210895056000000001.1",
            "chats.-8334601228800000000.1",
            "chats.0.1.-8334601228800000000.1",
        ] {
            assert_eq!(ExportPosition::parse(text), None, "{text}");
        }
    }
}
