//! Reads the body of an import into records, without a JSON tree between: 6 MB of JSON need about 6 MB of memory. The first
//! breach of a bound ends the reading.

use chrono::{DateTime, Utc};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::error::Category;
use verse_data::{
    ChatRecord, DefinitionRecord, FinalState, InsightRecord, MessageRecord, Role, UserData,
};
use verse_http::{FieldError, JsonText, Problem};

use crate::{
    bounded_json::{JsonObject, list},
    export_file::{ExportChat, ExportDefinition, ExportInsight, ExportMessage},
};

#[derive(Deserialize)]
struct Body {
    data: JsonObject<File>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default, deserialize_with = "list::<_, _, 5_000>")]
    insights: Vec<ExportInsight>,
    #[serde(default, deserialize_with = "list::<_, _, 5_000>")]
    definitions: Vec<ExportDefinition>,
    #[serde(default, deserialize_with = "list::<_, _, 5_000>")]
    standalone_chats: Vec<ExportChat>,
}

/// Reads the records of the file in the body. A record without a time gets `now`. The problem names the first breach.
pub(super) fn read(body: &[u8], now: DateTime<Utc>) -> Result<UserData, Problem> {
    let text =
        std::str::from_utf8(body).map_err(|_| Problem::bad_request("The body is not UTF-8."))?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = serde_path_to_error::deserialize(&mut deserializer);
    let JsonObject(Body {
        data: JsonObject(file),
    }) = read.map_err(|error| refuse(text, &error))?;
    deserializer
        .end()
        .map_err(|error| JsonText::not_well_formed(&error))?;
    if has_lone_surrogate(text) {
        return Err(Problem::bad_request(LONE_SURROGATE));
    }
    Ok(file.into_data(now))
}

const LONE_SURROGATE: &str =
    "The body is not well-formed JSON: it has one half of a surrogate pair.";

/// Whether well-formed JSON has an escape for half a surrogate pair. `serde_json` does not check the members that it skips.
fn has_lone_surrogate(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, escape)) = rest.split_once('\\') {
        let second = || code_unit(escape.get(5..)?.strip_prefix('\\')?);
        let length = match code_unit(escape) {
            Some(0xD800..=0xDBFF) if matches!(second(), Some(0xDC00..=0xDFFF)) => 11,
            Some(0xD800..=0xDFFF) => return true,
            Some(_) => 5,
            None => 1,
        };
        rest = escape.get(length..).unwrap_or_default();
    }
    false
}

/// The code unit of an escape such as `u00e9`; `None` for another kind of escape.
fn code_unit(escape: &str) -> Option<u16> {
    u16::from_str_radix(escape.strip_prefix('u')?.get(..4)?, 16).ok()
}

/// The problem with the place of the breach: `insights[417].passage_text must have 50000 characters or fewer.`
fn refuse(text: &str, error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let inner = error.inner();
    if inner.classify() != Category::Data {
        return JsonText::not_well_formed(inner);
    }
    let (member, detail) = explain(inner);
    let path = [error.path().to_string(), member].join(".");
    let path = path.trim_matches('.');
    if path == "data" {
        // There is no file: the error is one of the body's field, as on other routes.
        let pointer = "/data".to_owned();
        return Problem::invalid(vec![FieldError { pointer, detail }]);
    }
    if path.is_empty() {
        // The body is no object. The rest of it was not read.
        let whole: Result<IgnoredAny, _> = serde_json::from_str(text);
        return whole.map_or_else(
            |error| JsonText::not_well_formed(&error),
            |_| JsonText::not_an_object(),
        );
    }
    let path = path.strip_prefix("data.").unwrap_or(path);
    Problem::bad_request(format!("{path} {detail}."))
}

/// The name of a missing or repeated member, if that is the breach, and the broken rule. Quotes nothing from the body.
fn explain(error: &serde_json::Error) -> (String, String) {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = error.to_string();
    let text = text.strip_suffix(&place).unwrap_or(&text);
    let quoted = |prefix: &str| text.strip_prefix(prefix)?.strip_suffix('`');
    if let Some(member) = quoted("missing field `") {
        (member.to_owned(), "is missing".to_owned())
    } else if let Some(member) = quoted("duplicate field `") {
        (member.to_owned(), "is there twice".to_owned())
    } else if let Some((_, expected)) = text.rsplit_once(", expected ") {
        (String::new(), format!("must be {expected}"))
    } else {
        (String::new(), text.to_owned())
    }
}

