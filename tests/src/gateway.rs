//! API Gateway's handling of a function's response: it becomes the HTTP response of a browser.
//!
//! Formats: "Output format of a Lambda function for proxy integration" (1.0), "Lambda function
//! response for format 2.0", and for streams the prelude of
//! `application/vnd.awslambda.http-integration-response`.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::SET_COOKIE};
use serde_json::{Map, Value};

use crate::{
    event_format::EventFormat,
    invocation_response::{Chunk, Failure, InvocationResponse, Mode},
};

/// Between the prelude of a stream and its body.
const DELIMITER: [u8; 8] = [0; 8];
/// The maximum size of the prelude.
const PRELUDE_LIMIT: usize = 16 * 1024;
const INTEGRATION_RESPONSE: &str = "application/vnd.awslambda.http-integration-response";

/// The head of an HTTP response.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub status: StatusCode,
    pub headers: HeaderMap,
}

/// Reads the head of a response, and the part of the body that came with it.
pub(crate) async fn open(
    response: &mut InvocationResponse,
    format: EventFormat,
) -> Result<(Head, Chunk), Failure> {
    match response.mode {
        Mode::Buffered => {
            let bytes = response.collect().await?;
            let (head, body) = buffered(&bytes, format)?;
            let body = Chunk {
                index: 0,
                at: std::time::Instant::now(),
                bytes: body,
            };
            Ok((head, body))
        }
        Mode::Streaming if response.content_type == INTEGRATION_RESPONSE => prelude(response).await,
        Mode::Streaming => {
            let kind = &response.content_type;
            Err(malformed(format!(
                "a stream of {kind}, not of {INTEGRATION_RESPONSE}"
            )))
        }
    }
}

fn buffered(bytes: &[u8], format: EventFormat) -> Result<(Head, Bytes), Failure> {
    let object = object(bytes)?;
    let head = head(&object, format.is_v1(), !format.is_v1())?;
    let body = match object.get("body") {
        None | Some(Value::Null) => Bytes::new(),
        Some(Value::String(body)) if object.get("isBase64Encoded") == Some(&Value::Bool(true)) => {
            BASE64
                .decode(body)
                .map_err(|error| malformed(format!("its body: {error}")))?
                .into()
        }
        Some(Value::String(body)) => body.clone().into(),
        Some(other) => return Err(malformed(format!("a body that is not a string: {other}"))),
    };
    Ok((head, body))
}

async fn prelude(response: &mut InvocationResponse) -> Result<(Head, Chunk), Failure> {
    let mut read = BytesMut::new();
    loop {
        let Some(chunk) = response.next_chunk().await? else {
            return Err(malformed("the stream ended in its prelude"));
        };
        read.extend_from_slice(&chunk.bytes);
        let end = read
            .windows(DELIMITER.len())
            .position(|window| window == DELIMITER);
        let Some(end) = end.filter(|end| *end <= PRELUDE_LIMIT) else {
            if read.len() > PRELUDE_LIMIT {
                return Err(malformed("no end of the prelude in its first 16 KB"));
            }
            continue;
        };
        let prelude = read.split_to(end);
        let body = read.split_off(DELIMITER.len()).freeze();
        let object = object(&prelude)?;
        let head = head(&object, true, true)?;
        let body = Chunk {
            bytes: body,
            ..chunk
        };
        return Ok((head, body));
    }
}

fn object(bytes: &[u8]) -> Result<Map<String, Value>, Failure> {
    serde_json::from_slice(bytes).map_err(|error| {
        let text = String::from_utf8_lossy(bytes);
        malformed(format!("{error} in {text}"))
    })
}

fn head(object: &Map<String, Value>, lists: bool, cookies: bool) -> Result<Head, Failure> {
    let mut headers = HeaderMap::new();
    if lists {
        add_lists(&mut headers, object.get("multiValueHeaders"))?;
    }
    add_values(&mut headers, object.get("headers"))?;
    if cookies {
        add_cookies(&mut headers, object.get("cookies"))?;
    }
    let status = status(object)?;
    Ok(Head { status, headers })
}

