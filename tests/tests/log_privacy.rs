//! Nothing private is in a log: every route and every job is driven with marked secrets, also where it fails, and each
//! line that any function wrote is read.
//!
//! What is sent has [`MARK`] in it; what the service made up itself (cookies, codes) is collected from its answers. A
//! new route is driven as soon as it stands in its function's table.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::{Value, json};
use verse_tests::{Client, Database, Dress, Event, Function, Proxy, Response, openapi};

/// In everything that a caller sends, and in every row that is there before; no log may hold it.
const MARK: &str = "Zaphnathpaaneah";
const GENERATE: &str = "/api/user/link/generate";
const ACCEPT: &str = "/api/user/link/accept";
const ERASE: &str = "/api/user/data";
/// Where the caller is; another mark, as an address cannot hold the first.
const ADDRESS: &str = "203.0.113.77";

/// A user with marked rows in every table, whose cookie's token is the first that the service made.
const MARKED_ROWS: &str = "
    INSERT INTO insights (owner_id, subject_hash, content_hash, passage_reference, passage_text,
                          historical_context, theological_significance, practical_application, source, created_at)
    SELECT id, sha256('s'), sha256('c'), :m, :m, :m, :m, :m, :m, now() FROM users;
    INSERT INTO user_insights SELECT users.id, insights.id, now() FROM users, insights;
    INSERT INTO definitions (owner_id, subject_hash, content_hash, word, passage_reference, verse_text,
                             definition, biblical_usage, original_language, created_at)
    SELECT id, sha256('s'), sha256('c'), :m, :m, :m, :m, :m, :m, now() FROM users;
    INSERT INTO user_definitions SELECT users.id, definitions.id, now() FROM users, definitions;
    INSERT INTO conversations (user_id, insight_id, title, passage_reference, passage_text, created_at, updated_at)
    SELECT users.id, insights.id, NULL, NULL, NULL, now(), now() FROM users, insights
    UNION ALL SELECT id, NULL, :m, :m, :m, now(), now() FROM users;
    INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
    SELECT id, user_id, 'user', 'complete', :m, now() FROM conversations";

/// From here on each write but of a user is refused, in words of the database that quote the row.
const REFUSE_ROWS: &str = "
    DO $$ DECLARE t text; BEGIN
        FOR t IN SELECT table_name FROM information_schema.tables
                 WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
                   AND table_name <> 'users' LOOP
            EXECUTE format('ALTER TABLE %I ADD CONSTRAINT refused CHECK (false) NOT VALID', t);
        END LOOP;
    END $$";

/// From here on that of a user is, too.
const REFUSE_USERS: &str = "ALTER TABLE users ADD CONSTRAINT refused CHECK (false) NOT VALID";

/// From here on each statement is refused.
const HIDE_TABLES: &str = "ALTER SCHEMA public RENAME TO hidden; CREATE SCHEMA public";

/// The functions under test, and what none of them may log.
struct Site {
    functions: BTreeMap<&'static str, Function>,
    client: Client,
    secrets: BTreeSet<String>,
}

impl Site {
    /// Every function with a table of routes, behind one gateway.
    async fn start(database_url: &str) -> Self {
        let mut functions = BTreeMap::new();
        let mut prefixes = Vec::new();
        for api in openapi::functions() {
            let routes = api.routes.table();
            if routes.is_empty() {
                continue;
            }
            functions.insert(api.name, start(api.name, database_url).await);
            for route in routes {
                let prefix = route.path.split('{').next().unwrap_or_default();
                prefixes.push((prefix.to_owned(), api.name));
            }
        }
        let routes = prefixes
            .iter()
            .filter_map(|(path, name)| Some((path.as_str(), functions.get(name)?)));
        let client = Client::routed(routes)
            .at_address(ADDRESS)
            .with_header("user-agent", &format!("Mozilla/5.0 {MARK}"))
            .with_header("referer", &format!("https://example.org/{MARK}"))
            .with_header("authorization", &format!("Bearer {MARK}"))
            .with_header("x-forwarded-for", ADDRESS);
        let mut secrets = BTreeSet::from([MARK.to_lowercase(), ADDRESS.to_owned()]);
        let password = database_url
            .split(['@'])
            .next()
            .and_then(|head| head.split(':').nth(2));
        secrets.extend(password.filter(|p| !p.is_empty()).map(str::to_lowercase));
        Self {
            functions,
            client,
            secrets,
        }
    }

