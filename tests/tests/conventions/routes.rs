//! The functions' tables of routes, the local routes in `Cargo.toml`, and `openapi.json` list the same routes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use verse_tests::openapi;

pub(super) const OPENAPI: &str = include_str!("../../../openapi.json");
const MANIFEST: &str = include_str!("../../../Cargo.toml");

#[test]
fn openapi_json_matches_the_handlers() {
    assert!(
        OPENAPI == openapi::text(),
        "openapi.json is out of date: cargo run -q -p verse-tests --bin openapi > openapi.json"
    );
}

#[test]
fn openapi_json_lists_the_routes_and_no_others() {
    let mut routes = BTreeSet::new();
    for function in openapi::functions() {
        for route in function.routes.table() {
            routes.insert((route.method.to_owned(), route.path.to_owned()));
        }
    }
    let document: Value = serde_json::from_str(OPENAPI).unwrap();
    let mut listed = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            listed.insert((method.to_uppercase(), path.clone()));
        }
    }
    assert_eq!(listed, routes);
}

#[test]
fn two_functions_have_no_different_schemas_of_one_name() {
    let mut known: BTreeMap<String, (&str, Value)> = BTreeMap::new();
    for function in openapi::functions() {
        let components = function.document.components.unwrap_or_default();
        for (name, schema) in components.schemas {
            let schema = serde_json::to_value(schema).unwrap();
            if let Some((other, first)) = known.get(&name) {
                assert_eq!(schema, *first, "{name} of {other} and {}", function.name);
            }
            known.insert(name, (function.name, schema));
        }
    }
    assert!(known.len() > 40, "{}", known.len());
}

#[test]
fn the_local_routes_are_the_routes_and_a_fallback() {
    let manifest: toml::Table = MANIFEST.parse().unwrap();
    let watch = &manifest["workspace"]["metadata"]["lambda"]["watch"];
    let mut local = BTreeMap::new();
    for route in watch["router"].as_array().unwrap() {
        // A wrong method must reach the function.
        assert!(route.get("methods").is_none(), "{route:?}");
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
