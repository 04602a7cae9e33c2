//! The AWS SDK's configuration. It is loaded only when a call to AWS needs it.

use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig, timeout::TimeoutConfig};

/// Time limit for a connection to AWS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// Time limit for one call, the SDK's own retries included.
const OPERATION_TIMEOUT: Duration = Duration::from_millis(2500);

/// Loads region and credentials from the environment that Lambda sets up. Rehearsals pass an `endpoint` of their own.
pub async fn load_config(endpoint: Option<&str>) -> SdkConfig {
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
