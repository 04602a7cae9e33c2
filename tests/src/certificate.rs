//! A private authority for certificates, and servers' certificates of its making.

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

/// An authority that nobody trusts but who is given its file.
pub struct CertificateAuthority {
    issuer: Issuer<'static, KeyPair>,
    file: PathBuf,
}

impl CertificateAuthority {
    /// A new one.
    #[must_use]
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        let file = std::env::temp_dir().join(format!("verse-authority-{}.pem", Uuid::new_v4()));
        std::fs::write(&file, certificate.pem()).expect("a file for the authority's certificate");
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

    /// What a server of this name accepts TLS with.
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
        // Gone already: that is what was wanted.
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
