//! The metrics of a request, in its log line.

use serde_json::{Value, json};
use verse_tests::{Client, Database, Function, paths};

#[tokio::test]
async fn a_request_is_counted_in_its_log_line() {
    let database = Database::fresh().await;
    let builder = Function::with_database("user", &database);
    let function = builder.env("METRICS_NAMESPACE", "Verse/test").start().await;
    let client = Client::new(&function);
    client.get(paths::SESSION).await.expect_status(200);
    client.get("/api/user/none").await.expect_status(404);
    let hide = "ALTER SCHEMA public RENAME TO hidden; CREATE SCHEMA public";
    database.run_script(hide).await;
    client.get(paths::SESSION).await.expect_status(500);
    function.terminate().await;
    let lines = function.log().records();
    let members = lines.iter().map(|line| {
        let members = ["Function", "Route", "Requests", "Errors", "ColdStarts"];
        members.map(|name| line[name].clone())
    });
    assert_eq!(
        json!(members.collect::<Vec<_>>()),
        json!([
            ["user", paths::SESSION, 1, 0, 1],
            ["user", "unmatched", 1, 0, 0],
            ["user", paths::SESSION, 1, 1, 0],
        ])
    );
    for line in &lines {
        assert_eq!(line["message"], "request");
        assert_eq!(line["Duration"], line["duration_ms"]);
        let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
        for directive in directives {
            assert_eq!(directive["Namespace"], "Verse/test");
            let dimensions = directive["Dimensions"][0].as_array().unwrap();
            let metrics = directive["Metrics"].as_array().unwrap();
            let metrics = metrics.iter().map(|metric| &metric["Name"]);
            for name in dimensions.iter().chain(metrics) {
                let member = line.get(name.as_str().unwrap());
                assert!(member.is_some(), "{name} is not in the line");
            }
        }
        let dimensions: Vec<&Value> = directives.iter().map(|one| &one["Dimensions"]).collect();
        assert_eq!(
            dimensions,
            [&json!([["Function"]]), &json!([["Function", "Route"]])]
        );
    }
}