impl File {
    fn into_data(self, now: DateTime<Utc>) -> UserData {
        let insights = self.insights.into_iter().map(|insight| {
            let record = InsightRecord {
                passage_reference: insight.passage_reference,
                passage_text: insight.passage_text,
                historical_context: insight.historical_context,
                theological_significance: insight.theological_significance,
                practical_application: insight.practical_application,
                created_at: insight.created_at.unwrap_or(now),
            };
            (record, records(insight.chat_messages, now))
        });
        let definitions = self.definitions.into_iter();
        let definitions = definitions.map(|definition| DefinitionRecord {
            word: definition.word,
            passage_reference: definition.passage_reference,
            verse_text: definition.verse_text,
            definition: definition.definition,
            biblical_usage: definition.biblical_usage,
            original_language: definition.original_language,
            created_at: definition.created_at.unwrap_or(now),
        });
        let chats = self.standalone_chats.into_iter().map(|chat| {
            let record = ChatRecord {
                title: chat.title,
                passage_reference: chat.passage_reference,
                passage_text: chat.passage_text,
                created_at: chat.created_at.unwrap_or(now),
                updated_at: chat.updated_at.unwrap_or(now),
            };
            (record, records(chat.messages, now))
        });
        UserData {
            insights: insights.collect(),
            definitions: definitions.collect(),
            chats: chats.collect(),
        }
    }
}

