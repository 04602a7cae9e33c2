//! Rehearsal of the database login on AWS: the password is in a secret, TLS is verified, passwords are rotated.

use std::time::Duration;

use futures_util::future::join_all;
use verse_data::{Database, DatabaseConfig};
use verse_platform::{Clock, Environment};
use verse_tests::{
    BackgroundLoad, CertificateAuthority, Client, Proxy, RdsDatabase, eventually, figure, paths,
};

#[tokio::test]
async fn a_function_logs_in_with_its_secret_over_verified_tls() {
    let site = RdsDatabase::start().await;
    let function = site.function("user").start().await;
    let client = Client::new(&function);
    client.get(paths::SESSION).await.expect_status(200);
    client.get(paths::READY).await.expect_status(200);
    let parameters = site.proxy.start_up_parameters();
    figure!(
        "start-up parameters: {parameters:?}; readings of the secret: {}",
        site.store.reads()
    );
    // The parameter `options` would pin a session of RDS Proxy.
    assert!(!parameters.contains("options"));
    assert_eq!(site.store.reads(), 1);
    assert_eq!(site.proxy.counts().connections, 1);
    function.terminate().await;
    function.log().expect_without(site.password());
}

#[tokio::test]
async fn a_server_without_a_valid_certificate_gets_no_login() {
    let site = RdsDatabase::start().await;
    let url = site.server.url();
    let unknown = CertificateAuthority::new();
    for (what, proxy) in [
        (
            "a certificate of an unknown authority",
            Proxy::with_tls(&url, unknown.acceptor("localhost")).await,
        ),
        (
            "a certificate for another name",
            Proxy::with_tls(&url, site.authority().acceptor("example.org")).await,
        ),
        ("no TLS", Proxy::to(&url).await),
    ] {
        let function = site
            .function("user")
            .env("DB_PORT", proxy.port().to_string())
            .start()
            .await;
        let refused = Client::new(&function)
            .get(paths::READY)
            .await
            .expect_status(503);
        figure!(
            "{what}: 503 after {:?}; start-up messages in the clear: {}",
            refused.duration,
            proxy.counts().connections
        );
        assert_eq!(proxy.counts().connections, 0, "{what}");
        assert!(proxy.start_up_parameters().is_empty(), "{what}");
        function.terminate().await;
        function.log().expect_without(site.password());
        function.log().expect_without("verse_app");
    }
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_is_a_503() {
    let site = RdsDatabase::start().await;
    let function = site
        .function("user")
        .env("DB_SECRET_ARN", "verse/nothing-of-this-name")
        .start()
        .await;
    let refused = Client::new(&function)
        .get(paths::READY)
        .await
        .expect_status(503);
    assert!(refused.duration < Duration::from_secs(4));
    let line = function
        .log()
        .wait_for_record(|line| line["status"] == 503)
        .await;
    let cause = line["cause"].as_str().unwrap_or_default();
    let expected = "Secrets Manager did not return the secret";
    assert!(cause.contains(expected), "{cause}");
}

/// Ends all sessions while requests are in flight, and waits for responses over new sessions.
async fn end_sessions(site: &RdsDatabase, load: &BackgroundLoad, when: &str) {
    let (in_flight, ended) = (
        load.wait_for_request().await,
        site.terminate_sessions().await,
    );
    load.wait_for_responses(20).await;
    figure!("{when}: in flight {in_flight}, sessions ended {ended}");
}

#[tokio::test]
async fn a_password_is_rotated_under_load_and_no_request_fails() {
    let mut site = RdsDatabase::start().await;
    let processes = 3;
    let function = site.function("user").processes(processes).start().await;
    let load = BackgroundLoad::start(&Client::new(&function), processes);
    load.wait_for_responses(20).await;
    let mut passwords = vec![site.password().to_owned()];
    let at_first = site.store.reads();
    for rotation in 1..=2 {
        let pending = site.begin_rotation().await;
        passwords.push(site.password().to_owned());
        // The new password is valid in the database, and only pending in the secret.
        end_sessions(&site, &load, &format!("rotation {rotation}, while pending")).await;
        site.end_rotation(pending).await;
        end_sessions(&site, &load, &format!("rotation {rotation}, when current")).await;
    }
    let tally = load.stop().await;
    let (lost, reads) = (
        tally.missing_users(site.admin()).await,
        site.store.reads() - at_first,
    );
    figure!(
        "rotations 2, processes {processes}: {tally}, lost {lost}; readings of the secret {reads}"
    );
    assert_eq!((tally.failed.as_slice(), lost), ([].as_slice(), 0));
    // In each rotation each process reads the current version, which is still the old one, and the pending one.
    let most = 2 * 2 * u64::try_from(processes).unwrap();
    assert!((1..=most).contains(&reads), "{reads} of {most}");
    function.terminate().await;
    for password in passwords {
        function.log().expect_without(&password);
    }
}

#[tokio::test]
async fn a_secret_without_a_valid_version_is_read_four_times_only() {
    let mut site = RdsDatabase::start().await;
    let function = site.function("user").start().await;
    let client = Client::new(&function);
    client.get(paths::READY).await.expect_status(200);
    let at_first = site.store.reads();
    site.begin_rotation().await;
    site.execute("ALTER ROLE verse_app PASSWORD 'a third one'")
        .await;
    site.terminate_sessions().await;
    client.get(paths::READY).await.expect_status(503);
    let reads = site.store.reads() - at_first;
    figure!("both versions refused: readings of the secret {reads}");
    // The current version and the pending one; then both again, and neither is new.
    assert_eq!(reads, 4);
    let password = site.password().to_owned();
    site.execute(format!("ALTER ROLE verse_app PASSWORD '{password}'"))
        .await;
    eventually("the secret is read again", async || {
        (client.get(paths::READY).await.status == 200).then_some(())
    })
    .await;
}

async fn burst(database: &Database) {
    for answer in join_all((0..40).map(|_| database.ping())).await {
        answer.unwrap();
    }
}

#[tokio::test]
async fn a_burst_reads_the_secret_once() {
    let mut site = RdsDatabase::start().await;
    let settings = [
        ("AWS_ENDPOINT_URL", site.store.url()),
        ("DB_SECRET_ARN", site.secret.arn().to_owned()),
        ("DB_HOST", "localhost".to_owned()),
        ("DB_PORT", site.proxy.port().to_string()),
        ("DB_CA_FILE", site.authority().file()),
        ("DATABASE_MAX_CONNECTIONS", "8".to_owned()),
    ];
    let environment = Environment::of(settings);
    let mut config = DatabaseConfig::from_environment(&environment, &Clock::system()).unwrap();
    // Eight simultaneous handshakes take long on a busy machine.
    config.acquire_timeout = Duration::from_secs(30);
    config.statement_timeout = Duration::from_secs(30);
    let database = Database::connect_lazy(&config);
    burst(&database).await;
    assert_eq!(site.store.reads(), 1, "at the start");
    let pending = site.begin_rotation().await;
    site.end_rotation(pending).await;
    site.terminate_sessions().await;
    burst(&database).await;
    let reads = site.store.reads();
    figure!(
        "bursts of 40 on 8 connections, before and after a rotation: readings of the secret {reads}"
    );
    assert_eq!(reads, 2, "once more after the rotation");
}

#[tokio::test]
async fn a_role_logs_in_with_a_token() {
    let site = RdsDatabase::start().await;
    // Postgres accepts no token. The test shows that a login with one is tried.
    let function = site
        .function("user")
        .env("DB_SECRET_ARN", "")
        .env("DB_AUTH", "iam")
        .env("DB_USER", "verse_app")
        .start()
        .await;
    Client::new(&function)
        .get(paths::READY)
        .await
        .expect_status(503);
    assert_eq!(site.store.reads(), 0);
    assert!(site.proxy.counts().connections > 0);
    function.terminate().await;
    function.log().expect_without("X-Amz-Signature");
}
