//! Keys as an administrator makes them, the policy that signs with them, and another's look at the
//! signatures.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use libtest_mimic::Failed;
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;
use mail_auth::hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::{
    AuthenticatedMessage, DkimResult, Error, MessageAuthenticator, Parameters, ResolverCache, Txt,
};

/// Selectors of keys, and what each signs with, as `mailpol dkim new` names it.
pub(crate) type Selectors<'a> = [(&'a str, &'a str)];

/// A policy whose mail is signed.
pub(crate) struct Signed {
    pub(crate) policy: String,
    /// The private keys, by their paths on the server.
    pub(crate) files: BTreeMap<PathBuf, String>,
    /// The keys as `mailpol dns` publishes them, by name.
    records: BTreeMap<String, String>,
}

/// Makes new keys, which are to be below `keys` on the server, and has the domain of a policy sign
/// with them.
pub(crate) fn signed(
    policy: &str,
    keys: &str,
    selectors: &Selectors<'_>,
) -> Result<Signed, Failed> {
    let folder = tempfile::tempdir()?;
    let mut nodes = String::new();
    let mut files = BTreeMap::new();
    for (selector, algorithm) in selectors {
        let file = folder.path().join(selector);
        let key = PathBuf::from(format!("{keys}/{selector}.pem"));
        let output = Command::new(env!("CARGO_BIN_EXE_mailpol"))
            .args(["dkim", "new", selector, "--algorithm", algorithm, "--key"])
            .args([&key, &file])
            .output()?;
        nodes += "; ";
        nodes += String::from_utf8(output.stdout)?.trim();
        files.insert(key, std::fs::read_to_string(&file)?);
    }
    let published = "publish { spf \"+mx -all\"";
    if !policy.contains(published) {
        return Err(format!("the policy has no {published:?}").into());
    }
    let policy = policy.replace(published, &format!("{published}{nodes}"));
    let file = folder.path().join("policy.kdl");
    std::fs::write(&file, &policy)?;
    let output = Command::new(env!("CARGO_BIN_EXE_mailpol"))
        .args(["dns", "--format", "zone"])
        .arg(&file)
        .output()?;
    let zone = String::from_utf8(output.stdout)?;
    let records = zone.lines().filter_map(|line| {
        let (name, text) = line.split_once(" TXT ")?;
        let strings = text.split('"').skip(1).step_by(2);
        name.contains("._domainkey.")
            .then(|| (name.to_owned(), strings.collect()))
    });
    let records: BTreeMap<String, String> = records.collect();
    if records.len() != selectors.len() {
        return Err(format!("not every key is published:\n{zone}").into());
    }
    Ok(Signed {
        policy,
        files,
        records,
    })
}

impl Signed {
    /// Has mail-auth look at the signatures of a message, and returns how many there are; none if
    /// any is not good.
    pub(crate) fn verified(&self, text: &str) -> Result<usize, Failed> {
        let wire = text.replace("\r\n", "\n").replace('\n', "\r\n");
        let message = AuthenticatedMessage::parse(wire.as_bytes()).ok_or("no message")?;
        let mut published = Published(HashMap::new());
        for (name, text) in &self.records {
            let key = Txt::DomainKey(Arc::new(DomainKey::parse(text.as_bytes())?));
            published.0.insert(name.as_str().into(), key);
        }
        let config = ResolverConfig::from_parts(None, Vec::new(), Vec::new());
        let authenticator = MessageAuthenticator::new(config, ResolverOpts::default())?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let asked = Parameters::new(&message).with_txt_cache(&published);
        let outputs = runtime.block_on(authenticator.verify_dkim(asked));
        let good = |result: &DkimResult| matches!(result, DkimResult::Pass);
        let all_good = outputs.iter().all(|output| good(output.result()));
        Ok(if all_good { outputs.len() } else { 0 })
    }
}

/// Knows the published keys, and that there is nothing else.
struct Published(HashMap<Box<str>, Txt>);

impl ResolverCache<Box<str>, Txt> for Published {
    fn get<Q: Hash + Eq + ?Sized>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
    {
        let nothing = Txt::Error(Error::ParseError);
        Some(self.0.get(name).cloned().unwrap_or(nothing))
    }

    fn remove<Q: Hash + Eq + ?Sized>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}
