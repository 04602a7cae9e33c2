//! Logging in with a token of AWS IAM instead of a password.
//!
//! The token is a request to connect, signed by the function's role, that is never sent as one: it is good for 15 minutes,
//! and for logging in only. Source: Amazon RDS user guide, "IAM database authentication".

use std::{
    io,
    time::{Duration, SystemTime},
};

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign},
    sign::v4,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::postgres::PgConnectOptions;
use tokio::sync::OnceCell;

use crate::{Clock, aws};

/// How long a token may be used to log in. No more is allowed.
const VALID_FOR: Duration = Duration::from_mins(15);

/// Signs tokens in the name of the function's role.
pub(super) struct IamLogin {
    clock: Clock,
    user: String,
    config: OnceCell<SdkConfig>,
}

impl IamLogin {
    /// Logs in as `user`, which the database must have granted `rds_iam`.
    pub(super) fn new(user: String, clock: Clock) -> Self {
        Self {
            clock,
            user,
            config: OnceCell::new(),
        }
    }

    /// `options` with the user, and a token in the place of the password.
    pub(super) async fn sign(&self, options: &PgConnectOptions) -> io::Result<PgConnectOptions> {
        let token = self.token(options.get_host(), options.get_port()).await?;
        Ok(options.clone().username(&self.user).password(&token))
    }

    async fn token(&self, host: &str, port: u16) -> io::Result<String> {
        let config = self.config.get_or_init(aws::load_config).await;
        let region = config.region().ok_or_else(|| missing("a region"))?;
        let provider = config
            .credentials_provider()
            .ok_or_else(|| missing("credentials"))?;
        let identity = provider
            .provide_credentials()
            .await
            .map_err(io::Error::other)?
            .into();
        let mut settings = SigningSettings::default();
        settings.expires_in = Some(VALID_FOR);
        settings.signature_location = SignatureLocation::QueryParams;
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(region.as_ref())
            .name("rds-db")
            .time(SystemTime::from(self.clock.now()))
            .settings(settings)
            .build()
            .map_err(io::Error::other)?
            .into();
        let user = utf8_percent_encode(&self.user, NON_ALPHANUMERIC);
        let mut url = format!("https://{host}:{port}/?Action=connect&DBUser={user}");
        let request =
            SignableRequest::new("GET", &url, std::iter::empty(), SignableBody::Bytes(&[]))
                .map_err(io::Error::other)?;
        let (instructions, _) = sign(request, &parameters)
            .map_err(io::Error::other)?
            .into_parts();
        for (name, value) in instructions.params() {
            let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
            url.extend(["&", name, "=", &value.to_string()]);
        }
        Ok(url.trim_start_matches("https://").to_owned())
    }
}

fn missing(what: &str) -> io::Error {
    io::Error::other(format!("AWS gave this process no {what}"))
}
