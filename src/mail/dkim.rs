//! Public keys of DKIM: RSA (RFC 6376, RFC 8301) and Ed25519 (RFC 8463).

use base64ct::{Base64, Encoding};
use rsa::BigUint;
use rsa::pkcs8::der::Decode;
use rsa::pkcs8::der::asn1::ObjectIdentifier;
use rsa::pkcs8::spki::SubjectPublicKeyInfoRef;
use rsa::pkcs8::{DecodePublicKey, Document};

/// The algorithm identifier of Ed25519 (RFC 8410 section 3).
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// The algorithm identifier of RSA (RFC 8017 appendix A.1).
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// The length of a public key of Ed25519 (RFC 8032 section 5.1.5).
const ED25519_OCTETS: usize = 32;
/// The shortest RSA key that is worth publishing: verifiers refuse shorter ones (RFC 8301
/// section 3.2).
const RSA_BITS_MIN: usize = 1024;
/// The longest RSA key that verifiers must know (RFC 8301 section 3.2).
const RSA_BITS_MAX: usize = 4096;

/// The longest label of a name (RFC 1035 section 2.3.4).
const LABEL_OCTETS_MAX: usize = 63;
/// The longest selector: with `_domainkey` and a domain it must be a name still.
const SELECTOR_OCTETS_MAX: usize = 100;

/// Returns a selector in lower case: labels of letters, digits and hyphens (RFC 6376 section 3.1).
pub fn dkim_selector(text: &str) -> Option<String> {
    let label = |label: &str| {
        (1..=LABEL_OCTETS_MAX).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let good = text.len() <= SELECTOR_OCTETS_MAX && text.split('.').all(label);
    good.then(|| text.to_ascii_lowercase())
}

/// A public key, as SubjectPublicKeyInfo (RFC 5280 section 4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DkimPublicKey {
    algorithm: DkimAlgorithm,
    /// What the `p=` tag holds, before base64.
    published: Vec<u8>,
}

/// What a key signs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DkimAlgorithm {
    /// RSA, with so many bits.
    Rsa(usize),
    /// Ed25519.
    Ed25519,
}

/// A text that is no public key of DKIM.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DkimKeyError {
    /// A private key.
    #[error("that is a private key")]
    Private,
    /// No base64, and no PEM.
    #[error("that is neither base64 nor PEM")]
    Encoding,
    /// Base64 of something else.
    #[error("that is no SubjectPublicKeyInfo")]
    Structure,
    /// Another algorithm.
    #[error("DKIM knows RSA and Ed25519 only")]
    Algorithm,
    /// An RSA key that verifiers refuse or need not know.
    #[error("an RSA key of {0} bits: verifiers take 1024 to 4096")]
    Bits(usize),
}

impl DkimPublicKey {
    /// Reads a key: base64 of a SubjectPublicKeyInfo, or PEM.
    pub fn parse(text: &str) -> Result<Self, DkimKeyError> {
        if text.contains("PRIVATE KEY-----") {
            return Err(DkimKeyError::Private);
        }
        let octets = if text.trim_start().starts_with("-----BEGIN") {
            let document = Document::from_pem(text.trim_start());
            let (label, document) = document.map_err(|_| DkimKeyError::Encoding)?;
            if label != "PUBLIC KEY" {
                return Err(DkimKeyError::Structure);
            }
            document.into_vec()
        } else {
            let bare: String = text.split_ascii_whitespace().collect();
            Base64::decode_vec(&bare).map_err(|_| DkimKeyError::Encoding)?
        };
        Self::from_der(&octets)
    }

