//! Tests of what is not a route: jobs, deployment, outages, logs, and the providers of models.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of a test may fail the test"
)]

mod bedrock;
mod cleanup;
mod log_privacy;
mod migrate;
mod migrations;
mod provider_keys;
mod providers;
mod rehearsal_login;
mod rehearsal_outages;
mod request_metrics;
mod shutdown_and_deadline;
mod stack_requests;
mod subscriptions;
