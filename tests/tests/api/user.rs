//! `/api/user`: the session, export and import, clearing, devices and linking.

mod data;
mod devices;
mod export;
mod first_requests;
mod import;
mod link;
mod sample_rows;
mod session;

use serde_json::{Value, json};
use verse_tests::{Client, Database, DatabaseUrl, Function, Response, SESSION_COOKIE, paths};

use crate::session;

const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36";

/// The function `user`.
async fn user(database: &impl DatabaseUrl) -> Function {
    let builder = Function::with_database("user", database);
    builder.processes(4).start().await
}

/// A fresh database, and a client of the function `user` on it.
async fn user_site() -> (Database, Client) {
    let database = Database::fresh().await;
    let client = Client::new(&user(&database).await);
    (database, client)
}

/// A client on the same site that is a user, and the id of that user.
async fn known_client(database: &Database, client: &Client) -> (Client, i64) {
    let client = client.another();
    session(&client).await;
    (client, database.value("SELECT max(id) FROM users").await)
}

/// A client of the functions `user` and `device-link`.
async fn link_site(database: &impl DatabaseUrl) -> Client {
    let link = Function::with_database("device-link", database).processes(4);
    let (user, link) = tokio::join!(user(database), link.start());
    let routes = [
        ("/", &user),
        ("/api/user/link", &link),
        (paths::DEVICES, &link),
    ];
    Client::with_routes(routes)
}

async fn generate_code(client: &Client) -> String {
    let code = client.post(paths::GENERATE_CODE).await.expect_status(200);
    code.json()["display_code"].as_str().unwrap().to_owned()
}

async fn accept_code(client: &Client, code: &str) -> Response {
    let body = json!({"code": code});
    client.post(paths::ACCEPT_CODE).json(&body).await
}

async fn devices(client: &Client) -> Vec<Value> {
    client.get(paths::DEVICES).await.expect_status(200).parse()
}

/// The path of the client's own device.
async fn own_device(client: &Client) -> String {
    let devices = devices(client).await;
    let own = devices.iter().find(|device| device["is_current"] == true);
    paths::device(&own.unwrap()["id"])
}

/// The token in the client's session cookie.
fn token(client: &Client) -> String {
    let cookies = client.cookies();
    cookies.value(SESSION_COOKIE).expect("a cookie").to_owned()
}
