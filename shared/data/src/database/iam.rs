//! Logging in with a token of AWS IAM instead of a password.
//!
//! The token is a request to connect, signed by the function's role, that is never sent as one: it is good for 15 minutes,
//! and for logging in only. Source: Amazon RDS user guide, "IAM database authentication".

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

/// How long a token may be used to log in. No more is allowed.
const VALID_FOR: Duration = Duration::from_mins(15);

/// What a signed query has encoded. Source: "Create a signed AWS API request" in the IAM user guide.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

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
        let call = Call {
            host,
            port,
            user: &self.user,
            region: region.as_ref(),
        };
        call.signed(credentials, self.clock.now().into())
    }
}

/// What a token asks for.
struct Call<'c> {
    host: &'c str,
    port: u16,
    user: &'c str,
    region: &'c str,
}

impl Call<'_> {
    fn signed(&self, credentials: Credentials, now: SystemTime) -> io::Result<String> {
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
    io::Error::other(format!("AWS gave this process no {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `generate_db_auth_token` of botocore 1.44.8 answers for the same call, key and time.
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
    fn a_token_is_what_the_sdk_of_another_language_makes() {
        let call = Call {
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
            call.signed(credentials, now.into()).unwrap()
        };
        // In whatever order: a signature is for the sorted query.
        let sorted = |token: &str| {
            let (place, query) = token.split_once('?').unwrap();
            let mut parts: Vec<_> = query.split('&').map(str::to_owned).collect();
            parts.sort();
            (place.to_owned(), parts)
        };
        for (session, token) in [(None, OF_A_USER), (Some("IQoJ+session/token=="), OF_A_ROLE)] {
            assert_eq!(sorted(&signed(session)), sorted(token));
        }
    }
}
