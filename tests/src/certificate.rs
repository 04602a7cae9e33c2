//! A private certificate authority, and certificates of servers.

use std::{fmt, path::PathBuf, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer},
    },
};
use uuid::Uuid;

/// A certificate authority. Only a function that has its file trusts it.
#[must_use]
pub struct CertificateAuthority {
    issuer: Issuer<'static, KeyPair>,
    file: PathBuf,
}

impl CertificateAuthority {
    /// Creates one.
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        let file = std::env::temp_dir().join(format!("verse-authority-{}.pem", Uuid::new_v4()));
        std::fs::write(&file, certificate.pem()).expect("a file in the temporary folder");
        Self {
            issuer: Issuer::new(params, key),
            file,
        }
    }

    /// For a function's `DB_CA_FILE`.
    #[must_use]
    pub fn file(&self) -> String {
        self.file.display().to_string()
    }

    /// The TLS acceptor of a server with this host name.
    #[must_use]
    pub fn acceptor(&self, server: &str) -> TlsAcceptor {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![server.to_owned()]).expect("a host's name");
        let certificate = params
            .signed_by(&key, &self.issuer)
            .expect("the authority signs");
        let chain = vec![CertificateDer::from(certificate)];
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key in PKCS #8");
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("certificate and key fit");
        TlsAcceptor::from(Arc::new(config))
    }
}

impl Default for CertificateAuthority {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for CertificateAuthority {
    fn drop(&mut self) {
        // An error means that the file is gone.
        let _ = std::fs::remove_file(&self.file);
    }
}

impl fmt::Debug for CertificateAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateAuthority")
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}
