//! The tables of routes, the local routes and `openapi.json` list the same.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use verse_tests::openapi;

const OPENAPI: &str = include_str!("../../openapi.json");
const MANIFEST: &str = include_str!("../../Cargo.toml");

/// Method and path of every line of every table.
fn routes() -> BTreeSet<(String, String)> {
    let functions = openapi::functions();
    let lines = functions
        .iter()
        .flat_map(|function| function.routes.table());
    lines
        .map(|route| (route.method.to_owned(), route.path.to_owned()))
        .collect()
}

#[test]
fn openapi_json_is_what_the_handlers_say() {
    assert!(
        OPENAPI == openapi::text(),
        "openapi.json is out of date: cargo run -q -p verse-tests --bin openapi > openapi.json"
    );
}

#[test]
fn openapi_json_lists_the_routes_and_no_others() {
    let document: Value = serde_json::from_str(OPENAPI).unwrap();
    let mut listed = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            listed.insert((method.to_uppercase(), path.clone()));
        }
    }
    assert_eq!(listed, routes());
    println!(
        "{} routes in tables, local routes and openapi.json",
        listed.len()
    );
}

#[test]
fn the_local_routes_are_the_routes_and_one_for_all_other_paths() {
    let manifest: toml::Table = MANIFEST.parse().unwrap();
    let watch = &manifest["workspace"]["metadata"]["lambda"]["watch"];
    let mut local = BTreeMap::new();
    for route in watch["router"].as_array().unwrap() {
        assert!(
            route.get("methods").is_none(),
            "a wrong method must reach the function: {route:?}"
        );
        let path = route["path"].as_str().unwrap().to_owned();
        let function = route["function"].as_str().unwrap().to_owned();
        assert!(local.insert(path, function).is_none(), "twice: {route:?}");
    }
    assert_eq!(local.remove("/{*rest}").as_deref(), Some("bible"));

    let mut tables = BTreeMap::new();
    for function in openapi::functions() {
        for route in function.routes.table() {
            tables.insert(route.path.to_owned(), function.name.to_owned());
        }
    }
    assert_eq!(local, tables);
}
