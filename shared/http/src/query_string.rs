//! Query strings, decoded strictly: a malformed one is a `400`.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;

use crate::Problem;

/// The parameters by name. A parameter that is given twice, a malformed escape, and bytes that are not UTF-8 are refused.
///
/// Source: the URL standard's `application/x-www-form-urlencoded` parser, which replaces malformed bytes instead.
pub(crate) fn parse(query: &str) -> Result<HashMap<String, String>, Problem> {
    let mut parameters = HashMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name)?;
        if parameters.insert(name.clone(), decode(value)?).is_some() {
            let detail = format!("The parameter {name:.100} is given twice.");
            return Err(Problem::bad_request(detail));
        }
    }
    Ok(parameters)
}

fn decode(text: &str) -> Result<String, Problem> {
    if !has_valid_escapes(text) {
        return Err(Problem::bad_request(
            "The query string has a % without two hexadecimal digits after it.",
        ));
    }
    let text = text.replace('+', " ");
    let decoded = percent_decode_str(&text).decode_utf8();
    decoded
        .map(Into::into)
        .map_err(|_| Problem::bad_request("The query string is not UTF-8 when decoded."))
}

fn has_valid_escapes(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| {
        let mut digits = rest.bytes().take(2);
        digits.next().is_some_and(|b| b.is_ascii_hexdigit())
            && digits.next().is_some_and(|b| b.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn parameters_are_decoded() {
        let parameters = parse("book=Song+of%20Songs&&q=%C3%A9&flag").unwrap();
        assert_eq!(parameters["book"], "Song of Songs");
        assert_eq!(parameters["q"], "é");
        assert_eq!(parameters["flag"], "");
    }

    #[test]
    fn malformed_escapes_and_repeated_parameters_are_refused() {
        let queries = "q=% q=%4 q=%ZZ %G0=1 q=%C0%AF q=%FF q=%ED%A0%80 q=1&q=2";
        for query in queries.split(' ') {
            assert_eq!(parse(query).unwrap_err().status(), 400, "{query}");
        }
    }
}