    /// Makes the caller known, with marked rows.
    async fn furnish(&mut self, database: &Database) {
        let session = self.client.get("/api/user/session").await;
        self.collect(Some(session.expect_status(200)));
        insert_marked_rows(database).await;
    }

    /// Sends every route what it may be sent, well-formed and not, as a known caller and as a stranger.
    async fn drive(&mut self) {
        let known = self.client.clone();
        let stranger = self.client.another();
        stranger.set_cookie("verse_user_id", MARK);
        let _ = self.link().await;
        for (method, path) in routes() {
            for client in [&known, &stranger] {
                for event in events(method, path) {
                    let response = client.request(event).try_send().await;
                    self.collect(response.ok());
                }
            }
        }
    }

    /// The known caller links a device of its own; tells whether that went well.
    async fn link(&mut self) -> bool {
        let guest = self.client.another();
        let generated = self.client.request(Event::post(GENERATE)).try_send().await;
        let Ok(generated) = generated else {
            return false;
        };
        let body: Value = serde_json::from_slice(&generated.body).unwrap_or_default();
        let code = body.get("display_code").cloned().unwrap_or_default();
        let entered = json!({"code": code, "device_name": MARK, "device_type": "tablet"});
        let accepted = guest.request(Event::post(ACCEPT).json(&entered)).try_send();
        let accepted = accepted.await.ok();
        let is_linked = accepted
            .as_ref()
            .is_some_and(|answer| answer.status.as_u16() == 200);
        self.collect(Some(generated));
        self.collect(accepted);
        is_linked
    }

    /// Takes note of what the service made up, and may not log either.
    fn collect(&mut self, response: Option<Response>) {
        let Some(response) = response else { return };
        if let Some(cookie) = response.cookie("verse_user_id") {
            self.secrets.insert(cookie.value().to_lowercase());
        }
        let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        for member in ["display_code", "qr_data"] {
            if let Some(code) = body.get(member).and_then(Value::as_str) {
                self.secrets.insert(code.to_lowercase());
                self.secrets.insert(code.replace('-', "").to_lowercase());
            }
        }
        self.secrets.remove("");
    }

    /// Reads every line of every log.
    async fn expect_private(&self) {
        for (name, function) in &self.functions {
            function.terminate().await;
            let lines = function.log().lines();
            assert!(!lines.is_empty(), "{name} wrote no log");
            expect_none_of(&self.secrets, name, &lines);
        }
    }
}

async fn start(name: &str, database_url: &str) -> Function {
    Function::builder(name)
        .env("DATABASE_URL", database_url)
        .env("VERSE_ENV", "development")
        // More than `cleanup` wants to have left before it begins anything.
        .deadline(Duration::from_secs(30))
        .start()
        .await
}

fn expect_none_of(secrets: &BTreeSet<String>, name: &str, lines: &[String]) {
    for line in lines {
        let lower = line.to_lowercase();
        let found = secrets
            .iter()
            .find(|secret| lower.contains(secret.as_str()));
        assert!(found.is_none(), "{name} logged a secret: {line}");
    }
}

/// Every route; those last that take away what the others are to find.
fn routes() -> Vec<(&'static str, &'static str)> {
    let mut routes = Vec::new();
    for api in openapi::functions() {
        let table = api.routes.table();
        routes.extend(table.iter().map(|route| (route.method, route.path)));
    }
    routes.sort_by_key(|(method, path)| (*method == "DELETE", *path == ERASE));
    routes
}

