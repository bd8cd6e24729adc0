//! What a server shows for itself under TLS: the names in a certificate (RFC 5280, RFC 9525).

use x509_cert::Certificate as X509;
use x509_cert::der::Decode;
use x509_cert::der::pem::PemLabel;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

use super::Domain;

/// The names that a certificate is for.
///
/// Only `dNSName`s of the subject alternative name count: a common name is no name of a server
/// (RFC 9525 section 2), and MTA-STS asks for this kind (RFC 8461 section 4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    names: Vec<String>,
}

/// A text that is no certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// There is no `-----BEGIN CERTIFICATE-----` with its end.
    #[error("it holds no certificate in PEM (RFC 7468)")]
    None,
    /// The first one cannot be read.
    #[error("its first certificate cannot be read: {0}")]
    Unreadable(String),
}

impl Certificate {
    /// Reads the first certificate of a text in PEM, which is the server's own (RFC 8446 section
    /// 4.4.2); the others are its chain. Blocks of other kinds are passed over.
    ///
    /// # Errors
    ///
    /// If there is none, or if it cannot be read.
    pub fn from_pem(text: &str) -> Result<Self, CertificateError> {
        let block = first_block(text).ok_or(CertificateError::None)?;
        let unreadable = |why: x509_cert::der::Error| CertificateError::Unreadable(why.to_string());
        let (_, der) = x509_cert::der::pem::decode_vec(block.as_bytes())
            .map_err(|why| CertificateError::Unreadable(why.to_string()))?;
        let certificate = X509::from_der(&der).map_err(unreadable)?;
        let extension = certificate.tbs_certificate.get::<SubjectAltName>();
        let names = match extension.map_err(unreadable)? {
            Some((_, names)) => names.0,
            None => Vec::new(),
        };
        let mut found = Vec::new();
        for name in names {
            if let GeneralName::DnsName(name) = name
                && is_name(name.as_str())
            {
                found.push(name.as_str().to_ascii_lowercase());
            }
        }
        Ok(Self { names: found })
    }

    /// Returns the names as they stand there, in lower case. What no host can be named is left out:
    /// such a name is for nobody, and would be shown to whoever is told of it.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns whether the certificate is for a host: by its name, or by a `*` in the place of the
    /// first label (RFC 9525 section 6.3).
    pub fn is_for(&self, host: &Domain) -> bool {
        let host = host.as_str();
        let parent = host.split_once('.').map(|(_, parent)| parent);
        self.names.iter().any(|name| match name.strip_prefix("*.") {
            Some(rest) => Some(rest) == parent,
            None => name == host,
        })
    }
}

/// Tells whether a name is made of what names of hosts are made of (RFC 5280 section 4.2.1.6), or
/// of a `*` besides. An IA5String may hold control characters and blanks.
fn is_name(name: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.*".contains(&byte);
    !name.is_empty() && name.bytes().all(is_of_name)
}

/// Returns the first block of the text that calls itself a certificate.
fn first_block(text: &str) -> Option<&str> {
    let label = X509::PEM_LABEL;
    let begin = text.find(&format!("-----BEGIN {label}-----"))?;
    let end = format!("-----END {label}-----");
    let rest = text.get(begin..)?;
    let length = rest.find(&end)? + end.len();
    rest.get(..length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(names: &[&str]) -> Certificate {
        Certificate {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    #[test]
    fn a_wildcard_stands_for_one_label() {
        let domain = |name| Domain::parse(name).unwrap();
        let wild = certificate(&["*.example.org"]);
        assert!(wild.is_for(&domain("mx.example.org")));
        assert!(!wild.is_for(&domain("example.org")));
        assert!(!wild.is_for(&domain("a.mx.example.org")));
        let partial = certificate(&["m*.example.org"]);
        assert!(!partial.is_for(&domain("mx.example.org")));
        assert!(
            certificate(&["other.example", "mx.example.org"]).is_for(&domain("mx.example.org"))
        );
    }

    #[test]
    fn what_no_host_is_named_is_no_name() {
        for name in [
            "mx.example.org",
            "*.example.org",
            "m*.a_b.example",
            "localhost",
        ] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "",
            "a b.example",
            "a\u{1b}[31mb.example",
            "a\n.example",
            "a@b.example",
        ] {
            assert!(!is_name(name), "{name:?}");
        }
    }

    #[test]
    fn what_is_no_certificate_is_told_apart() {
        assert_eq!(Certificate::from_pem(""), Err(CertificateError::None));
        let begun = "-----BEGIN CERTIFICATE-----\nAAAA";
        assert_eq!(Certificate::from_pem(begun), Err(CertificateError::None));
        let empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(matches!(
            Certificate::from_pem(empty),
            Err(CertificateError::Unreadable(_))
        ));
    }
}
