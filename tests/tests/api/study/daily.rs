//! `/api/daily`.

use serde_json::{Value, json};
use verse_tests::{Client, Response, paths};

use super::study;

async fn daily(study: &Client, date: &str) -> Response {
    study.get(paths::DAILY).query("date", date).await
}

async fn verse(study: &Client, date: &str) -> Value {
    daily(study, date).await.expect_status(200).json()["verse"].clone()
}

/// Contract: study: "the verse of a day depends on the date alone"
#[tokio::test]
async fn a_date_has_its_verse() {
    let study = study().await;
    let christmas = daily(&study, "2026-12-25").await.expect_status(200);
    assert!(
        christmas
            .header("cache-control")
            .unwrap()
            .contains("max-age=86400")
    );
    let christmas = christmas.json();
    assert_eq!(christmas["date"], "2026-12-25");
    let expected = json!({
        "reference": "Luke 2:11", "osis": "Luke.2.11", "book": "Luke", "chapter": 2, "verse": 11,
        "text": "For there is born to you today, in David’s city, a Savior, who is Christ the Lord.",
    });
    assert_eq!(christmas["verse"], expected);
    assert_eq!(verse(&study, "1999-12-25").await, expected);
    assert_ne!(verse(&study, "2026-12-26").await, expected);
    let leap = verse(&study, "2028-02-29").await;
    assert_ne!(leap, verse(&study, "2028-02-28").await);
    assert_ne!(leap, verse(&study, "2028-03-01").await);
    let spanish = study.get(paths::DAILY).query("date", "2026-12-25");
    let spanish = spanish
        .query("translation", "SRV")
        .await
        .expect_status(200)
        .json();
    assert!(
        spanish["verse"]["text"]
            .as_str()
            .unwrap()
            .contains("Salvador")
    );
}

/// Contract: study: "without a date the verse is today's, cacheable until the day ends"
#[tokio::test]
async fn without_a_date_it_is_todays_until_midnight() {
    let study = study().await;
    let today = study.get(paths::DAILY).await.expect_status(200);
    let caching = today.header("cache-control").unwrap();
    let seconds = caching.strip_prefix("public, max-age=").unwrap();
    assert!(seconds.parse::<u32>().unwrap() <= 86_400, "{caching}");
    let date = today.json()["date"].as_str().unwrap().to_owned();
    assert_eq!(today.json()["verse"], verse(&study, &date).await);
    let tag = today.header("etag").unwrap();
    let again = study.get(paths::DAILY).header("if-none-match", tag).await;
    let fresh = again.status == 304 || again.json()["date"] != date.as_str();
    assert!(fresh, "{again:?}");
}

/// Contract: study: "a date that does not exist is a 422"
#[tokio::test]
async fn a_date_that_does_not_exist_is_refused() {
    let study = study().await;
    for date in [
        "",
        "2026-02-29",
        "2026-13-01",
        "2026-04-31",
        "2026-1-1",
        "26-01-01",
        "tomorrow",
        "2026-12-2",
        "2026-12-25T",
        "٢٠٢٦-12-25",
        "\0",
        "-026-01-01",
        "2026-12-25 ",
    ] {
        let problem = daily(&study, date).await.expect_status(422).problem();
        assert_eq!(problem.pointers(), ["/date"], "{date:?}");
    }
    let request = study.get(paths::DAILY).query("translation", "NIV");
    request.await.expect_status(404);
}
