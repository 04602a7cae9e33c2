//! The JSON types of a chapter, as the HTTP contract defines them.

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// One piece of a verse. Joining the texts of a verse's parts gives the verse's text.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Part {
    /// Words in prose.
    Text(String),
    /// Words in one line of poetry. The next part begins a new line, unless it follows a note
    /// within the line.
    Poem {
        /// The words.
        text: String,
        /// Depth of the line's indentation; 1 is none.
        poem: u8,
    },
    /// A new paragraph or stanza within the verse.
    LineBreak {
        /// Always true.
        #[serde(rename = "lineBreak")]
        #[schema(value_type = bool)]
        line_break: True,
    },
    /// The place of a note's mark.
    Note {
        /// The note's id in this chapter.
        #[serde(rename = "noteId")]
        note_id: u32,
    },
}

impl Part {
    /// The part's words; none for a break or a note.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Poem { text, .. } => text,
            Self::LineBreak { .. } | Self::Note { .. } => "",
        }
    }
}

/// The value `true`, for a field that is never false.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct True;

impl Serialize for True {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(true)
    }
}

/// One piece of a chapter.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Element {
    /// A heading.
    Heading {
        /// Its words.
        content: Vec<String>,
        /// Whether an editor added it. Psalm titles and speakers are part of the translation.
        editorial: bool,
    },
    /// A new paragraph or stanza.
    LineBreak {
        /// Whether an editor added it; absent if not.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        #[schema(required = false)]
        editorial: bool,
    },
    /// A verse.
    Verse {
        /// Its number.
        number: u16,
        /// Its words, lines, breaks and the places of its notes.
        content: Vec<Part>,
    },
}

/// A translation's note.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct Note {
    /// Its number in the chapter, from 1.
    pub id: u32,
    /// The verse it belongs to.
    pub verse: u16,
    /// Its words.
    pub text: String,
    /// The kind of note.
    pub kind: NoteKind,
}

/// The kind of a note.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// An explanation or another reading.
    Footnote,
    /// The passage that the verse quotes or alludes to.
    CrossReference,
}

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};
    use utoipa::PartialSchema;

    use super::*;

    #[test]
    fn parts_and_elements_have_the_json_of_the_contract() {
        let content = vec![
            Part::Text("For God".to_owned()),
            Part::Poem {
                text: "so loved".to_owned(),
                poem: 1,
            },
            Part::LineBreak { line_break: True },
            Part::Note { note_id: 3 },
        ];
        let elements = [
            Element::Heading {
                content: vec!["A title".to_owned()],
                editorial: true,
            },
            Element::LineBreak { editorial: false },
            Element::LineBreak { editorial: true },
            Element::Verse {
                number: 16,
                content,
            },
        ];
        let expected = json!([
            {"type": "heading", "content": ["A title"], "editorial": true},
            {"type": "line_break"},
            {"type": "line_break", "editorial": true},
            {"type": "verse", "number": 16, "content":
                ["For God", {"text": "so loved", "poem": 1}, {"lineBreak": true}, {"noteId": 3}]},
        ]);
        assert_eq!(to_value(elements).unwrap(), expected);
    }

    #[test]
    fn a_note_has_the_json_of_the_contract() {
        let kind = NoteKind::CrossReference;
        let note = Note {
            id: 1,
            verse: 3,
            text: "Isaiah 7:14".to_owned(),
            kind,
        };
        let expected =
            json!({"id": 1, "verse": 3, "text": "Isaiah 7:14", "kind": "cross_reference"});
        assert_eq!(to_value(note).unwrap(), expected);
    }

    #[test]
    fn the_schema_of_a_part_has_four_forms() {
        let schema = to_value(Part::schema()).unwrap();
        let forms = schema["oneOf"].as_array().unwrap();
        assert_eq!(forms.len(), 4, "{schema:#}");
        assert_eq!(forms[0]["type"], "string");
        assert_eq!(forms[1]["required"], json!(["text", "poem"]));
        assert_eq!(forms[2]["properties"]["lineBreak"]["type"], "boolean");
        assert_eq!(forms[2]["required"], json!(["lineBreak"]));
        assert_eq!(forms[3]["properties"]["noteId"]["type"], "integer");
    }

    #[test]
    fn the_schema_of_an_element_has_a_form_for_each_type() {
        let schema = to_value(Element::schema()).unwrap();
        let forms = schema["oneOf"].as_array().unwrap();
        let types: Vec<_> = forms
            .iter()
            .map(|form| &form["properties"]["type"]["enum"][0])
            .collect();
        assert_eq!(types, ["heading", "line_break", "verse"], "{schema:#}");
    }
}
