//! Counts the SQL statements of a request, from what the driver reports of each.

use std::cell::Cell;

use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

/// Where the driver reports its statements.
pub(crate) const TARGET: &str = "sqlx::query";

tokio::task_local! {
    static STATEMENTS: Cell<u32>;
}

/// Runs one request; gives its answer, and how many statements it took.
pub(crate) async fn count<T>(request: impl Future<Output = T>) -> (T, u32) {
    STATEMENTS
        .scope(Cell::new(0), async {
            let answer = request.await;
            (answer, STATEMENTS.with(Cell::get))
        })
        .await
}

/// Counts for the request that is being polled. Statements outside any request are not counted.
pub(crate) struct CountStatements;

impl<S: Subscriber> Layer<S> for CountStatements {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == TARGET {
            // Outside a request there is nothing to count for.
            let _ = STATEMENTS.try_with(|count| count.set(count.get().saturating_add(1)));
        }
    }
}
