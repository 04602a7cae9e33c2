//! Validated input: the fields of a query string or a JSON object. A `422` lists the errors of all fields.

use std::{collections::HashMap, ops::RangeInclusive};

use serde::Serialize;
use serde_json::{Map, Number, Value};
use utoipa::ToSchema;

/// The least and the most characters of a text.
type Length = RangeInclusive<usize>;

/// The first number above the range of ids.
const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

/// Input that a handler takes as [`Query`](crate::Query) or [`Json`](crate::Json).
pub trait FromFields: Sized {
    /// Reads the fields. `None` when a required field is invalid; `fields` holds its error.
    fn from_fields(fields: &mut Fields) -> Option<Self>;
}

macro_rules! of_parts {
    ($($part:ident),+) => {
        /// Each part reads its own fields.
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
of_parts!(A, B, C, D);

/// An invalid field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) of the field, empty for the whole body; for a query, its name after a slash.
    #[schema(example = "/verse_start")]
    pub pointer: String,
    /// The rule that the field breaks.
    #[schema(example = "must be 1 or more")]
    pub detail: String,
}

/// The fields of one request, and the errors found so far. Fields that the handler does not read are ignored.
#[derive(Debug)]
pub struct Fields {
    values: Map<String, Value>,
    /// The values of a query string are texts: the text `3` is a number there.
    is_query: bool,
    errors: Vec<FieldError>,
}

impl Fields {
    /// The parameters of a query string.
    pub(crate) fn of_query(parameters: HashMap<String, String>) -> Self {
        let values = parameters
            .into_iter()
            .map(|(name, value)| (name, Value::String(value)));
        Self {
            values: values.collect(),
            is_query: true,
            errors: Vec::new(),
        }
    }

    /// The members of a JSON object.
    pub(crate) fn of_object(values: Map<String, Value>) -> Self {
        Self {
            values,
            is_query: false,
            errors: Vec::new(),
        }
    }

    pub(crate) fn into_errors(self) -> Vec<FieldError> {
        self.errors
    }

    /// Adds an error of the field `name`.
    pub fn add_error(&mut self, name: &str, detail: impl Into<String>) {
        let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        let detail = detail.into();
        self.errors.push(FieldError { pointer, detail });
    }

    /// A required text of this many characters, without U+0000.
    pub fn text(&mut self, name: &str, length: Length) -> Option<String> {
        self.required(name)?;
        self.optional_text(name, length)
    }

    /// Like [`Fields::text`], trimmed first.
    pub fn trimmed_text(&mut self, name: &str, length: Length) -> Option<String> {
        self.trim(name);
        self.text(name, length)
    }

    /// Like [`Fields::optional_text`], trimmed first.
    pub fn optional_trimmed_text(&mut self, name: &str, length: Length) -> Option<String> {
        self.trim(name);
        self.optional_text(name, length)
    }

    fn trim(&mut self, name: &str) {
        if let Some(Value::String(text)) = self.values.get_mut(name) {
            *text = text.trim().to_owned();
        }
    }

    /// Like [`Fields::text`], but not of white space only.
    pub fn visible_text(&mut self, name: &str, length: Length) -> Option<String> {
        let text = self.text(name, length)?;
        if text.trim().is_empty() {
            return self.refuse(name, "must not be blank");
        }
        Some(text)
    }

    /// Like [`Fields::text`]; `None` when the field is absent or null.
    pub fn optional_text(&mut self, name: &str, length: Length) -> Option<String> {
        let text = match self.present(name)? {
            Value::String(text) => text.clone(),
            _ => return self.refuse(name, "must be a text"),
        };
        let (least, most) = (*length.start(), *length.end());
        // Counting stops at the bound: the text may be large.
        let characters = text.chars().take(most.saturating_add(1)).count();
        if text.contains('\0') {
            self.refuse(name, "must not hold the character U+0000")
        } else if characters < least {
            self.refuse(name, "must not be empty")
        } else if characters > most {
            self.refuse(name, format!("must have {most} characters or fewer"))
        } else {
            Some(text)
        }
    }

    /// A required whole number, `least` or more. A number above the type's range becomes its largest.
    pub fn number(&mut self, name: &str, least: u32) -> Option<u32> {
        self.required(name)?;
        self.optional_number(name, least)
    }

    /// Like [`Fields::number`]; `None` when the field is absent or null.
    pub fn optional_number(&mut self, name: &str, least: u32) -> Option<u32> {
        let number = self.read_number(self.present(name)?);
        match number {
            None => self.refuse(name, "must be a whole number"),
            Some(number) if number < i64::from(least) => {
                self.refuse(name, format!("must be {least} or more"))
            }
            Some(number) => Some(u32::try_from(number).unwrap_or(u32::MAX)),
        }
    }

    /// An id, 1 or more; `None` when the field is absent or null.
    pub fn optional_id(&mut self, name: &str) -> Option<i64> {
        let id = self.read_number(self.present(name)?);
        match id.filter(|id| *id >= 1) {
            None => self.refuse(name, "must be an id: a whole number, 1 or more"),
            id => id,
        }
    }

    /// A required id. Any whole number is accepted: an id out of range does not exist. So are digits in a text, which is the
    /// form of the ids in the histories.
    pub fn id(&mut self, name: &str) -> Option<i64> {
        self.required(name)?;
        let id = match self.present(name)? {
            Value::String(text) => parse_number(text),
            value => self.read_number(value),
        };
        match id {
            None => self.refuse(name, "must be an id: a whole number"),
            id => id,
        }
    }

    /// A required object, whose fields `read` reads.
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
        let errors = fields.errors.into_iter().map(|error| FieldError {
            pointer: format!("/{name}{}", error.pointer),
            ..error
        });
        self.errors.extend(errors);
        value
    }

    /// A boolean; `default` when the field is absent or null.
    pub fn flag(&mut self, name: &str, default: bool) -> bool {
        let flag = match self.present(name) {
            None => return default,
            Some(Value::Bool(flag)) => Some(*flag),
            Some(Value::String(text)) if self.is_query => parse_flag(text),
            Some(_) => None,
        };
        flag.or_else(|| self.refuse(name, "must be true or false"))
            .unwrap_or(default)
    }

    fn present(&self, name: &str) -> Option<&Value> {
        self.values.get(name).filter(|value| !value.is_null())
    }

    fn read_number(&self, value: &Value) -> Option<i64> {
        match value {
            Value::String(text) if self.is_query => parse_number(text.trim()),
            Value::Number(number) => parse_number(&number.to_string()).or_else(|| saturate(number)),
            _ => None,
        }
    }

    fn required(&mut self, name: &str) -> Option<()> {
        if self.present(name).is_some() {
            Some(())
        } else {
            self.refuse(name, "is missing")
        }
    }

    fn refuse<T>(&mut self, name: &str, detail: impl Into<String>) -> Option<T> {
        self.add_error(name, detail);
        None
    }
}

