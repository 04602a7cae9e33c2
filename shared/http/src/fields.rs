//! Validated input: a query's or a JSON object's fields, read one by one so that every fault is told at once.

use std::{collections::HashMap, ops::RangeInclusive};

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Input that a handler takes as [`Query`](crate::Query) or [`Json`](crate::Json).
pub trait FromFields: Sized {
    /// Reads the fields. `None` when one that is needed has a fault; the fault itself is noted in `fields`.
    fn from_fields(fields: &mut Fields) -> Option<Self>;
}

macro_rules! of_parts {
    ($($part:ident),+) => {
        /// Each part reads its own fields; the faults of all are told.
        impl<$($part: FromFields),+> FromFields for ($($part,)+) {
            fn from_fields(fields: &mut Fields) -> Option<Self> {
                #[expect(non_snake_case, reason = "a part's value is named as its type")]
                let ($($part,)+) = ($($part::from_fields(fields),)+);
                Some(($($part?,)+))
            }
        }
    };
}

of_parts!(A, B);
of_parts!(A, B, C);

/// One thing wrong with the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fault {
    /// JSON pointer (RFC 6901) of the field; for a query, its name after a slash.
    #[schema(example = "/verse_start")]
    pub pointer: String,
    /// What is wrong, as `must be 1 or more`.
    #[schema(example = "must be 1 or more")]
    pub detail: String,
}

/// The fields of one request, and the faults found in them so far. Fields that nobody reads are ignored.
#[derive(Debug)]
pub struct Fields {
    values: Map<String, Value>,
    /// A query's values are text: `3` is a number there.
    textual: bool,
    faults: Vec<Fault>,
}

impl Fields {
    /// The parameters of a query string.
    pub(crate) fn of_query(parameters: HashMap<String, String>) -> Self {
        let values = parameters
            .into_iter()
            .map(|(name, value)| (name, Value::String(value)));
        Self {
            values: values.collect(),
            textual: true,
            faults: Vec::new(),
        }
    }

    /// The members of a JSON object.
    pub(crate) fn of_object(values: Map<String, Value>) -> Self {
        Self {
            values,
            textual: false,
            faults: Vec::new(),
        }
    }

    /// What was found wrong.
    pub(crate) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    /// Notes a fault of the field `name`: for rules that span fields.
    pub fn fault(&mut self, name: &str, detail: impl Into<String>) {
        let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        self.faults.push(Fault {
            pointer,
            detail: detail.into(),
        });
    }

    /// A text of that many characters, without U+0000.
    pub fn text(&mut self, name: &str, characters: RangeInclusive<usize>) -> Option<String> {
        self.required(name)?;
        self.optional_text(name, characters)
    }

    /// As [`Fields::text`], after white space is taken off both ends.
    pub fn trimmed_text(
        &mut self,
        name: &str,
        characters: RangeInclusive<usize>,
    ) -> Option<String> {
        self.trim(name);
        self.text(name, characters)
    }

    /// As [`Fields::optional_text`], after white space is taken off both ends.
    pub fn optional_trimmed_text(
        &mut self,
        name: &str,
        characters: RangeInclusive<usize>,
    ) -> Option<String> {
        self.trim(name);
        self.optional_text(name, characters)
    }

    fn trim(&mut self, name: &str) {
        if let Some(Value::String(text)) = self.values.get_mut(name) {
            *text = text.trim().to_owned();
        }
    }

    /// As [`Fields::text`], of which something is more than white space.
    pub fn visible_text(
        &mut self,
        name: &str,
        characters: RangeInclusive<usize>,
    ) -> Option<String> {
        let text = self.text(name, characters)?;
        if text.trim().is_empty() {
            return self.refuse(name, "must not be blank");
        }
        Some(text)
    }

    /// As [`Fields::text`], or `None` when the field is absent or null.
    pub fn optional_text(
        &mut self,
        name: &str,
        characters: RangeInclusive<usize>,
    ) -> Option<String> {
        let text = match self.present(name)? {
            Value::String(text) => text.clone(),
            _ => return self.refuse(name, "must be a text"),
        };
        let (least, most) = (*characters.start(), *characters.end());
        // Counting stops at the bound: the text may be large.
        let length = text.chars().take(most.saturating_add(1)).count();
        if text.contains('\0') {
            self.refuse(name, "must not hold the character U+0000")
        } else if length < least {
            self.refuse(name, "must not be empty")
        } else if length > most {
            self.refuse(name, format!("must have {most} characters or fewer"))
        } else {
            Some(text)
        }
    }

    /// A whole number, `least` or more. One too large for the type counts as its largest.
    pub fn number(&mut self, name: &str, least: u32) -> Option<u32> {
        self.required(name)?;
        self.optional_number(name, least)
    }

    /// As [`Fields::number`], or `None` when the field is absent or null.
    pub fn optional_number(&mut self, name: &str, least: u32) -> Option<u32> {
        let textual = self.textual;
        let number = match self.present(name)? {
            Value::String(text) if textual => parse_number(text.trim()),
            Value::Number(number) => parse_number(&number.to_string()),
            _ => None,
        };
        match number {
            None => self.refuse(name, "must be a whole number"),
            Some(number) if number < i64::from(least) => {
                self.refuse(name, format!("must be {least} or more"))
            }
            Some(number) => Some(u32::try_from(number).unwrap_or(u32::MAX)),
        }
    }

