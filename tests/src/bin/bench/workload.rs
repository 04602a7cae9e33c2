//! The functions that are measured, and what is asked of them: every route there is. A new route adds its line here.

use serde_json::{Value, json};
use verse_tests::Event;

mod rows;

/// What all others are put beside.
pub const HELLO: &str = "hello";

/// A function and its requests.
#[derive(Debug)]
pub struct Workload {
    pub function: &'static str,
    pub needs_database: bool,
    pub calls: Vec<Call>,
}

/// One thing asked of a function, again and again.
#[derive(Clone, Debug)]
pub enum Call {
    /// A request by a browser whose user has much of everything.
    Request(Box<Request>),
    /// An event that is no HTTP request, and its name in the table.
    Event(&'static str, Value),
}

/// A request, and what it needs.
#[derive(Clone, Debug)]
pub struct Request {
    pub event: Event,
    /// What it does, where its line does not say it.
    note: &'static str,
    /// SQL to run before it each time, outside of what is measured.
    pub before: Option<&'static str>,
    /// What it is answered with.
    pub status: u16,
}

/// Every function there is.
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
        with_database("user", user()),
        with_database("device-link", device_link()),
        with_database(
            "insight",
            vec![
                post("/api/insights", &insight("John 3:16", true))
                    .after(rows::ALLOWANCE)
                    .called("stored"),
                post("/api/insights", &insight("Obadiah 1:1", true))
                    .after(rows::NOTHING_ON_OBADIAH)
                    .called("new"),
                post("/api/insights", &insight("John 3:16", false))
                    .after(rows::ALLOWANCE)
                    .called("not kept"),
                get("/api/insights/history").after(rows::INSIGHTS),
                get("/api/insights/history?before=9000030").after(rows::INSIGHTS),
                delete("/api/insights/history").after(rows::INSIGHTS),
            ],
        ),
        with_database(
            "definition",
            vec![
                post("/api/definitions", &definition("John 3:16", true))
                    .after(rows::ALLOWANCE)
                    .called("stored"),
                post("/api/definitions", &definition("Obadiah 1:1", true))
                    .after(rows::NOTHING_ON_OBADIAH)
                    .called("new"),
                post("/api/definitions", &definition("John 3:16", false))
                    .after(rows::ALLOWANCE)
                    .called("not kept"),
                get("/api/definitions/history").after(rows::DEFINITIONS),
                get("/api/definitions/history?before=9000030").after(rows::DEFINITIONS),
                delete("/api/definitions/history").after(rows::DEFINITIONS),
            ],
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
            .after(rows::INVITATION)
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
            .called(ABSURD)
            .answered(404),
    ]
}

/// An insight to ask for.
fn insight(reference: &str, save: bool) -> Value {
    json!({"passage_reference": reference, "passage_text": text(reference), "save": save})
}

/// A definition to ask for.
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
        post("/api/standalone-chat", &json!({"message": message})).after(rows::SILENCE),
        post("/api/standalone-chat/message", &chat).after(rows::SILENCE),
        post("/api/chat/message", &insight).after(rows::SILENCE),
        get("/api/chat/messages/9000001").after(rows::TALK),
        delete("/api/chat/messages/9000001").after(rows::TALK),
        get("/api/standalone-chat"),
        get("/api/standalone-chat/9000002/messages"),
        delete("/api/standalone-chat/9000003").after(rows::CHAT),
        // Whether an id is somebody else's or nobody's must not be told by the time either.
        get("/api/standalone-chat/9000004/messages").called(FOREIGN),
        get("/api/standalone-chat/99999999999999/messages").called(ABSURD),
        delete("/api/standalone-chat/9000004")
            .called(FOREIGN)
            .answered(404),
        delete("/api/standalone-chat/99999999999999")
            .called(ABSURD)
            .answered(404),
    ]
}

const FOREIGN: &str = "somebody else's";
const ABSURD: &str = "nobody's";

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
    /// SQL for what its caller has.
    pub fn seed(&self) -> String {
        let talks = (self.function == "chat").then_some(rows::TALKS);
        [Some(rows::SEED), talks]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(";")
    }

    /// The environment variables of the function.
    pub fn variables(&self, database_url: Option<&str>) -> Vec<(String, String)> {
        // Lets hello find its route below a stage; the project's functions do that by themselves.
        let stage = ("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH", "true");
        let url = database_url
            .filter(|_| self.needs_database)
            .map(|url| ("DATABASE_URL", url));
        [("VERSE_ENV", "development")]
            .into_iter()
            .chain(Some(stage).filter(|_| self.function == HELLO))
            .chain(url)
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
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
