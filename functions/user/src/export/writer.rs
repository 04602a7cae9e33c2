//! Writes an [`ExportFile`](crate::export_file::ExportFile) part by part, in the form in which serde would write it whole.

use bytes::Bytes;
use serde::Serialize;
use verse_data::{ExportPart, ExportedUser};
use verse_http::Problem;

/// The writer's position in the file.
#[derive(Debug, Default)]
pub(super) struct Writer {
    text: Vec<u8>,
    list: FileList,
    /// Whether the list has an item yet.
    has_items: bool,
    /// Whether the open item has a message yet; `None` when its list of messages is closed.
    has_messages: Option<bool>,
}

/// The lists of the file, in its order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum FileList {
    #[default]
    Insights,
    Definitions,
    Chats,
}

impl Writer {
    /// The text before the first part.
    pub(super) fn begin(&mut self, user: Option<ExportedUser>) -> Result<Bytes, Problem> {
        self.text.extend_from_slice(b"{\"user\":");
        self.write_value(&user)?;
        self.text.extend_from_slice(b",\"insights\":[");
        Ok(self.take())
    }

    /// The text of these parts.
    pub(super) fn write(&mut self, parts: Vec<ExportPart>) -> Result<Bytes, Problem> {
        for part in parts {
            match part {
                ExportPart::Insight(insight) => {
                    self.begin_item(FileList::Insights);
                    self.write_value(&insight)?;
                    self.open_messages("chat_messages");
                }
                ExportPart::Definition(definition) => {
                    self.begin_item(FileList::Definitions);
                    self.write_value(&definition)?;
                }
                ExportPart::Chat(chat) => {
                    self.begin_item(FileList::Chats);
                    self.write_value(&chat)?;
                    self.open_messages("messages");
                }
                ExportPart::Message(message) => {
                    if self.has_messages.replace(true) == Some(true) {
                        self.text.push(b',');
                    }
                    self.write_value(&message)?;
                }
            }
        }
        Ok(self.take())
    }

    /// The text after the last part of the export, which may be continued in another file.
    pub(super) fn end(&mut self, next_part: Option<String>) -> Bytes {
        self.move_to(FileList::Chats);
        let next = next_part.map(|next| format!(",\"next_part\":\"{next}\""));
        let end = format!("]{}}}", next.unwrap_or_default());
        self.text.extend_from_slice(end.as_bytes());
        self.take()
    }

    fn take(&mut self) -> Bytes {
        std::mem::take(&mut self.text).into()
    }

    fn begin_item(&mut self, list: FileList) {
        self.move_to(list);
        if std::mem::replace(&mut self.has_items, true) {
            self.text.push(b',');
        }
    }

    /// Closes the open item and the lists before `list`.
    fn move_to(&mut self, list: FileList) {
        if self.has_messages.take().is_some() {
            self.text.extend_from_slice(b"]}");
        }
        while self.list < list {
            let (next, opening) = match self.list {
                FileList::Insights => (FileList::Definitions, "],\"definitions\":["),
                _ => (FileList::Chats, "],\"standalone_chats\":["),
            };
            self.text.extend_from_slice(opening.as_bytes());
            self.list = next;
            self.has_items = false;
        }
    }

    /// Replaces the closing bracket of an item by the beginning of its list of messages.
    fn open_messages(&mut self, list: &str) {
        self.text.pop();
        self.text
            .extend_from_slice(format!(",\"{list}\":[").as_bytes());
        self.has_messages = Some(false);
    }

    fn write_value(&mut self, value: &impl Serialize) -> Result<(), Problem> {
        serde_json::to_writer(&mut self.text, value).map_err(Problem::internal)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use verse_data::{
        ChatRecord, DefinitionRecord, FinalState, InsightRecord, MessageRecord, Role,
    };

    use super::*;

    const AT: &str = "2026-01-01T00:00:00.123456Z";

    fn message(content: &str) -> ExportPart {
        ExportPart::Message(MessageRecord {
            role: Role::User,
            state: FinalState::Complete,
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

    /// The file of these parts. It is the same wherever the parts are divided into two pages.
    fn written(parts: &[ExportPart]) -> Value {
        let mut texts = (0..=parts.len()).map(|at| {
            let mut writer = Writer::default();
            let (first, second) = parts.split_at(at);
            [
                writer.begin(None).unwrap(),
                writer.write(first.to_vec()).unwrap(),
                writer.write(second.to_vec()).unwrap(),
                writer.end(None),
            ]
            .concat()
        });
        let text = texts.next().unwrap();
        assert!(texts.all(|other| other == text));
        serde_json::from_slice(&text).unwrap()
    }

    #[test]
    fn any_list_may_be_empty() {
        let lengths = |parts: &[ExportPart]| {
            let file = written(parts);
            ["insights", "definitions", "standalone_chats"]
                .map(|list| file[list].as_array().unwrap().len())
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
    fn messages_are_within_their_item_and_times_keep_microseconds() {
        let file = written(&[
            insight(),
            message("a"),
            message("b"),
            insight(),
            chat(),
            message("c"),
        ]);
        let expected = json!({"role": "user", "content": "a", "created_at": AT});
        assert_eq!(file["insights"][0]["chat_messages"][0], expected);
        assert_eq!(file["insights"][0]["chat_messages"][1]["content"], "b");
        assert_eq!(file["insights"][1]["chat_messages"], json!([]));
        assert_eq!(file["standalone_chats"][0]["messages"][0]["content"], "c");
        assert_eq!(file["user"], Value::Null);
    }
}