/// What one route is sent.
fn events(method: &str, path: &str) -> Vec<Event> {
    let of = |id: &str| {
        let path = path
            .split('/')
            .map(|part| if part.starts_with('{') { id } else { part });
        let path = path.collect::<Vec<_>>().join("/");
        match method {
            "POST" => Event::post(&path),
            "DELETE" => Event::delete(&path),
            _ => Event::get(&path),
        }
    };
    let read = |event: Event| {
        event
            .query("book", "John")
            .query("chapter", 3)
            .query("verse_start", 16)
            .query("save", true)
            .query("q", format!("John 3:16 {MARK}"))
    };
    let mut events = vec![
        read(of("1")),
        read(of(MARK)),
        of("1")
            .query("book", MARK)
            .query("chapter", MARK)
            .query("limit", MARK)
            .query("before", MARK),
        of("1").header("cookie", &format!("verse_user_id={MARK}; other={MARK}")),
    ];
    if method == "POST" {
        events.extend([
            of("1").json(&marked_body()),
            of("1").json(
                &json!({"data": MARK, "code": 7, "message": [MARK], "passage_text": {MARK: MARK}}),
            ),
            of("1").json(&json!({MARK: MARK})),
            of("1")
                .header("content-type", "application/json")
                .body(format!("{{\"{MARK}\": {MARK}")),
            of("1").header("content-type", "text/plain").body(MARK),
            of("1")
                .header("content-type", "application/json")
                .body(vec![b'"', 0xff, b'"']),
        ]);
    }
    events
}

/// Every field that some route reads: those that a route does not know it ignores.
fn marked_body() -> Value {
    let insight = json!({"historical_context": MARK, "theological_significance": MARK, "practical_application": MARK});
    let now = "2026-01-01T00:00:00Z";
    let message = json!({"role": "user", "content": MARK, "created_at": now});
    let data = json!({
        "user": {"anonymous_id": "00000000-0000-4000-8000-000000000000", "created_at": now},
        "insights": [{"passage_reference": MARK, "passage_text": MARK, "historical_context": MARK,
                      "theological_significance": MARK, "practical_application": MARK, "created_at": now,
                      "chat_messages": [message]}],
        "definitions": [{"word": MARK, "verse_text": MARK, "passage_reference": MARK, "definition": MARK,
                         "biblical_usage": MARK, "original_language": MARK, "created_at": now}],
        "standalone_chats": [{"title": MARK, "passage_reference": MARK, "passage_text": MARK, "created_at": now,
                              "updated_at": now, "messages": [message]}],
    });
    json!({
        "message": MARK, "passage_text": MARK, "passage_reference": MARK, "word": MARK, "verse_text": MARK,
        "code": MARK, "device_name": MARK, "device_type": MARK, "insight_id": 1, "chat_id": 2, "save": true,
        "insight_context": insight, "data": data,
    })
}

async fn insert_marked_rows(database: &Database) {
    let sql = MARKED_ROWS.replace(":m", &format!("'{MARK}'"));
    database.run_script(sqlx::AssertSqlSafe(sql)).await;
}

#[tokio::test]
async fn no_secret_is_logged_when_all_is_well() {
    for dress in [Dress::RestV1, Dress::HttpV2] {
        let database = Database::fresh().await;
        let mut site = Site::start(&database.url()).await;
        site.client = site.client.clone().dressed(dress);
        site.furnish(&database).await;
        let data = marked_body();
        let imported = site.client.post("/api/user/import").json(&data).await;
        site.collect(Some(imported.expect_status(200)));
        assert!(site.link().await, "what is well-formed succeeds");
        site.drive().await;
        site.expect_private().await;
    }
}

#[tokio::test]
async fn no_secret_is_logged_when_the_database_refuses() {
    let database = Database::fresh().await;
    let mut site = Site::start(&database.url()).await;
    site.furnish(&database).await;
    for refuse in [REFUSE_ROWS, REFUSE_USERS, HIDE_TABLES] {
        database.run_script(refuse).await;
        site.drive().await;
    }
    site.expect_private().await;
}

#[tokio::test]
async fn no_secret_is_logged_when_the_database_breaks_off() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let mut site = Site::start(proxy.url()).await;
    site.furnish(&database).await;
    for (method, path) in routes() {
        for event in events(method, path).into_iter().take(5) {
            proxy.lose_the_next_answer();
            let response = site.client.request(event).try_send().await;
            site.collect(response.ok());
        }
    }
    site.expect_private().await;
}

