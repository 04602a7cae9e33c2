//! The functions that are measured, and what is asked of them. A new function adds its lines here.

use serde_json::{Value, json};
use verse_tests::Event;

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
    /// A request by a browser, which brings the cookies it was given before.
    Request(Event),
    /// An event that is no HTTP request, and its name in the table.
    Event(&'static str, Value),
}

/// Every function there is.
pub fn all() -> Vec<Workload> {
    let request = |path| Call::Request(Event::get(path));
    vec![
        Workload {
            function: HELLO,
            needs_database: false,
            calls: vec![request("/api/hello")],
        },
        Workload {
            function: "bible",
            needs_database: false,
            calls: vec![
                request("/api/passage?book=John&chapter=3&verse_start=16"),
                request("/api/chapter?book=Psalms&chapter=119"),
                request("/api/chapter/content?book=John&chapter=3"),
                request("/api/translations"),
            ],
        },
        Workload {
            function: "user",
            needs_database: true,
            calls: vec![request("/api/user/session")],
        },
        Workload {
            function: "migrate",
            needs_database: true,
            calls: vec![Call::Event("nothing left to migrate", json!({}))],
        },
    ]
}

impl Workload {
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
            Self::Request(event) => event.line(),
            Self::Event(name, _) => (*name).to_owned(),
        }
    }
}