/// Digits with an optional minus sign. A number out of the range of the type saturates.
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

/// The end of the type's range for a number beyond it: `serde_json` reads a number of more than 64 bits as a fraction.
fn saturate(number: &Number) -> Option<i64> {
    let number = number.as_f64()?;
    if number >= TWO_TO_63 {
        Some(i64::MAX)
    } else if number <= -TWO_TO_63 {
        Some(i64::MIN)
    } else {
        None
    }
}

/// The spellings that web frameworks accept in form fields.
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
        let parameters = pairs.iter();
        let parameters = parameters.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Fields::of_query(parameters.collect())
    }

    fn body(value: Value) -> Fields {
        let Value::Object(values) = value else {
            panic!("an object")
        };
        Fields::of_object(values)
    }

    #[test]
    fn every_invalid_field_is_listed() {
        let mut fields = query(&[("chapter", "0"), ("verse_start", "abc"), ("save", "maybe")]);
        fields.text("book", 1..=100);
        fields.number("chapter", 1);
        fields.number("verse_start", 1);
        fields.flag("save", false);
        let expected = [
            ("/book", "is missing"),
            ("/chapter", "must be 1 or more"),
            ("/verse_start", "must be a whole number"),
            ("/save", "must be true or false"),
        ];
        let errors = expected.map(|(pointer, detail)| FieldError {
            pointer: pointer.to_owned(),
            detail: detail.to_owned(),
        });
        assert_eq!(fields.into_errors(), errors);
    }

    #[test]
    fn numbers_saturate_and_signs_are_read() {
        let values = [
            ("a", "99999999999999999999"),
            ("b", "-5"),
            ("c", "+3"),
            ("d", "1.5"),
        ];
        let mut fields = query(&values);
        let numbers = ["a", "b", "c", "d"].map(|name| fields.number(name, 1));
        assert_eq!(numbers, [Some(u32::MAX), None, None, None]);
        let mut fields = body(json!({"a": 7, "b": "7", "c": 1.5}));
        let numbers = ["a", "b", "c"].map(|name| fields.number(name, 1));
        assert_eq!(numbers, [Some(7), None, None]);
    }

    #[test]
    fn an_id_of_more_than_64_bits_is_read_as_an_unknown_id() {
        for (text, id) in [
            ("7", Some(7)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", Some(i64::MAX)),
            ("18446744073709551616", Some(i64::MAX)),
            ("99999999999999999999999999999999", Some(i64::MAX)),
            ("-99999999999999999999999999999999", Some(i64::MIN)),
            ("1.5", None),
            ("7.0", None),
        ] {
            let number: Value = serde_json::from_str(text).unwrap();
            for value in [number, Value::from(text)] {
                assert_eq!(body(json!({"id": value})).id("id"), id, "{value}");
            }
        }
    }

    #[test]
    fn texts_are_bounded_in_characters_and_hold_no_nul() {
        let values = json!({"a": "ééé", "b": "a\u{0}", "c": "", "d": 5, "e": null, "f": "  "});
        let mut fields = body(values);
        assert_eq!(fields.text("a", 1..=3).as_deref(), Some("ééé"));
        for name in ["b", "c", "d", "e"] {
            assert_eq!(fields.text(name, 1..=3), None);
        }
        assert_eq!(fields.trimmed_text("f", 1..=3), None);
        assert_eq!(fields.text("a", 1..=2), None);
        assert_eq!(fields.into_errors().len(), 6);
    }
}
