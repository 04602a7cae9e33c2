//! Writes an archive part by part, as its `Serialize` would write the whole.

use bytes::Bytes;
use serde::Serialize;
use verse_data::{ExportPart, ExportedUser};
use verse_http::Problem;

use crate::archive::{
    ArchivedChat, ArchivedDefinition, ArchivedInsight, ArchivedMessage, ArchivedUser,
};

/// Where the writer is in the file.
#[derive(Debug)]
pub(super) struct Writer {
    user: Option<ExportedUser>,
    begun: bool,
    text: Vec<u8>,
    section: Section,
    /// Whether the section has an item yet.
    has_items: bool,
    /// Whether the item's list of messages is open, and has any.
    messages: Option<bool>,
}

/// In the order of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    Insights,
    Definitions,
    Chats,
}

impl Writer {
    pub(super) fn new(user: Option<ExportedUser>) -> Self {
        Self {
            user,
            begun: false,
            text: Vec::new(),
            section: Section::Insights,
            has_items: false,
            messages: None,
        }
    }

    pub(super) fn has_begun(&self) -> bool {
        self.begun
    }

    /// What stands before the first part.
    pub(super) fn begin(&mut self) -> Result<Bytes, Problem> {
        self.begun = true;
        self.text.extend_from_slice(b"{\"user\":");
        self.value(&self.user.map(ArchivedUser::from))?;
        self.text.extend_from_slice(b",\"insights\":[");
        Ok(self.take())
    }

    /// Some parts.
    pub(super) fn write(&mut self, parts: Vec<ExportPart>) -> Result<Bytes, Problem> {
        for part in parts {
            match part {
                ExportPart::Insight(insight) => {
                    self.item(Section::Insights);
                    self.value(&ArchivedInsight::from(insight))?;
                    self.open_messages();
                }
                ExportPart::Definition(definition) => {
                    self.item(Section::Definitions);
                    self.value(&ArchivedDefinition::from(definition))?;
                }
                ExportPart::Chat(chat) => {
                    self.item(Section::Chats);
                    self.value(&ArchivedChat::from(chat))?;
                    self.open_messages();
                }
                ExportPart::Message(message) => {
                    if self.messages.replace(true) == Some(true) {
                        self.text.push(b',');
                    }
                    self.value(&ArchivedMessage::from(message))?;
                }
            }
        }
        Ok(self.take())
    }

    /// What stands behind the last part.
    pub(super) fn end(&mut self) -> Bytes {
        self.enter(Section::Chats);
        self.text.extend_from_slice(b"]}");
        self.take()
    }

    fn take(&mut self) -> Bytes {
        std::mem::take(&mut self.text).into()
    }

    /// Begins an item.
    fn item(&mut self, section: Section) {
        self.enter(section);
        if std::mem::replace(&mut self.has_items, true) {
            self.text.push(b',');
        }
    }

    /// Closes the item before, and the sections before this one.
    fn enter(&mut self, section: Section) {
        if self.messages.take().is_some() {
            self.text.extend_from_slice(b"]}");
        }
        while self.section < section {
            let (next, opening) = match self.section {
                Section::Insights => (Section::Definitions, "],\"definitions\":["),
                Section::Definitions | Section::Chats => {
                    (Section::Chats, "],\"standalone_chats\":[")
                }
            };
            self.text.extend_from_slice(opening.as_bytes());
            self.section = next;
            self.has_items = false;
        }
    }

    /// Takes the end off an item that was written with an empty list of messages as its last member.
    fn open_messages(&mut self) {
        self.text
            .truncate(self.text.len().saturating_sub(b"]}".len()));
        self.messages = Some(false);
    }

    fn value(&mut self, value: &impl Serialize) -> Result<(), Problem> {
        serde_json::to_writer(&mut self.text, value).map_err(Problem::internal)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use verse_data::{ChatRecord, DefinitionRecord, InsightRecord, MessageRecord, Role};

    use super::*;

    const AT: &str = "2026-01-01T00:00:00.123456Z";

    fn message(content: &str) -> ExportPart {
        ExportPart::Message(MessageRecord {
            role: Role::User,
            content: content.to_owned(),
            created_at: AT.parse().unwrap(),
        })
    }

    fn insight() -> ExportPart {
        ExportPart::Insight(InsightRecord {
            passage_reference: "John 3".to_owned(),
            passage_text: "]}\"".to_owned(),
            historical_context: "h".to_owned(),
            theological_significance: "t".to_owned(),
            practical_application: "p".to_owned(),
            created_at: AT.parse().unwrap(),
        })
    }

    fn definition() -> ExportPart {
        ExportPart::Definition(DefinitionRecord {
            word: "world".to_owned(),
            passage_reference: "John 3".to_owned(),
            verse_text: "v".to_owned(),
            definition: "d".to_owned(),
            biblical_usage: "b".to_owned(),
            original_language: "o".to_owned(),
            created_at: AT.parse().unwrap(),
        })
    }

    fn chat() -> ExportPart {
        ExportPart::Chat(ChatRecord {
            title: "t".to_owned(),
            passage_reference: None,
            passage_text: None,
            created_at: AT.parse().unwrap(),
            updated_at: AT.parse().unwrap(),
        })
    }

    /// Writes the parts in two pieces, at every place where they can be divided.
    fn written(parts: &[ExportPart]) -> Value {
        let mut texts = (0..=parts.len()).map(|at| {
            let mut writer = Writer::new(None);
            let (first, second) = parts.split_at(at);
            [
                writer.begin().unwrap(),
                writer.write(first.to_vec()).unwrap(),
                writer.write(second.to_vec()).unwrap(),
                writer.end(),
            ]
            .concat()
        });
        let text = texts.next().unwrap();
        assert!(texts.all(|other| other == text));
        serde_json::from_slice(&text).unwrap()
    }

    #[test]
    fn any_section_may_be_empty() {
        let lengths = |parts: &[ExportPart]| {
            let file = written(parts);
            ["insights", "definitions", "standalone_chats"]
                .map(|section| file[section].as_array().unwrap().len())
        };
        assert_eq!(lengths(&[]), [0, 0, 0]);
        assert_eq!(lengths(&[chat()]), [0, 0, 1]);
        assert_eq!(lengths(&[definition(), definition()]), [0, 2, 0]);
        assert_eq!(lengths(&[insight(), message("a"), insight()]), [2, 0, 0]);
        assert_eq!(
            lengths(&[insight(), definition(), chat(), message("a"), chat()]),
            [1, 1, 2]
        );
    }

    #[test]
    fn messages_are_within_their_insight_and_times_are_whole() {
        let file = written(&[
            insight(),
            message("a"),
            message("b"),
            insight(),
            chat(),
            message("c"),
        ]);
        let said = json!({"role": "user", "content": "a", "created_at": AT});
        assert_eq!(file["insights"][0]["chat_messages"][0], said);
        assert_eq!(file["insights"][0]["chat_messages"][1]["content"], "b");
        assert_eq!(file["insights"][1]["chat_messages"], json!([]));
        assert_eq!(file["standalone_chats"][0]["messages"][0]["content"], "c");
        assert_eq!(file["user"], Value::Null);
    }
}
