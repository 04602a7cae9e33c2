//! `GET /api/docs` and `/api/docs/{file}`: an API reference on which each call can be tried. Publicly cacheable. Unknown
//! paths unless the settings allow the page.
//!
//! The page is Swagger UI; `docs/PROVENANCE.md` has its source. It is in the binary, compressed, and needs no other host.

use std::sync::OnceLock;

use axum::{extract::State, response::Response};
use bytes::Bytes;
use http::{HeaderValue, Uri, header::CONTENT_SECURITY_POLICY};
use verse_http::{App, Cacheable, NotFound, PathText, Problem};

const PAGE: &str = include_str!("docs/index.html");
const START: &str = include_str!("docs/start.js");
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// Scripts, styles and calls of this host only, and no script in the page itself. Swagger UI draws its arrows and marks as
/// images in its style sheet (`data:`).
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// A compressed file, which its first request decompresses.
struct Packed {
    compressed: &'static [u8],
    /// The file's size.
    size: usize,
    text: OnceLock<Bytes>,
}

static BUNDLE: Packed = Packed::new(include_bytes!("docs/swagger-ui-bundle.js.zst"), 1_732_839);
static STYLES: Packed = Packed::new(include_bytes!("docs/swagger-ui.css.zst"), 187_956);

/// Open the API reference
///
/// A page on which each call can be tried. Off in production unless `API_DOCS=true`.
#[utoipa::path(get, path = "/api/docs", tag = "documentation",
    responses(
        (status = 200, description = "The page", content_type = "text/html", body = String),
        (status = 304, description = "The caller has it cached"),
        NotFound,
    ))]
pub async fn get_page(
    State(app): State<App>,
    cacheable: Cacheable,
    uri: Uri,
) -> Result<Response, Problem> {
    allow(&app, &uri)?;
    Ok(with_policy(
        cacheable.text("text/html; charset=utf-8", PAGE),
    ))
}

/// Read a file of the API reference
#[utoipa::path(get, path = "/api/docs/{file}", tag = "documentation",
    params(("file" = String, Path, description = "The file's name", example = "start.js")),
    responses(
        (status = 200, description = "The file", content(
            (String = "text/javascript"),
            (String = "text/css"),
        )),
        (status = 304, description = "The caller has it cached"),
        NotFound,
    ))]
pub async fn get_file(
    State(app): State<App>,
    cacheable: Cacheable,
    uri: Uri,
    PathText(file): PathText,
) -> Result<Response, Problem> {
    allow(&app, &uri)?;
    let response = match file.as_str() {
        "start.js" => cacheable.text(JAVASCRIPT, START),
        "swagger-ui-bundle.js" => cacheable.text(JAVASCRIPT, BUNDLE.read()?),
        "swagger-ui.css" => cacheable.text("text/css; charset=utf-8", STYLES.read()?),
        _ => return Err(Problem::no_such_path(&uri)),
    };
    Ok(with_policy(response))
}

fn allow(app: &App, uri: &Uri) -> Result<(), Problem> {
    if app.settings.api_docs {
        Ok(())
    } else {
        Err(Problem::no_such_path(uri))
    }
}

fn with_policy(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, POLICY);
    response
}

impl Packed {
    const fn new(compressed: &'static [u8], size: usize) -> Self {
        Self {
            compressed,
            size,
            text: OnceLock::new(),
        }
    }

    fn read(&self) -> Result<Bytes, Problem> {
        if let Some(text) = self.text.get() {
            return Ok(text.clone());
        }
        let text = zstd::bulk::decompress(self.compressed, self.size).map_err(Problem::internal)?;
        Ok(self.text.get_or_init(|| Bytes::from(text)).clone())
    }
}
