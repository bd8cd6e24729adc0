//! The machine that a policy's files are tried on: accounts, certificate, and DNS in which every
//! SPF result really comes out.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

use mailpol::mail::{Listener, Short};
use mailpol::policy::{Auth, Policy, SaslauthdMechanism};
use mailpol::source::Spanned;
use mailpol::spf::SpfResult;
use mailpol::target::Artifacts;

use crate::support::job::{self, Account, Certificate, DnsFailure, Record, Scene};

/// The password of every account.
pub(crate) const PASSWORD: &str = "s3cret pass";

/// The domain under which there is a name for each SPF result.
const RESULTS: &str = "spf-results.example";

/// Returns a name whose SPF result is this one, for MAIL FROM and for HELO.
pub(crate) fn name_of(result: SpfResult) -> String {
    format!("{}.{RESULTS}", result.as_str())
}

/// Returns the result that the name server makes for a domain: that of its name, else `none`.
pub(crate) fn result_of(domain: &str) -> SpfResult {
    let domain = domain.trim_end_matches('.').to_ascii_lowercase();
    let word = domain
        .strip_suffix(RESULTS)
        .and_then(|word| word.strip_suffix('.'));
    let mut all = SpfResult::ALL.into_iter();
    word.and_then(|word| all.find(|result| is_met(word, *result)))
        .unwrap_or(SpfResult::None)
}

/// Returns whether a name is one of [`name_of`], or below one that the name server fails about.
fn is_met(word: &str, result: SpfResult) -> bool {
    let name = result.as_str();
    let below = result == SpfResult::Temperror && word.ends_with(&format!(".{name}"));
    word == name || below
}

pub(crate) fn zone() -> Vec<Record> {
    let record = |result: SpfResult| {
        let name = name_of(result);
        let text = |text: &str| Record::Txt {
            name: name.clone(),
            strings: vec![text.to_owned()],
        };
        match result {
            SpfResult::None => Record::Address {
                name,
                address: [203, 0, 113, 7].into(),
            },
            SpfResult::Neutral => text("v=spf1 ?all"),
            SpfResult::Pass => text("v=spf1 +all"),
            SpfResult::Fail => text("v=spf1 -all"),
            SpfResult::Softfail => text("v=spf1 ~all"),
            SpfResult::Temperror => Record::Fails {
                name,
                how: DnsFailure::ServFail,
            },
            SpfResult::Permerror => text("v=spf1 ip4:bogus -all"),
        }
    };
    SpfResult::ALL.into_iter().map(record).collect()
}

/// Returns the machine for a policy's files.
pub(crate) fn scene(policy: &Policy, artifacts: &Artifacts) -> Scene {
    let host = &policy.host;
    let logins = policy.logins.keys().map(Short::as_str);
    let accounts = logins.chain(["www-data"]).map(|login| Account {
        login: login.to_owned(),
        password: PASSWORD.to_owned(),
    });
    let certificates = host.tls.iter().map(|tls| Certificate {
        name: host.name.value.to_string(),
        chain: PathBuf::from(&tls.certificate.value),
        key: PathBuf::from(&tls.key.value),
    });
    let mut commands = artifacts.commands.clone();
    if let Some(Auth::Saslauthd { mechanism, .. }) = &policy.auth
        && mechanism.value != SaslauthdMechanism::Shadow
    {
        // There is no directory to ask here: whom saslauthd asks makes no difference to the MTA.
        let shadow = "s/^MECHANISMS=.*/MECHANISMS=\"shadow\"/";
        commands.push(format!("sed -i '{shadow}' /etc/default/saslauthd"));
    }
    Scene {
        hostname: host.name.value.to_string(),
        addresses: host.own_addresses(),
        bound: bound(policy),
        proxies: Vec::new(),
        announced: BTreeMap::new(),
        accounts: accounts.collect(),
        certificates: certificates.collect(),
        zone: zone(),
        commands,
        files: credentials(policy),
    }
}

/// Returns where listeners are bound.
fn bound(policy: &Policy) -> BTreeMap<job::Listener, Vec<IpAddr>> {
    let bound = policy.host.bound.iter();
    let addresses = |on: &[Spanned<IpAddr>]| on.iter().map(|one| one.value).collect();
    bound
        .map(|(listener, on)| (self::listener(*listener), addresses(on)))
        .collect()
}

/// Returns the harness's word for a listener.
pub(crate) fn listener(listener: Listener) -> job::Listener {
    match listener {
        Listener::Smtp => job::Listener::Smtp,
        Listener::Submission => job::Listener::Submission,
        Listener::Submissions => job::Listener::Submissions,
    }
}

/// Returns the files with the credentials of all routes that mail goes by.
fn credentials(policy: &Policy) -> BTreeMap<PathBuf, String> {
    let held = policy.used_routes().filter_map(|route| {
        let path = route.credentials.as_ref()?;
        let line = format!("{} somebody:{PASSWORD}\n", route.host.value);
        Some((PathBuf::from(&path.value), line))
    });
    held.collect()
}

/// Returns the configuration of a Dovecot that does nothing but check passwords.
pub(crate) fn dovecot(socket: &str, user: &str) -> String {
    format!(
        "\
protocols =
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
passdb {{
  driver = shadow
}}
userdb {{
  driver = passwd
}}
# Without this an address that guessed wrong has to wait, longer each time.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener {socket} {{
    mode = 0660
    user = {user}
    group = {user}
  }}
}}
"
    )
}
