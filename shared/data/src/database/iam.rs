//! AWS IAM tokens in place of a database password.
//!
//! A token is the signed URL of a connect request, which is never sent. It is valid for 15 minutes and for logging in only.
//! Source: Amazon RDS user guide, "IAM database authentication".

use std::{
    io,
    time::{Duration, SystemTime},
};

use aws_config::SdkConfig;
use aws_credential_types::{Credentials, provider::ProvideCredentials};
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign},
    sign::v4,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::postgres::PgConnectOptions;
use tokio::sync::OnceCell;

use verse_platform::Clock;
use verse_platform::aws;

/// A token's lifetime: the longest that RDS allows.
const VALID_FOR: Duration = Duration::from_mins(15);

/// The characters that a signed query encodes. Source: "Create a signed AWS API request" in the IAM user guide.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Signs tokens with the credentials of the function's role.
pub(super) struct IamCredentials {
    clock: Clock,
    user: String,
    config: OnceCell<SdkConfig>,
}

impl IamCredentials {
    /// For the database user `user`, which needs the role `rds_iam`.
    pub(super) fn new(user: String, clock: Clock) -> Self {
        Self {
            clock,
            user,
            config: OnceCell::new(),
        }
    }

    /// Adds the user and a token to `options`.
    pub(super) async fn sign(&self, options: &PgConnectOptions) -> io::Result<PgConnectOptions> {
        let token = self.token(options.get_host(), options.get_port()).await?;
        Ok(options.clone().username(&self.user).password(&token))
    }

    async fn token(&self, host: &str, port: u16) -> io::Result<String> {
        let config = self
            .config
            .get_or_init(async || aws::load_config(None).await)
            .await;
        let region = config.region().ok_or_else(|| missing("a region"))?;
        let provider = config
            .credentials_provider()
            .ok_or_else(|| missing("credentials"))?;
        let credentials = provider
            .provide_credentials()
            .await
            .map_err(io::Error::other)?;
        let request = TokenRequest {
            host,
            port,
            user: &self.user,
            region: region.as_ref(),
        };
        request.sign(credentials, self.clock.now().into())
    }
}

/// The connect request that a token signs.
struct TokenRequest<'c> {
    host: &'c str,
    port: u16,
    user: &'c str,
    region: &'c str,
}

impl TokenRequest<'_> {
    fn sign(&self, credentials: Credentials, now: SystemTime) -> io::Result<String> {
        let Self { host, port, .. } = self;
        let identity = credentials.into();
        let mut settings = SigningSettings::default();
        settings.expires_in = Some(VALID_FOR);
        settings.signature_location = SignatureLocation::QueryParams;
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name("rds-db")
            .time(now)
            .settings(settings)
            .build()
            .map_err(io::Error::other)?
            .into();
        let user = utf8_percent_encode(self.user, RESERVED);
        let mut url = format!("https://{host}:{port}/?Action=connect&DBUser={user}");
        let request =
            SignableRequest::new("GET", &url, std::iter::empty(), SignableBody::Bytes(&[]))
                .map_err(io::Error::other)?;
        let (instructions, _) = sign(request, &parameters)
            .map_err(io::Error::other)?
            .into_parts();
        for (name, value) in instructions.params() {
            let value = utf8_percent_encode(value, RESERVED);
            url.extend(["&", name, "=", &value.to_string()]);
        }
        Ok(url.trim_start_matches("https://").to_owned())
    }
}

fn missing(what: &str) -> io::Error {
    io::Error::other(format!("the AWS configuration lacks {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The result of `generate_db_auth_token` of botocore 1.44.8 for the same request, key and time.
    const OF_A_USER: &str = "verse.proxy-abc.eu-central-1.rds.amazonaws.com:5432/?Action=connect&DBUser=verse_app%2Bx.y\
        &X-Amz-Algorithm=AWS4-HMAC-SHA256\
        &X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Feu-central-1%2Frds-db%2Faws4_request\
        &X-Amz-Date=20260102T030405Z\
        &X-Amz-Expires=900\
        &X-Amz-SignedHeaders=host\
        &X-Amz-Signature=483f2f21472c549003fac335f8ae96125989730d9a168848d6205d6e15f2c68c";
    const OF_A_ROLE: &str = "verse.proxy-abc.eu-central-1.rds.amazonaws.com:5432/?Action=connect&DBUser=verse_app%2Bx.y\
        &X-Amz-Algorithm=AWS4-HMAC-SHA256\
        &X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Feu-central-1%2Frds-db%2Faws4_request\
        &X-Amz-Date=20260102T030405Z\
        &X-Amz-Expires=900\
        &X-Amz-SignedHeaders=host\
        &X-Amz-Security-Token=IQoJ%2Bsession%2Ftoken%3D%3D\
        &X-Amz-Signature=84b25174efa02b3a0f5df38bbaf05395e037ea782282813eafac6f322dfe0a87";

    #[test]
    fn tokens_equal_those_of_botocore() {
        let request = TokenRequest {
            host: "verse.proxy-abc.eu-central-1.rds.amazonaws.com",
            port: 5432,
            user: "verse_app+x.y",
            region: "eu-central-1",
        };
        let now = "2026-01-02T03:04:05Z"
            .parse::<chrono::DateTime<chrono::Utc>>()
            .unwrap();
        let signed = |session: Option<&str>| {
            let key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
            let session = session.map(str::to_owned);
            let credentials = Credentials::new("AKIDEXAMPLE", key, session, None, "test");
            request.sign(credentials, now.into()).unwrap()
        };
        // The order of the parameters is free: the signature covers the sorted query.
        let sorted = |token: &str| {
            let (address, query) = token.split_once('?').unwrap();
            let mut parameters: Vec<_> = query.split('&').map(str::to_owned).collect();
            parameters.sort();
            (address.to_owned(), parameters)
        };
        for (session, token) in [(None, OF_A_USER), (Some("IQoJ+session/token=="), OF_A_ROLE)] {
            assert_eq!(sorted(&signed(session)), sorted(token));
        }
    }
}
