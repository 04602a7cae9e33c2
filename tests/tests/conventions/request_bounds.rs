//! Every bound of a request field in `openapi.json` is the bound of the running function: a value at the bound is accepted,
//! one beyond it is refused with the field's name. The test reads the fields from the document, so that it covers new ones.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use verse_tests::{
    Client, Database, Event, Function, ProviderFormat, Request, ScriptedProvider, TestUser, figure,
    openapi, paths,
};

use super::routes::OPENAPI;

/// The keywords that this test checks.
const BOUNDS: [&str; 4] = ["minLength", "maxLength", "minimum", "maximum"];

/// The keywords that are no bounds.
const OTHERS: [&str; 12] = [
    "$ref",
    "default",
    "description",
    "example",
    "format",
    "items",
    "name",
    "oneOf",
    "pattern",
    "properties",
    "required",
    "type",
];

/// A schema, with its reference resolved.
fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Map<String, Value> {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')),
        None => Some(schema),
    };
    schema.and_then(Value::as_object).expect("a schema")
}

fn properties(schema: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten()
}

/// A valid value; objects have all fields and lists have one item.
fn valid(document: &Value, schema: &Value) -> Value {
    let schema = resolve(document, schema);
    if let Some(example) = schema.get("example") {
        return example.clone();
    }
    if let Some(choices) = schema.get("enum") {
        return choices[0].clone();
    }
    if let Some(schemas) = schema.get("oneOf") {
        return valid(document, &schemas[0]);
    }
    let kind = &schema["type"];
    let kind = kind.as_str().or_else(|| kind[0].as_str());
    match (kind, schema.get("format").and_then(Value::as_str)) {
        (Some("object"), _) => {
            let fields =
                properties(schema).map(|(name, field)| (name.clone(), valid(document, field)));
            Value::Object(fields.collect())
        }
        (Some("array"), _) => json!([valid(document, &schema["items"])]),
        (Some("string"), Some("date-time")) => "2026-01-01T00:00:00Z".into(),
        (Some("string"), Some("uuid")) => "00000000-0000-4000-8000-000000000000".into(),
        (Some("string"), _) => "text".into(),
        (Some("integer"), _) => 1.into(),
        (Some("boolean"), _) => false.into(),
        _ => panic!("no valid value is known for {schema:?}"),
    }
}

/// A value at a bound or beyond it, at this JSON pointer.
struct Case {
    pointer: String,
    value: Value,
    is_accepted: bool,
}

/// The cases of all fields of a schema that stands at this JSON pointer.
fn cases(document: &Value, schema: &Value, pointer: &str, found: &mut Vec<Case>) {
    let schema = resolve(document, schema);
    let mut add = |value, is_accepted| {
        found.push(Case {
            pointer: pointer.to_owned(),
            value,
            is_accepted,
        });
    };
    for (keyword, bound) in schema {
        if keyword == "enum" {
            for choice in bound.as_array().expect("choices") {
                add(choice.clone(), true);
            }
            add("other".into(), false);
            continue;
        }
        if !BOUNDS.contains(&keyword.as_str()) {
            let is_known = OTHERS.contains(&keyword.as_str());
            assert!(is_known, "{pointer}: this test does not know {keyword}");
            continue;
        }
        let bound = bound.as_i64().expect("a whole number");
        let beyond = bound + if keyword.starts_with("min") { -1 } else { 1 };
        for (number, is_accepted) in [(bound, true), (beyond, false)] {
            let value = if keyword.ends_with("Length") {
                // Characters are counted, not bytes.
                "é".repeat(usize::try_from(number).unwrap()).into()
            } else {
                number.into()
            };
            add(value, is_accepted);
        }
    }
    for (name, field) in properties(schema) {
        cases(document, field, &format!("{pointer}/{name}"), found);
    }
    if let Some(items) = schema.get("items") {
        cases(document, items, &format!("{pointer}/0"), found);
    }
}

