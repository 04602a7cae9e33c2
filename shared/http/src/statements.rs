//! Counts a request's SQL statements, from the events that the driver logs.

use std::cell::Cell;

use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

/// The target of the driver's events, one for each statement.
pub(crate) const TARGET: &str = "sqlx::query";

tokio::task_local! {
    static STATEMENTS: Cell<u32>;
}

/// Runs one request. Returns its response, and the number of its statements.
pub(crate) async fn count_statements<T>(request: impl Future<Output = T>) -> (T, u32) {
    STATEMENTS
        .scope(Cell::new(0), async {
            let response = request.await;
            (response, STATEMENTS.with(Cell::get))
        })
        .await
}

/// Counts statements for the request that is being polled. Statements outside a request are not counted.
pub(crate) struct StatementCounter;

impl<S: Subscriber> Layer<S> for StatementCounter {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == TARGET {
            // An error means that no request is being polled.
            let _ = STATEMENTS.try_with(|count| count.set(count.get().saturating_add(1)));
        }
    }
}