fn status(object: &Map<String, Value>) -> Result<StatusCode, Failure> {
    let status = object.get("statusCode");
    status
        .and_then(Value::as_u64)
        .and_then(|status| StatusCode::from_u16(status.try_into().ok()?).ok())
        .ok_or_else(|| malformed(format!("its statusCode is {status:?}")))
}

fn add_lists(headers: &mut HeaderMap, lists: Option<&Value>) -> Result<(), Failure> {
    for (name, values) in entries(lists)? {
        let values = values
            .as_array()
            .ok_or_else(|| malformed(format!("{name}: {values}")))?;
        for value in values {
            add(headers, name, value)?;
        }
    }
    Ok(())
}

/// Adds single values, except those that a list has added.
fn add_values(headers: &mut HeaderMap, values: Option<&Value>) -> Result<(), Failure> {
    for (name, value) in entries(values)? {
        match value {
            Value::Array(values) => {
                let mut values = values.iter();
                values.try_for_each(|value| add(headers, name, value))?;
            }
            Value::String(value) if has(headers, name, value) => {}
            value => add(headers, name, value)?,
        }
    }
    Ok(())
}

fn has(headers: &HeaderMap, name: &str, value: &str) -> bool {
    let mut values = headers.get_all(name).iter();
    values.any(|known| known.as_bytes() == value.as_bytes())
}

fn add_cookies(headers: &mut HeaderMap, cookies: Option<&Value>) -> Result<(), Failure> {
    let mut cookies = cookies.and_then(Value::as_array).into_iter().flatten();
    cookies.try_for_each(|cookie| add(headers, SET_COOKIE.as_str(), cookie))
}

fn entries(object: Option<&Value>) -> Result<Vec<(&String, &Value)>, Failure> {
    match object {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Object(object)) => Ok(object.iter().collect()),
        Some(other) => Err(malformed(format!("its headers are {other}"))),
    }
}

fn add(headers: &mut HeaderMap, name: &str, value: &Value) -> Result<(), Failure> {
    let parsed = value
        .as_str()
        .and_then(|value| HeaderValue::from_str(value).ok())
        .and_then(|value| Some((HeaderName::from_bytes(name.as_bytes()).ok()?, value)));
    let (name, value) = parsed.ok_or_else(|| malformed(format!("the header {name}: {value}")))?;
    headers.append(name, value);
    Ok(())
}

fn malformed(what: impl Into<String>) -> Failure {
    Failure::Malformed(what.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_1_joins_lists_and_values_and_ignores_cookies() {
        let answer = br#"{"statusCode": 201, "headers": {"a": "2", "b": "3"}, "cookies": ["no=1"],
            "multiValueHeaders": {"a": ["1", "2"]}, "body": "aGk=", "isBase64Encoded": true}"#;
        let (head, body) = buffered(answer, EventFormat::RestV1).unwrap();
        assert_eq!(head.status, 201);
        assert_eq!(
            head.headers.get_all("a").iter().collect::<Vec<_>>(),
            ["1", "2"]
        );
        assert_eq!(head.headers["b"], "3");
        assert!(!head.headers.contains_key(SET_COOKIE));
        assert_eq!(body, "hi");
    }

    #[test]
    fn format_2_has_a_list_of_cookies() {
        let answer = br#"{"statusCode": 200, "headers": {}, "cookies": ["a=1", "b=2"]}"#;
        let (head, body) = buffered(answer, EventFormat::HttpV2).unwrap();
        assert_eq!(head.headers.get_all(SET_COOKIE).iter().count(), 2);
        assert!(body.is_empty());
    }

    #[test]
    fn malformed_responses_are_refused() {
        for answer in [
            "null",
            "{}",
            r#"{"statusCode": "200"}"#,
            r#"{"statusCode": 200, "body": {}}"#,
        ] {
            let failure = buffered(answer.as_bytes(), EventFormat::RestV1).unwrap_err();
            assert!(matches!(failure, Failure::Malformed(_)), "{answer}");
        }
    }
}
