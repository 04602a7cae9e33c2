//! `/api/user/link`: `POST generate`, `POST accept`, `DELETE codes`

mod accept;
mod codes;
mod merge_races;

use verse_tests::{Client, Database, Function, Proxy, paths};

use super::{accept_code, devices, generate_code, link_site, own_device, token};

/// A well-formed code that was never generated.
const WRONG_CODE: &str = "7KQM-3XWP-9RTA";

/// A fresh database, and a client on it.
pub(super) async fn site() -> (Database, Client) {
    let database = Database::fresh().await;
    let client = link_site(&database).await;
    (database, client)
}

#[tokio::test]
async fn each_route_has_its_number_of_round_trips() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let host = Client::new(&Function::start("device-link", &proxy).await);
    // Prepares each statement.
    for _ in 0..2 {
        let guest = host.another();
        let code = generate_code(&host).await;
        accept_code(&guest, &code).await.expect_status(200);
        accept_code(&guest, WRONG_CODE).await.expect_status(400);
        host.delete(paths::LINK_CODES).await.expect_status(200);
        let device = own_device(&guest).await;
        guest.delete(&device).await.expect_status(200);
    }
    let expect_round_trips = |name: &str, expected: u64| {
        let counts = proxy.counts();
        let counted = (counts.statements, counts.round_trips);
        assert_eq!(counted, (expected, expected), "{name}");
        proxy.reset();
    };
    proxy.reset();
    let code = generate_code(&host).await;
    expect_round_trips("generate", 1);
    accept_code(&host, &code).await.expect_status(400);
    expect_round_trips("accept, refused", 1);
    let guest = host.another();
    generate_code(&guest).await;
    proxy.reset();
    accept_code(&guest, &code).await.expect_status(200);
    expect_round_trips("accept", 13);
    accept_code(&guest, &code).await.expect_status(200);
    expect_round_trips("accept again", 1);
    let devices = devices(&guest).await;
    expect_round_trips("devices", 1);
    host.delete(paths::LINK_CODES).await.expect_status(200);
    expect_round_trips("revoke", 1);
    let device = paths::device(&devices[0]["id"]);
    host.delete(&device).await.expect_status(200);
    expect_round_trips("unlink", 4);
    let unknown = host.another();
    unknown.get(paths::DEVICES).await.expect_status(200);
    unknown.delete(paths::LINK_CODES).await.expect_status(200);
    unknown.delete(&paths::device(1)).await.expect_status(404);
    expect_round_trips("without a cookie", 0);
}

#[tokio::test]
async fn neither_cookie_nor_code_is_in_the_log() {
    let database = Database::fresh().await;
    let link = Function::start("device-link", &database).await;
    let host = Client::new(&link).from_address("203.0.113.7");
    let guest = host.another();
    let code = generate_code(&host).await;
    accept_code(&guest, WRONG_CODE).await.expect_status(400);
    accept_code(&guest, &code).await.expect_status(200);
    accept_code(&host, &code).await.expect_status(400);
    link.terminate().await;
    let cookies = [token(&host), token(&guest)];
    let codes = [code.replace('-', ""), code, "7KQM".to_owned()];
    for secret in cookies.iter().chain(&codes) {
        link.log().expect_without(secret);
    }
    link.log().expect_without("203.0.113.7");
}
