//! RFC 9525 section 6, RFC 8461 section 4.1: under TLS the server shows the declared certificate,
//! and the certificate is for the name that MX records and MTA-STS policies say.

use super::{RecordObligation, Subject};
use crate::policy::Tls;
use crate::prove::report::Evidence;
use crate::source::Spanned;

/// The files show sessions the certificate of the host's `tls`, and that certificate, where it is
/// given, names the host.
///
/// SOUNDNESS: the reader names every file that any listener shows, and each has to be a declared
/// one; so no session is shown another. Who reads the declared file is not asked: it is named by
/// path, and given or not.
pub(in crate::prove) struct CertificateNamesHost;

impl RecordObligation for CertificateNamesHost {
    fn name(&self) -> &'static str {
        "certificate-names-host"
    }

    fn sentence(&self) -> &'static str {
        "sessions under TLS are shown the declared certificate; where it is given, it is for the \
         host's name"
    }

    /// The policy by itself says nothing of a certificate that nobody gives.
    fn is_asked(&self, subject: &Subject<'_>) -> bool {
        let has_tls = subject.policy.host.tls.is_some();
        subject.given.certificate.is_some() || (has_tls && subject.sending.is_some())
    }

    fn judge(&self, subject: &Subject<'_>) -> Result<u64, Evidence> {
        let host = &subject.policy.host;
        let Some(tls) = &host.tls else {
            let text = format!(
                "a certificate is given, and {} has no `tls`",
                host.name.value
            );
            return Err(Evidence::new(text, &host.name.at));
        };
        let shown = shown(subject, tls)?;
        if subject.sending.is_some() && shown == 0 {
            let text = format!("no session is shown {}", tls.certificate.value);
            return Err(Evidence::new(text, &tls.certificate.at));
        }
        let Some(certificate) = subject.given.certificate else {
            return Ok(shown);
        };
        if certificate.is_for(&host.name.value) {
            return Ok(shown + 1);
        }
        let names = match certificate.names() {
            [] => "no name of a host".to_owned(),
            names => names.join(", "),
        };
        let text = format!(
            "the certificate is for {names}, and MX records and MTA-STS policies say {}",
            host.name.value
        );
        Err(Evidence::new(text, &tls.certificate.at))
    }
}

/// Judges what the files show; returns how many ways in show the declared certificate. Its key
/// stands before it, or in the same file where the policy says so: else there is no TLS.
fn shown(subject: &Subject<'_>, tls: &Tls) -> Result<u64, Evidence> {
    let mut ways = 0;
    for way in subject.sending.iter().flat_map(|sending| &sending.shown) {
        let (declared, key) = (&tls.certificate.value, &tls.key.value);
        for file in way {
            if file.value != *declared && file.value != *key {
                let shown = &file.value;
                let text = format!("sessions are shown {shown}, and the policy says {declared}");
                return Err(Evidence::new(text, &file.at));
            }
        }
        let is_pair = |pair: &[Spanned<String>]| {
            let names = pair.iter().map(|file| &file.value);
            names.eq([key, declared])
        };
        // One file may hold both.
        let is_right = key == declared || way.chunks(2).all(is_pair);
        if let Some(file) = way.first().filter(|_| !is_right) {
            let text = format!("{declared} is not shown behind its key, {key}");
            return Err(Evidence::new(text, &file.at));
        }
        ways += u64::from(!way.is_empty());
    }
    Ok(ways)
}
