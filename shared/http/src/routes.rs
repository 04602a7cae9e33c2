//! A function's table of routes.

use axum::{
    Extension, Router,
    handler::Handler,
    middleware::from_fn,
    routing::{MethodRouter, delete, get, post},
};

use crate::{App, streaming};

/// Defines a function's `routes()` and the same table for OpenAPI, `Documentation`. A line has a method of [`Routes`], a path,
/// and the handler.
#[macro_export]
macro_rules! routes {
    ($($method:ident $path:literal => $module:ident::$handler:ident;)+) => {
        /// The routes of this function.
        pub fn routes() -> $crate::Routes {
            $crate::Routes::new()$(.$method($path, $module::$handler))+
        }

        /// The same table, for OpenAPI.
        #[derive(Debug, utoipa::OpenApi)]
        #[openapi(paths($($module::$handler),+))]
        pub struct Documentation;
    };
}

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// The method, in capitals.
    pub method: &'static str,
    /// The path, with `{name}` for a variable.
    pub path: &'static str,
}

/// The table: methods and paths with their handlers.
#[derive(Debug, Default)]
#[must_use]
pub struct Routes {
    table: Vec<Route>,
    router: Router<App>,
}

impl Routes {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers `GET path` (and `HEAD`).
    pub fn get<H: Handler<T, App>, T: 'static>(self, path: &'static str, handler: H) -> Self {
        self.add("GET", path, get(handler))
    }

    /// Answers `GET path` with a streamed response.
    pub fn get_streaming<H: Handler<T, App>, T: 'static>(
        self,
        path: &'static str,
        handler: H,
    ) -> Self {
        self.add("GET", path, get(handler).layer(from_fn(streaming::mark)))
    }

    /// Answers `POST path`.
    pub fn post<H: Handler<T, App>, T: 'static>(self, path: &'static str, handler: H) -> Self {
        self.add("POST", path, post(handler))
    }

    /// Answers `POST path` with a streamed response.
    pub fn post_streaming<H: Handler<T, App>, T: 'static>(
        self,
        path: &'static str,
        handler: H,
    ) -> Self {
        self.add("POST", path, post(handler).layer(from_fn(streaming::mark)))
    }

    /// Answers `DELETE path`.
    pub fn delete<H: Handler<T, App>, T: 'static>(self, path: &'static str, handler: H) -> Self {
        self.add("DELETE", path, delete(handler))
    }

    /// Passes a value of the function's own to every handler added so far, as `Extension<T>`.
    pub fn provide<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.router = self.router.layer(Extension(value));
        self
    }

    /// The lines of the table, in their order.
    #[must_use]
    pub fn table(&self) -> &[Route] {
        &self.table
    }

    /// The router of the table.
    pub(crate) fn into_router(self) -> Router<App> {
        self.router
    }

    fn add(mut self, method: &'static str, path: &'static str, handler: MethodRouter<App>) -> Self {
        self.table.push(Route { method, path });
        self.router = self.router.route(path, handler);
        self
    }
}
