//! Tests of what holds for the whole API and for this repository: conventions, OpenAPI, the contract, the texts, the
//! harness.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of a test may fail the test"
)]

mod contract;
mod corpus;
mod cors;
mod every_route;
mod harness;
mod request_bounds;
mod routes;
