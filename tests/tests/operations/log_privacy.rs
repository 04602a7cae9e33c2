//! No log contains a secret: every route and every job gets marked secrets, also where it fails, and each line that a
//! function wrote is read.
//!
//! Everything that a test sends contains [`MARK`]; cookies and codes are collected from the responses. A new route is
//! covered as soon as it is in its function's table.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::{Value, json};
use verse_tests::{
    Client, Database, DatabaseUrl, Event, EventFormat, Function, Proxy, Response, SESSION_COOKIE,
    openapi, paths,
};

/// A word in everything that a client sends, and in every row that a test inserts.
const MARK: &str = "Zaphnathpaaneah";
/// The client's address: a mark of its own.
const ADDRESS: &str = "203.0.113.77";

/// Marked rows for every user.
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

/// Makes every write fail except that of a user; the database's error quotes the row.
const REFUSE_ROWS: &str = "
    DO $$ DECLARE t text; BEGIN
        FOR t IN SELECT table_name FROM information_schema.tables
                 WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
                   AND table_name <> 'users' LOOP
            EXECUTE format('ALTER TABLE %I ADD CONSTRAINT refused CHECK (false) NOT VALID', t);
        END LOOP;
    END $$";

/// Makes the write of a user fail, too.
const REFUSE_USERS: &str = "ALTER TABLE users ADD CONSTRAINT refused CHECK (false) NOT VALID";

/// Makes every statement fail.
const HIDE_TABLES: &str = "ALTER SCHEMA public RENAME TO hidden; CREATE SCHEMA public";

/// All functions with routes, and the secrets that no log may contain.
struct Site {
    functions: BTreeMap<&'static str, Function>,
    client: Client,
    secrets: BTreeSet<String>,
}

impl Site {
    async fn start(database: &impl DatabaseUrl) -> Self {
        let database_url = database.database_url();
        let mut functions = BTreeMap::new();
        for api in openapi::functions() {
            functions.insert(api.name, start(api.name, &database_url).await);
        }
        let apis = openapi::functions();
        let routes = apis.iter().flat_map(|api| {
            let function = &functions[api.name];
            let prefixes = api.routes.table().iter();
            let prefixes = prefixes.map(|route| route.path.split('{').next().unwrap());
            prefixes.map(move |prefix| (prefix, function))
        });
        let client = Client::with_routes(routes)
            .from_address(ADDRESS)
            .with_header("user-agent", &format!("Mozilla/5.0 {MARK}"))
            .with_header("referer", &format!("https://example.org/{MARK}"))
            .with_header("authorization", &format!("Bearer {MARK}"))
            .with_header("x-forwarded-for", ADDRESS);
        let mut secrets = BTreeSet::from([MARK.to_lowercase(), ADDRESS.to_owned()]);
        let credentials = database_url.split('@').next().unwrap();
        let password = credentials.split(':').nth(2).unwrap_or_default();
        secrets.insert(password.to_lowercase());
        secrets.remove("");
        Self {
            functions,
            client,
            secrets,
        }
    }

    /// Makes the client a user with marked rows.
    async fn insert_user(&mut self, database: &Database) {
        let session = self.client.get(paths::SESSION).await;
        self.collect_secrets(Some(session.expect_status(200)));
        insert_marked_rows(database).await;
    }

    /// Sends valid and invalid requests to every route, as a user and as an unknown caller.
    async fn request_all_routes(&mut self) {
        let unknown = self.client.another();
        unknown.set_session_cookie(MARK);
        self.link().await;
        for (method, path) in routes() {
            for client in [self.client.clone(), unknown.clone()] {
                for event in events(method, path) {
                    let response = client.request(event).try_send().await;
                    self.collect_secrets(response.ok());
                }
            }
        }
    }

    /// Links another device to the user; returns the status of the last response.
    async fn link(&mut self) -> Option<u16> {
        let generated = self
            .client
            .post(paths::GENERATE_CODE)
            .try_send()
            .await
            .ok()?;
        let body: Value = serde_json::from_slice(&generated.body).unwrap_or_default();
        let code = body.get("display_code");
        let body = json!({"code": code, "device_name": MARK, "device_type": "tablet"});
        let guest = self.client.another();
        let accepted = guest.post(paths::ACCEPT_CODE).json(&body).try_send().await;
        let accepted = accepted.ok();
        let status = accepted.as_ref().map(|response| response.status.as_u16());
        self.collect_secrets(Some(generated));
        self.collect_secrets(accepted);
        status
    }