    /// An id, or `None` when the field is absent or null. One out of range is refused.
    pub fn optional_id(&mut self, name: &str) -> Option<i64> {
        let textual = self.textual;
        let id = match self.present(name)? {
            Value::String(text) if textual => parse_number(text.trim()),
            Value::Number(number) => parse_number(&number.to_string()),
            _ => None,
        };
        match id.filter(|id| *id >= 1) {
            None => self.refuse(name, "must be an id: a whole number, 1 or more"),
            id => id,
        }
    }

    /// An id in a body. One out of range is nothing's, and is not refused; nor are its digits as a text, which is how some
    /// lists tell an id.
    pub fn id(&mut self, name: &str) -> Option<i64> {
        self.required(name)?;
        let id = match self.present(name)? {
            Value::String(text) => parse_number(text),
            Value::Number(number) => parse_number(&number.to_string()),
            _ => None,
        };
        match id {
            None => self.refuse(name, "must be an id: a whole number"),
            id => id,
        }
    }

    /// A member that is an object itself, whose fields `read` reads.
    pub fn object<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        self.required(name)?;
        let Value::Object(values) = self.present(name)?.clone() else {
            return self.refuse(name, "must be an object");
        };
        let mut fields = Self::of_object(values);
        let value = read(&mut fields);
        let faults = fields.into_faults().into_iter().map(|fault| Fault {
            pointer: format!("/{name}{}", fault.pointer),
            ..fault
        });
        self.faults.extend(faults);
        value
    }

    /// A flag; `default` when the field is absent or null.
    pub fn flag(&mut self, name: &str, default: bool) -> bool {
        let textual = self.textual;
        let flag = match self.present(name) {
            None => return default,
            Some(Value::Bool(flag)) => Some(*flag),
            Some(Value::String(text)) if textual => parse_flag(text),
            Some(_) => None,
        };
        if flag.is_none() {
            self.fault(name, "must be true or false");
        }
        flag.unwrap_or(default)
    }

    fn present(&self, name: &str) -> Option<&Value> {
        self.values.get(name).filter(|value| !value.is_null())
    }

    fn required(&mut self, name: &str) -> Option<()> {
        if self.present(name).is_some() {
            Some(())
        } else {
            self.refuse(name, "is missing")
        }
    }

    fn refuse<T>(&mut self, name: &str, detail: impl Into<String>) -> Option<T> {
        self.fault(name, detail);
        None
    }
}

/// Digits with an optional sign; what exceeds the type saturates.
fn parse_number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let saturated = if text.starts_with('-') {
        i64::MIN
    } else {
        i64::MAX
    };
    Some(text.parse().unwrap_or(saturated))
}

/// As a web framework's form fields take it.
fn parse_flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" | "" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn query(pairs: &[(&str, &str)]) -> Fields {
        Fields::of_query(
            pairs
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                .collect(),
        )
    }

    fn body(value: Value) -> Fields {
        let Value::Object(values) = value else {
            panic!("an object")
        };
        Fields::of_object(values)
    }

    #[test]
    fn every_fault_is_told() {
        let mut fields = query(&[("chapter", "0"), ("verse_start", "abc"), ("save", "maybe")]);
        fields.text("book", 1..=100);
        fields.number("chapter", 1);
        fields.number("verse_start", 1);
        fields.flag("save", false);
        let faults: Vec<_> = fields.into_faults();
        let told: Vec<_> = faults
            .iter()
            .map(|f| (f.pointer.as_str(), f.detail.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("/book", "is missing"),
                ("/chapter", "must be 1 or more"),
                ("/verse_start", "must be a whole number"),
                ("/save", "must be true or false"),
            ]
        );
    }

    #[test]
    fn numbers_saturate_and_signs_are_read() {
        let mut fields = query(&[
            ("a", "99999999999999999999"),
            ("b", "-5"),
            ("c", "+3"),
            ("d", "1.5"),
        ]);
        assert_eq!(fields.number("a", 1), Some(u32::MAX));
        assert_eq!(fields.number("b", 1), None);
        assert_eq!((fields.number("c", 1), fields.number("d", 1)), (None, None));
        let mut fields = body(json!({"a": 7, "b": "7", "c": 1.5}));
        assert_eq!(
            (fields.number("a", 1), fields.number("b", 1)),
            (Some(7), None)
        );
        assert_eq!(fields.number("c", 1), None);
    }

    #[test]
    fn texts_are_bounded_in_characters_and_hold_no_nul() {
        let mut fields =
            body(json!({"a": "ééé", "b": "a\u{0}", "c": "", "d": 5, "e": null, "f": "  "}));
        assert_eq!(fields.text("a", 1..=3).as_deref(), Some("ééé"));
        for name in ["b", "c", "d", "e"] {
            assert_eq!(fields.text(name, 1..=3), None);
        }
        assert_eq!(fields.trimmed_text("f", 1..=3), None);
        assert_eq!(fields.text("a", 1..=2), None);
        assert_eq!(fields.into_faults().len(), 6);
    }
}