fn records(messages: Vec<ExportMessage>, now: DateTime<Utc>) -> Vec<MessageRecord> {
    let records = messages.into_iter().map(|message| MessageRecord {
        role: message.role,
        // A message of a user is whole.
        state: message
            .state
            .filter(|_| message.role == Role::Assistant)
            .unwrap_or(FinalState::Complete),
        content: message.content,
        created_at: message.created_at.unwrap_or(now),
    });
    records.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn insight() -> Value {
        json!({
            "passage_reference": "John 3", "passage_text": "For God", "historical_context": "",
            "theological_significance": "", "practical_application": "",
            "created_at": "2026-01-01T00:00:00Z", "chat_messages": [], "unknown": [1],
        })
    }

    fn message() -> Value {
        json!({"role": "user", "content": "why?", "created_at": "2026-01-01T00:00:00.000001"})
    }

    fn read_body(body: &[u8]) -> Result<UserData, Problem> {
        read(body, "2026-02-01T00:00:00Z".parse().unwrap())
    }

    fn read_file(data: &Value) -> Result<UserData, String> {
        let problem = |problem: Problem| {
            assert_eq!(problem.status(), 400);
            problem.detail().to_owned()
        };
        read_body(json!({ "data": data }).to_string().as_bytes()).map_err(problem)
    }

    /// The problem of a file whose third insight has `value` as its `member`.
    fn problem_for(member: &str, value: Value) -> String {
        let mut bad = insight();
        bad[member] = value;
        read_file(&json!({"insights": [insight(), insight(), bad]})).unwrap_err()
    }

    #[test]
    fn a_breach_is_named_with_its_place() {
        let time = "must be a time, as 2026-01-31T12:00:00Z";
        let (reference, text) = (json!("é".repeat(101)), json!("x".repeat(50_001)));
        for (member, value, detail) in [
            ("passage_text", text, "must have 50000 characters or fewer"),
            ("passage_text", json!(""), "must not be empty"),
            ("passage_text", json!(7), "must be a text"),
            ("passage_text", Value::Null, "must be a text"),
            (
                "passage_reference",
                reference,
                "must have 100 characters or fewer",
            ),
            (
                "historical_context",
                json!("a\0"),
                "must not hold the character U+0000",
            ),
            ("created_at", json!("yesterday"), time),
            ("created_at", json!("+20026-01-01T00:00:00Z"), time),
            ("created_at", json!(1_767_225_600), time),
            ("chat_messages", json!({}), "must be a list"),
        ] {
            let expected = format!("insights[2].{member} {detail}.");
            assert_eq!(problem_for(member, value), expected);
        }
        assert_eq!(
            problem_for("chat_messages", json!([message(), {"role": "system"}])),
            "insights[2].chat_messages[1].role must be user or assistant."
        );
        assert_eq!(
            problem_for(
                "chat_messages",
                json!([["user", "hi", "2026-01-01T00:00:00Z"]])
            ),
            "insights[2].chat_messages[0] must be an object."
        );
        let missing = read_file(&json!({"standalone_chats": [{}]})).unwrap_err();
        assert_eq!(missing, "standalone_chats[0].title is missing.");
        let states = "must be complete, truncated or interrupted";
        for (member, value, detail) in [
            (
                "content",
                json!("x".repeat(10_001)),
                "must have 10000 characters or fewer",
            ),
            ("state", json!("pending"), states),
            ("state", Value::Null, states),
        ] {
            let mut message = message();
            message[member] = value;
            let expected = format!("insights[2].chat_messages[0].{member} {detail}.");
            assert_eq!(problem_for("chat_messages", json!([message])), expected);
        }
    }

    #[test]
    fn what_a_file_lacks_is_now_none_or_complete() {
        let (mut bare, mut said) = (insight(), message());
        for member in ["created_at", "chat_messages"] {
            bare.as_object_mut().unwrap().remove(member);
        }
        said.as_object_mut().unwrap().remove("created_at");
        said["state"] = json!("truncated");
        let mut broken_off = message();
        broken_off["role"] = json!("assistant");
        broken_off["state"] = json!("interrupted");
        let chats = [
            json!({"title": "t", "messages": [said, broken_off]}),
            json!({"title": "t"}),
        ];
        let data = read_file(&json!({"insights": [bare], "standalone_chats": chats})).unwrap();
        let now: DateTime<Utc> = "2026-02-01T00:00:00Z".parse().unwrap();
        let (insight, none) = &data.insights[0];
        assert_eq!((insight.created_at, none.len()), (now, 0));
        let (chat, messages) = &data.chats[0];
        assert_eq!((chat.created_at, chat.updated_at), (now, now));
        assert_eq!(
            (messages[0].created_at, messages[0].state),
            (now, FinalState::Complete)
        );
        assert_eq!(messages[1].state, FinalState::Interrupted);
        assert!(data.chats[1].1.is_empty());
    }

    #[test]
    fn a_problem_does_not_quote_the_file() {
        let detail = problem_for("chat_messages", json!("a secret, expected nothing"));
        assert!(!detail.contains("secret"), "{detail}");
    }

    #[test]
    fn a_list_longer_than_its_bound_is_refused() {
        let definition = json!({
            "word": "w", "passage_reference": "John 3", "verse_text": "v", "definition": "",
            "biblical_usage": "", "original_language": "", "created_at": "2026-01-01T00:00:00Z",
        });
        let chat = json!({"title": "t", "created_at": "2026-01-01T00:00:00Z",
                          "updated_at": "2026-01-01T00:00:00Z", "passage_text": ""});
        for (list, item, most) in [
            ("insights", insight(), 5_000),
            ("definitions", definition, 5_000),
            ("standalone_chats", chat, 5_000),
        ] {
            assert!(read_file(&json!({ list: vec![item.clone(); most] })).is_ok());
            let detail = read_file(&json!({ list: vec![item; most + 1] })).unwrap_err();
            assert_eq!(detail, format!("{list} must have {most} items or fewer."));
        }
    }

    #[test]
    fn texts_are_counted_in_characters_and_times_without_offset_are_utc() {
        let mut whole = insight();
        whole["passage_text"] = json!("é".repeat(50_000));
        whole["chat_messages"] = json!([message()]);
        let data = read_file(&json!({"insights": [whole], "user": null})).unwrap();
        let (_, messages) = &data.insights[0];
        assert_eq!(
            messages[0].created_at.to_rfc3339(),
            "2026-01-01T00:00:00.000001+00:00"
        );
    }

    #[test]
    fn half_a_surrogate_pair_is_refused_in_skipped_members_too() {
        let read = |text: &str| read_body(format!(r#"{{"data":{{}},"x":["{text}"]}}"#).as_bytes());
        for text in [
            r"\ud83d\ude00",
            r"\\ud800",
            r"\\\\udc00",
            r#"\u00e9\n\""#,
            "\u{1F600}é",
        ] {
            assert!(read(text).is_ok(), "{text}");
        }
        let halves = r"\ud800 \udc00 \udc00\ud800 \ud800\ud800\udc00 \ud800\n \ud800é \\\ud800";
        for text in halves.split(' ') {
            assert_eq!(read(text).unwrap_err().status(), 400, "{text}");
        }
    }

    #[test]
    fn a_body_that_is_not_json_or_has_no_file_is_refused() {
        let malformed = "The body is not well-formed JSON (line 1, column";
        for (body, detail) in [
            (&b"{\"data\":{}"[..], format!("{malformed} 10).")),
            (b"{\"data\":{}}}", format!("{malformed} 12).")),
            (b"\xff", "The body is not UTF-8.".to_owned()),
            (b"[}", format!("{malformed} 2).")),
        ] {
            let problem = read_body(body).unwrap_err();
            assert_eq!(
                (problem.status().as_u16(), problem.detail()),
                (400, &*detail)
            );
        }
        for body in ["[]", "[{}]", "\"data\"", "7", "null"] {
            let problem = read_body(body.as_bytes()).unwrap_err();
            assert_eq!(problem.status(), 422, "{body}");
        }
        for data in [
            r"",
            r#""data":null"#,
            r#""data":[]"#,
            r#""data":{},"data":{}"#,
        ] {
            let problem = read_body(format!("{{{data}}}").as_bytes()).unwrap_err();
            assert_eq!(problem.status(), 422);
        }
        let surrogate = br#"{"data":{"insights":[{"passage_text":"\ud800"}]}}"#;
        let problem = read_body(surrogate).unwrap_err();
        assert!(problem.detail().starts_with("The body is not well-formed"));
    }
}