    /// Collects the cookie and the code of a response.
    fn collect_secrets(&mut self, response: Option<Response>) {
        let Some(response) = response else { return };
        if let Some(cookie) = response.cookie(SESSION_COOKIE) {
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

    async fn expect_private_logs(&self) {
        for function in self.functions.values() {
            expect_private_log(function, &self.secrets).await;
        }
    }
}

async fn start(name: &str, database_url: &str) -> Function {
    Function::builder(name)
        .env("DATABASE_URL", database_url)
        // The debug routes exist in development only.
        .env("VERSE_ENV", "development")
        // The function `cleanup` starts no job with less than ten seconds left.
        .deadline(Duration::from_secs(30))
        .start()
        .await
}

/// Ends the function, and reads every line of its log.
async fn expect_private_log(function: &Function, secrets: &BTreeSet<String>) {
    function.terminate().await;
    let (name, lines) = (function.name(), function.log().lines());
    assert!(!lines.is_empty(), "{name} wrote no log");
    for line in lines {
        let lower = line.to_lowercase();
        let found = secrets.iter().any(|secret| lower.contains(secret.as_str()));
        assert!(!found, "{name} logged a secret: {line}");
    }
}

/// Every route; those that delete what the others read come last.
fn routes() -> Vec<(&'static str, &'static str)> {
    let mut routes = Vec::new();
    for api in openapi::functions() {
        let table = api.routes.table();
        routes.extend(table.iter().map(|route| (route.method, route.path)));
    }
    routes.sort_by_key(|(method, path)| (*method == "DELETE", *path == paths::USER_DATA));
    routes
}

/// The requests to one route.
fn events(method: &str, path: &str) -> Vec<Event> {
    let event = |id: &str| {
        let parts = path.split('/');
        let parts = parts.map(|part| if part.starts_with('{') { id } else { part });
        Event::new(method, &parts.collect::<Vec<_>>().join("/"))
    };
    let with_query = |event: Event| {
        event
            .query("book", "John")
            .query("chapter", 3)
            .query("verse_start", 16)
            .query("save", true)
            .query("q", format!("John 3:16 {MARK}"))
    };
    let invalid_query = ["book", "chapter", "limit", "before"];
    let invalid_query = invalid_query
        .iter()
        .fold(event("1"), |event, name| event.query(name, MARK));
    let cookies = format!("{SESSION_COOKIE}={MARK}; other={MARK}");
    let mut events = vec![
        with_query(event("1")),
        with_query(event(MARK)),
        invalid_query,
        event("1").header("cookie", &cookies),
    ];
    if method == "POST" {
        let wrong_types =
            json!({"data": MARK, "code": 7, "message": [MARK], "passage_text": {MARK: MARK}});
        for body in [marked_body(), wrong_types, json!({MARK: MARK})] {
            events.push(event("1").json(&body));
        }
        let malformed = format!("{{\"{MARK}\": {MARK}").into_bytes();
        for (content_type, body) in [
            ("application/json", malformed),
            ("text/plain", MARK.into()),
            ("application/json", vec![b'"', 0xff, b'"']),
        ] {
            let event = event("1").header("content-type", content_type);
            events.push(event.body(body));
        }
    }
    events
}

/// Every field of every route; a route ignores unknown fields.
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
async fn no_secret_is_logged_on_success() {
    for event_format in [EventFormat::RestV1, EventFormat::HttpV2] {
        let database = Database::fresh().await;
        let mut site = Site::start(&database).await;
        site.client = site.client.clone().in_format(event_format);
        site.insert_user(&database).await;
        let import = site.client.post(paths::IMPORT).json(&marked_body());
        let imported = import.await.expect_status(200);
        site.collect_secrets(Some(imported));
        assert_eq!(site.link().await, Some(200));
        site.request_all_routes().await;
        site.expect_private_logs().await;
    }
}

#[tokio::test]
async fn no_secret_is_logged_when_the_database_refuses() {
    let database = Database::fresh().await;
    let mut site = Site::start(&database).await;
    site.insert_user(&database).await;
    for refuse in [REFUSE_ROWS, REFUSE_USERS, HIDE_TABLES] {
        database.run_script(refuse).await;
        site.request_all_routes().await;
    }
    site.expect_private_logs().await;
}

#[tokio::test]
async fn no_secret_is_logged_when_connections_are_cut() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let mut site = Site::start(&proxy).await;
    site.insert_user(&database).await;
    for (method, path) in routes() {
        for event in events(method, path).into_iter().take(5) {
            proxy.drop_next_response();
            let response = site.client.request(event).try_send().await;
            site.collect_secrets(response.ok());
        }
    }
    site.expect_private_logs().await;
}

#[tokio::test]
async fn no_secret_is_logged_when_the_settings_are_wrong() {
    let secrets = BTreeSet::from([MARK.to_lowercase()]);
    for url in [
        format!("mysql://{MARK}:{MARK}@127.0.0.1/{MARK}"),
        format!("postgres://{MARK}:{MARK}@127.0.0.1:1/{MARK}"),
        MARK.to_owned(),
    ] {
        for name in ["user", "migrate", "cleanup"] {
            let function = start(name, &url).await;
            if name == "user" {
                let refused = Client::new(&function).get(paths::SESSION).await;
                refused.expect_status(503);
            } else {
                // Time for one job of `cleanup`: each waits for a connection.
                let deadline = Duration::from_secs(12);
                let event = json!({"subscription": {"list": {}}});
                drop(function.invoke_within(&event, deadline).await);
            }
            expect_private_log(&function, &secrets).await;
        }
    }
}

#[tokio::test]
async fn no_secret_is_logged_by_a_job() {
    let database = Database::fresh().await;
    let client = Client::new(&Function::start("user", &database).await);
    let session = client.get(paths::SESSION).await.expect_status(200);
    let id = session.json()["anonymous_id"].as_str().unwrap().to_owned();
    insert_marked_rows(&database).await;
    let jobs = [
        start("migrate", &database.url()).await,
        start("cleanup", &database.url()).await,
    ];
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
                // Some of these fail: only their logs matter.
                drop(job.run(&event).await);
            }
        }
    }
    let secrets = BTreeSet::from([MARK.to_lowercase(), id]);
    for job in &jobs {
        expect_private_log(job, &secrets).await;
    }
}
