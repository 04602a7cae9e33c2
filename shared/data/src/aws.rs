//! The AWS SDK's settings, for what asks AWS for something: loaded when that happens, and never without need.

use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig, timeout::TimeoutConfig};

/// The longest wait for AWS to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// The longest wait for an answer, the tries that the SDK makes by itself included.
const OPERATION_TIMEOUT: Duration = Duration::from_millis(2500);

/// Region and credentials from the environment that Lambda sets up. A rehearsal names another `endpoint` than AWS's.
pub(crate) async fn load_config(endpoint: Option<&str>) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build();
    let loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts);
    match endpoint {
        Some(url) => loader.endpoint_url(url).load().await,
        None => loader.load().await,
    }
}