    /// Reads a SubjectPublicKeyInfo in DER.
    fn from_der(octets: &[u8]) -> Result<Self, DkimKeyError> {
        use DkimKeyError::Structure;
        let info = SubjectPublicKeyInfoRef::from_der(octets);
        let info = info.map_err(|_| Structure)?;
        match info.algorithm.oid {
            RSA => {
                let parts = info.subject_public_key.as_bytes().ok_or(Structure)?;
                let parts = rsa::pkcs1::RsaPublicKey::try_from(parts).map_err(|_| Structure)?;
                let bits = BigUint::from_bytes_be(parts.modulus.as_bytes()).bits();
                if !(RSA_BITS_MIN..=RSA_BITS_MAX).contains(&bits) {
                    return Err(DkimKeyError::Bits(bits));
                }
                rsa::RsaPublicKey::from_public_key_der(octets).map_err(|_| Structure)?;
                // RFC 6376 section 3.6.1 as its erratum 3017 reads: the whole structure.
                Ok(Self {
                    algorithm: DkimAlgorithm::Rsa(bits),
                    published: octets.to_vec(),
                })
            }
            ED25519 => {
                // RFC 8463 section 4: the key alone.
                let key = info.subject_public_key.as_bytes();
                let key = key.filter(|key| key.len() == ED25519_OCTETS);
                let published = key.ok_or(Structure)?.to_vec();
                Ok(Self {
                    algorithm: DkimAlgorithm::Ed25519,
                    published,
                })
            }
            _ => Err(DkimKeyError::Algorithm),
        }
    }

    /// Returns what it signs with.
    pub fn algorithm(&self) -> DkimAlgorithm {
        self.algorithm
    }

    /// Returns the text of its record (RFC 6376 section 3.6.1).
    pub fn record(&self) -> String {
        let algorithm = self.algorithm.name();
        format!("v=DKIM1; k={algorithm}; p={}", self.published())
    }

    /// Returns the text of the `p=` tag.
    pub fn published(&self) -> String {
        Base64::encode_string(&self.published)
    }
}

impl DkimAlgorithm {
    /// Returns the value of the `k=` tag (RFC 6376 section 3.6.1, RFC 8463 section 4).
    pub fn name(self) -> &'static str {
        match self {
            Self::Rsa(_) => "rsa",
            Self::Ed25519 => "ed25519",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From RFC 8463 appendix A.2, as a SubjectPublicKeyInfo.
    const ED: &str = "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    #[test]
    fn an_ed25519_key_is_published_without_its_structure() {
        let key = DkimPublicKey::parse(ED).unwrap();
        assert_eq!(key.algorithm(), DkimAlgorithm::Ed25519);
        assert_eq!(
            key.published(),
            "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
        );
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{ED}\n-----END PUBLIC KEY-----\n");
        assert_eq!(DkimPublicKey::parse(&pem), Ok(key));
    }

    #[test]
    fn what_is_no_public_key_is_told() {
        use DkimKeyError::{Encoding, Private, Structure};
        let check = |text: &str, error| assert_eq!(DkimPublicKey::parse(text), Err(error));
        check(
            "-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----",
            Private,
        );
        check("-----BEGIN PUBLIC KEY-----\n", Encoding);
        check("not base64!", Encoding);
        check("", Structure);
        check("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", Structure);
        // One octet short, one octet more.
        check(
            "MCkwBQYDK2VwAyAA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHUQ==",
            Structure,
        );
        check(&ED.replace('=', "AA=="), Encoding);
    }

    #[test]
    fn an_rsa_key_has_a_greatest_length() {
        use rsa::pkcs8::{EncodePublicKey, LineEnding};
        let of = |bits: usize| {
            let modulus = (rsa::BigUint::from(1_u8) << (bits - 1)) + 1_u8;
            let key = rsa::RsaPublicKey::new_unchecked(modulus, 65_537_u32.into());
            let pem = key.to_public_key_pem(LineEnding::LF).unwrap();
            DkimPublicKey::parse(&pem).map(|key| key.algorithm())
        };
        assert_eq!(of(RSA_BITS_MAX), Ok(DkimAlgorithm::Rsa(RSA_BITS_MAX)));
        let longer = RSA_BITS_MAX + 1;
        assert_eq!(of(longer), Err(DkimKeyError::Bits(longer)));
    }
}
