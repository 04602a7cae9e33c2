//! The measured functions and requests: every route. A new route adds its line here.

use serde_json::{Value, json};
use verse_tests::{Event, Function, FunctionBuilder, paths};

mod rows;

/// The minimal function with which all others are compared.
pub const HELLO: &str = "hello";

/// A function and its requests.
#[derive(Debug)]
pub struct Workload {
    pub function: &'static str,
    pub needs_database: bool,
    pub calls: Vec<Call>,
}

/// A repeated call.
#[derive(Clone, Debug)]
pub enum Call {
    /// A request by a user with many rows of every kind.
    Request(Box<Request>),
    /// The name in the table, and an event that is not an HTTP request.
    Event(&'static str, Value),
}

/// A request, its preparation and its status.
#[derive(Clone, Debug)]
pub struct Request {
    pub event: Event,
    /// A description, if the request line is ambiguous.
    note: &'static str,
    /// SQL before each request. Its time does not count.
    pub before: Option<&'static str>,
    /// The expected status.
    pub status: u16,
}

/// Every function.
pub fn all() -> Vec<Workload> {
    let with_database = |function, calls| Workload {
        function,
        needs_database: true,
        calls,
    };
    vec![
        Workload {
            function: HELLO,
            needs_database: false,
            calls: vec![get("/api/hello")],
        },
        bible(),
        study(),
        with_database("user", user()),
        with_database("device-link", device_link()),
        with_database(
            "insight",
            generated(paths::INSIGHTS, insight, rows::INSIGHTS),
        ),
        with_database(
            "definition",
            generated(paths::DEFINITIONS, definition, rows::DEFINITIONS),
        ),
        with_database("chat", chat()),
        with_database(
            "cleanup",
            vec![Call::Event("nothing left to clean up", json!({}))],
        ),
        with_database(
            "migrate",
            vec![
                Call::Event("nothing left to migrate", json!({})),
                Call::Event(
                    "a page of subscriptions",
                    json!({"subscription": {"list": {"limit": 50}}}),
                ),
            ],
        ),
    ]
}

/// The calls of a function that generates a text. `history` restores the caller's history.
fn generated(path: &str, body: fn(&str, bool) -> Value, history: &'static str) -> Vec<Call> {
    let generate = |reference, save| post(path, &body(reference, save));
    let list = format!("{path}/history");
    let page = format!("{list}?before=9000030");
    vec![
        generate("John 3:16", true)
            .after(rows::QUOTA)
            .called("stored"),
        generate("Obadiah 1:1", true)
            .after(rows::DELETE_OBADIAH_TEXTS)
            .called("new"),
        generate("John 3:16", false)
            .after(rows::QUOTA)
            .called("not kept"),
        get(&list).after(history),
        get(&page).after(history),
        delete(&list).after(history),
    ]
}

fn bible() -> Workload {
    Workload {
        function: "bible",
        needs_database: false,
        calls: vec![
            get("/api/passage?book=John&chapter=3&verse_start=16"),
            get("/api/chapter?book=Psalms&chapter=119"),
            get("/api/chapter/content?book=John&chapter=3"),
            get("/api/translations"),
            get("/api/books"),
            get("/api/resolve?q=jn+3:16-18"),
            get("/api/health"),
        ],
    }
}

fn study() -> Workload {
    Workload {
        function: "study",
        needs_database: false,
        calls: vec![
            get("/api/search?q=love"),
            get("/api/cross-references?book=Genesis&chapter=1&verse_start=1"),
            get("/api/parallel?book=John&chapter=3&translations=WEB,KJV,ASV,YLT,BSB,SRV"),
            get("/api/words?book=John&chapter=3&verse_start=16"),
            get("/api/lexicon?q=love"),
            get("/api/lexicon/G25"),
            get("/api/lexicon/G25/verses"),
            get("/api/topics?q=anxiety"),
            get("/api/topics/PRAYER"),
            get("/api/commentary?book=John&chapter=3&verse_start=16"),
            get("/api/daily?date=2026-12-25"),
            get("/api/openapi.json"),
            get("/api/docs"),
            get("/api/docs/start.js"),
        ],
    }
}

fn user() -> Vec<Call> {
    let time = "2026-01-01T00:00:00Z";
    let chat = json!({"title": "Light", "created_at": time, "updated_at": time,
                      "messages": [{"role": "user", "content": "?", "created_at": time}]});
    let import = json!({"data": {"standalone_chats": [chat]}});
    vec![
        get("/api/user/session").after(rows::USER),
        get("/api/user/export").after(rows::USER),
        post("/api/user/import", &import)
            .after(rows::USER)
            .called("one chat"),
        get("/api/health/ready"),
        delete("/api/user/data").after(rows::USER),
    ]
}

fn device_link() -> Vec<Call> {
    let code = json!({"code": "7KQM-3XWP-9RTA"});
    vec![
        post("/api/user/link/generate", &json!({})).after(rows::NO_CODE),
        post("/api/user/link/accept", &code)
            .after(rows::FOREIGN_CODE)
            .called("linked"),
        post("/api/user/link/accept", &code)
            .after(rows::NO_CODE)
            .called("refused")
            .answered(400),
        delete("/api/user/link/codes").after(rows::CODES),
        get("/api/user/devices").after(rows::DEVICE),
        delete("/api/user/devices/9000001").after(rows::DEVICE),
        delete("/api/user/devices/9000002")
            .after(rows::FOREIGN_DEVICE)
            .called(FOREIGN)
            .answered(404),
        delete("/api/user/devices/99999999999999")
            .called(UNKNOWN)
            .answered(404),
    ]
}

/// The body of a request for an insight.
fn insight(reference: &str, save: bool) -> Value {
    json!({"passage_reference": reference, "passage_text": text(reference), "save": save})
}

/// The body of a request for a definition.
fn definition(reference: &str, save: bool) -> Value {
    json!({"word": "God", "passage_reference": reference, "verse_text": text(reference), "save": save})
}

/// The beginning of a verse of the King James Version.
fn text(reference: &str) -> &'static str {
    match reference {
        "John 3:16" => "For God so loved the world, that he gave his only begotten Son",
        _ => "The vision of Obadiah. Thus saith the Lord GOD concerning Edom",
    }
}