#[tokio::test]
async fn no_secret_is_logged_when_the_settings_are_wrong() {
    for url in [
        format!("mysql://{MARK}:{MARK}@127.0.0.1/{MARK}"),
        format!("postgres://{MARK}:{MARK}@127.0.0.1:1/{MARK}"),
        MARK.to_owned(),
    ] {
        for name in ["user", "migrate", "cleanup"] {
            let function = start(name, &url).await;
            let client = Client::of(&function);
            if name == "user" {
                client.get("/api/user/session").await.expect_status(503);
            } else {
                // Time for one job of `cleanup`: each waits for a connection.
                let end = Duration::from_secs(12);
                let event = json!({"subscription": {"list": {}}});
                let answer = function.invoke_within(&event, end).await;
                drop(answer);
            }
            function.terminate().await;
            let secrets = BTreeSet::from([MARK.to_lowercase()]);
            expect_none_of(&secrets, name, &function.log().lines());
        }
    }
}

#[tokio::test]
async fn no_secret_of_a_job_is_logged() {
    let database = Database::fresh().await;
    let client = Client::of(&start("user", &database.url()).await);
    let session = client.get("/api/user/session").await.expect_status(200);
    let id = session.json()["anonymous_id"].clone();
    insert_marked_rows(&database).await;
    let jobs = [
        start("migrate", &database.url()).await,
        start("cleanup", &database.url()).await,
    ];
    let mut secrets = BTreeSet::from([MARK.to_lowercase()]);
    secrets.insert(id.as_str().unwrap().to_owned());
    for refuse in ["SELECT 1", REFUSE_ROWS, REFUSE_USERS, HIDE_TABLES] {
        database.run_script(refuse).await;
        for job in &jobs {
            for event in [
                json!({"detail": {"who": MARK}, "any": MARK}),
                json!({MARK: {"grant": id}}),
                json!({"subscription": {"grant": MARK}}),
                json!({"subscription": {"grant": id}}),
                json!({"subscription": {"status": id}}),
                json!({"subscription": {MARK: id}}),
            ] {
                // Some fail: what matters is what is said of it.
                let answer = job.run(&event).await;
                drop(answer);
            }
        }
    }
    for job in &jobs {
        job.terminate().await;
        let lines = job.log().lines();
        assert!(!lines.is_empty(), "{} wrote no log", job.name());
        expect_none_of(&secrets, job.name(), &lines);
    }
}

#[tokio::test]
async fn a_request_is_counted_in_its_one_line() {
    let database = Database::fresh().await;
    let function = Function::builder("user")
        .env("DATABASE_URL", database.url())
        .env("METRICS_NAMESPACE", "Verse/test")
        .start()
        .await;
    let client = Client::of(&function);
    client.get("/api/user/session").await.expect_status(200);
    client.get("/api/user/none").await.expect_status(404);
    database.run_script(HIDE_TABLES).await;
    client.get("/api/user/session").await.expect_status(500);
    function.terminate().await;
    let lines = function.log().records();
    assert_eq!(lines.len(), 3, "a line a request: {lines:?}");
    let told = lines.iter().map(|line| {
        ["Function", "Route", "Requests", "Errors", "ColdStarts"].map(|name| line[name].clone())
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            [
                json!("user"),
                json!("/api/user/session"),
                json!(1),
                json!(0),
                json!(1)
            ],
            [
                json!("user"),
                json!("unmatched"),
                json!(1),
                json!(0),
                json!(0)
            ],
            [
                json!("user"),
                json!("/api/user/session"),
                json!(1),
                json!(1),
                json!(0)
            ],
        ]
    );
    for line in &lines {
        assert_eq!(line["message"], "request");
        assert_eq!(line["Duration"], line["duration_ms"]);
        let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
        for directive in directives {
            assert_eq!(directive["Namespace"], "Verse/test");
            let dimensions = directive["Dimensions"][0].as_array().unwrap();
            let metrics = directive["Metrics"].as_array().unwrap();
            let named = metrics.iter().map(|metric| &metric["Name"]);
            for name in dimensions.iter().chain(named) {
                assert!(
                    line.get(name.as_str().unwrap()).is_some(),
                    "{name} is a member"
                );
            }
        }
        let dimensions = directives
            .iter()
            .map(|directive| directive["Dimensions"].clone());
        assert_eq!(
            dimensions.collect::<Vec<_>>(),
            [json!([["Function"]]), json!([["Function", "Route"]])]
        );
    }
}