/// The parameters of an operation in the query, as the schema of an object.
fn query_schema(operation: &Value) -> Value {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let parameters = parameters.filter(|parameter| parameter["in"] == "query");
    let fields = parameters.map(|parameter| {
        let name = parameter["name"].as_str().unwrap().to_owned();
        let mut schema = parameter["schema"].clone();
        // Numbers have no example here: at its bound, one would be less than the example of another.
        let example = parameter["example"].as_str();
        if let Some((example, schema)) = example.zip(schema.as_object_mut()) {
            schema.insert("example".to_owned(), example.into());
        }
        (name, schema)
    });
    json!({"type": "object", "properties": fields.collect::<Map<_, _>>()})
}

fn with_query(client: &Client, event: Event, query: &Value) -> Request {
    let parameters = query.as_object().unwrap().iter();
    let event = parameters.fold(event, |event, (name, value)| match value.as_str() {
        Some(text) => event.query(name, text),
        None => event.query(name, value),
    });
    client.request(event)
}

/// Sends a case, and checks the response.
async fn check(case: &Case, path: &str, request: Request) {
    let Case {
        pointer,
        value,
        is_accepted,
    } = case;
    let what = format!("{path}: {pointer}: {value:.40}");
    let response = request.await;
    assert!(!response.status.is_server_error(), "{what}: {response:?}");
    // An import refuses a field with 400, and names its place in the file.
    let is_import = path == paths::IMPORT;
    let refused = if is_import { 400 } else { 422 };
    if *is_accepted {
        // A text of this length is accepted, but it may name nothing: a translation, a part of the canon.
        if value.is_string() && response.status == 422 {
            let problem = response.problem();
            let is_its_length = problem.detail.contains("character");
            assert!(!is_its_length, "{what}: {}", problem.detail);
            assert_eq!(problem.pointers(), [pointer], "{what}");
            return;
        }
        assert_ne!(response.status, refused, "{what}: {}", response.text());
        return;
    }
    let problem = response.expect_status(refused).problem();
    if is_import {
        let place = pointer.trim_start_matches("/data/").replace("/0/", "[0].");
        assert!(
            problem.detail.starts_with(&place),
            "{what}: {}",
            problem.detail
        );
    } else {
        assert_eq!(problem.pointers(), [pointer], "{what}");
    }
}

#[tokio::test]
async fn every_bound_in_openapi_json_is_that_of_the_function() {
    let document: Value = serde_json::from_str(OPENAPI).unwrap();
    let (database, provider) = (Database::fresh().await, ScriptedProvider::start().await);
    let user = TestUser::create(&database).await;
    let mut checked = BTreeMap::new();
    for api in openapi::functions() {
        let many = [
            "DAILY_LIMIT",
            "GENERATE_PER_MINUTE",
            "CHAT_PER_MINUTE",
            "ADDRESS_PER_MINUTE",
            "STORE_PER_MINUTE",
            "WRONG_CODES",
            "WRONG_CODES_PER_ADDRESS",
        ];
        let function = Function::with_database(api.name, &database)
            .with_provider(&provider, ProviderFormat::Anthropic)
            .env("VERSE_ENV", "development")
            .envs(many.map(|name| (name, "10000")));
        let client = user.client(&function.start().await);
        for route in api.routes.table() {
            let method = route.method.to_lowercase();
            let operation = &document["paths"][route.path][&method];
            let event = || Event::new(route.method, route.path);
            let mut found = Vec::new();
            let query = query_schema(operation);
            cases(&document, &query, "", &mut found);
            let in_query = found.len();
            let body = operation.pointer("/requestBody/content/application~1json/schema");
            if let Some(schema) = body {
                cases(&document, schema, "", &mut found);
            }
            for (n, case) in found.iter().enumerate() {
                let schema = if n < in_query { &query } else { body.unwrap() };
                let mut value = valid(&document, schema);
                *value.pointer_mut(&case.pointer).unwrap() = case.value.clone();
                let request = if n < in_query {
                    with_query(&client, event(), &value)
                } else {
                    client.request(event().json(&value))
                };
                check(case, route.path, request).await;
                *checked.entry(route.path).or_insert(0) += 1;
            }
        }
    }
    let bounds = checked.values().sum::<i32>() / 2;
    figure!("{bounds} bounds of request fields in openapi.json are those of the functions");
    assert!(bounds >= 60, "{checked:?}");
}