fn chat() -> Vec<Call> {
    let message = "Who is my neighbour?";
    let insight = json!({
        "insight_id": 9_000_001, "message": message, "passage_reference": "John 3:16",
        "passage_text": text("John 3:16"), "insight_context": {
            "historical_context": "h", "theological_significance": "t", "practical_application": "p"}
    });
    let chat = json!({"chat_id": 9_000_002, "message": message});
    vec![
        post("/api/standalone-chat", &json!({"message": message})).after(rows::NO_NEW_MESSAGES),
        post("/api/standalone-chat/message", &chat).after(rows::NO_NEW_MESSAGES),
        post("/api/chat/message", &insight).after(rows::NO_NEW_MESSAGES),
        get("/api/chat/messages/9000001").after(rows::INSIGHT_CONVERSATION),
        delete("/api/chat/messages/9000001").after(rows::INSIGHT_CONVERSATION),
        get("/api/standalone-chat"),
        get("/api/standalone-chat/9000002/messages"),
        delete("/api/standalone-chat/9000003").after(rows::CHAT),
        // The time must not show whether an id belongs to another user or to no one.
        get("/api/standalone-chat/9000004/messages").called(FOREIGN),
        get("/api/standalone-chat/99999999999999/messages").called(UNKNOWN),
        delete("/api/standalone-chat/9000004")
            .called(FOREIGN)
            .answered(404),
        delete("/api/standalone-chat/99999999999999")
            .called(UNKNOWN)
            .answered(404),
    ]
}

const FOREIGN: &str = "another user's";
const UNKNOWN: &str = "unknown id";

fn get(path: &str) -> Call {
    Call::of(Event::get(path))
}

fn delete(path: &str) -> Call {
    Call::of(Event::delete(path))
}

fn post(path: &str, body: &Value) -> Call {
    Call::of(Event::post(path).json(body))
}

impl Workload {
    /// SQL that inserts the caller's rows.
    pub fn seed(&self) -> String {
        let conversations = match self.function {
            "chat" => rows::CONVERSATIONS,
            _ => "",
        };
        let rows = [rows::SEED, rows::INSIGHTS, rows::DEFINITIONS, conversations];
        rows.join(";")
    }

    /// The function's settings.
    pub fn builder(&self, database_url: Option<&str>) -> FunctionBuilder {
        let builder = Function::builder(self.function)
            .env("VERSE_ENV", "development")
            .env("STORE_PER_MINUTE", "1000000000");
        if self.function == HELLO {
            // With it hello ignores the stage in the path, as the project's functions do by themselves.
            return builder.env("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH", "true");
        }
        match database_url.filter(|_| self.needs_database) {
            Some(url) => builder.env("DATABASE_URL", url),
            None => builder,
        }
    }
}

impl Call {
    /// Its name in the table.
    pub fn name(&self) -> String {
        match self {
            Self::Request(request) if request.note.is_empty() => request.event.line(),
            Self::Request(request) => format!("{}, {}", request.event.line(), request.note),
            Self::Event(name, _) => (*name).to_owned(),
        }
    }

    fn of(event: Event) -> Self {
        Self::Request(Box::new(Request {
            event,
            note: "",
            before: None,
            status: 200,
        }))
    }

    fn after(self, sql: &'static str) -> Self {
        self.with(|request| request.before = Some(sql))
    }

    fn called(self, note: &'static str) -> Self {
        self.with(|request| request.note = note)
    }

    fn answered(self, status: u16) -> Self {
        self.with(|request| request.status = status)
    }

    fn with(mut self, change: impl FnOnce(&mut Request)) -> Self {
        if let Self::Request(request) = &mut self {
            change(request);
        }
        self
    }
}
