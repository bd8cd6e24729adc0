//! A tree of the corpus, as a job for the harness.

use std::collections::BTreeMap;
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use libtest_mimic::Failed;
use mailpol::spf::SpfResult;
use serde_json::Value;
use tempfile::TempDir;

use crate::Expected;
use crate::scene::{PASSWORD, name_of, zone};
use crate::support::job::{
    Account, Certificate, Client, Envelope, Job, Listener, Login, Mta, Record, Scene, Until,
    Warnings,
};
use crate::support::proxy;

/// The host that every tree of the corpus is for.
const HOST: &str = "mx.here.example";
const ADDRESSES: [&str; 2] = ["198.51.100.25", "2001:db8:d0e::25"];
/// The accounts that some tree knows, and one that none does.
const ACCOUNTS: [&str; 4] = ["john", "jane", "jimmy", "www-data"];

/// How passwords are checked: what trees with AUTH leave to the machine.
const SASL: [(&str, &str); 2] = [
    (
        "etc/default/saslauthd",
        "START=yes\nDESC=x\nNAME=saslauthd\nMECHANISMS=shadow\nMECH_OPTIONS=\nTHREADS=2\n\
         OPTIONS=\"-c -m /var/run/saslauthd\"\n",
    ),
    (
        "etc/postfix/sasl/smtpd.conf",
        "pwcheck_method: saslauthd\nmech_list: PLAIN LOGIN\n",
    ),
];

/// Domains whose SPF errors have a name in libspf2: two records, and a failure below the first. The
/// zone's own are such as it calls `(invalid)`.
const NAMED_ERRORS: [&str; 2] = ["two.example", "deep.example"];

/// Returns what the trees know of DNS besides SPF results.
fn names() -> Vec<Record> {
    let text = |name: &str, text: &str| Record::Txt {
        name: name.to_owned(),
        strings: vec![text.to_owned()],
    };
    let fails = name_of(SpfResult::Temperror);
    vec![
        text(NAMED_ERRORS[0], "v=spf1 -all"),
        text(NAMED_ERRORS[0], "v=spf1 +all"),
        text(NAMED_ERRORS[1], &format!("v=spf1 include:{fails} -all")),
        Record::Address {
            name: "victim.example".to_owned(),
            address: [203, 0, 113, 7].into(),
        },
    ]
}

/// A tree, and what it is said to answer, by the number of the line that says it.
pub(crate) struct Case {
    pub(crate) job: Job,
    pub(crate) expected: Vec<(usize, Expected)>,
    /// The tree lives as long as this.
    _tree: TempDir,
}

impl Case {
    /// Reads a folder of the corpus.
    pub(crate) fn read(mta: Mta, folder: &Path) -> Result<Self, Failed> {
        let tree = tempfile::tempdir()?;
        let mut files = BTreeMap::new();
        gather(folder, &folder.join("etc"), &mut files)?;
        let main = match mta {
            Mta::Postfix => "etc/postfix/main.cf",
            Mta::Exim => "etc/exim4/exim4.conf",
        };
        let settings = files.get(Path::new(main)).cloned();
        let settings = settings.ok_or_else(|| format!("no {main}"))?;
        let text = fs::read_to_string(folder.join("envelopes.jsonl"))?;
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.is_empty());
        let mut envelopes = Vec::new();
        let mut expected = Vec::new();
        for (number, line) in lines {
            let value: Value = serde_json::from_str(line)?;
            let mut envelope = envelope(&value)?;
            if mta == Mta::Exim {
                // What its ACL of DATA refuses it refuses behind the message.
                envelope.until = Until::Message("Subject: x\n\nx\n".to_owned());
            }
            envelopes.push(envelope);
            expected.push((number, Expected::read(mta, line, &value)?));
        }
        let has_login = envelopes.iter().any(|one| one.client.login.is_some());
        if has_login {
            for (path, text) in SASL {
                files.entry(path.into()).or_insert_with(|| text.to_owned());
            }
        }
        for (path, text) in &files {
            let path = tree.path().join(path);
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
            fs::write(path, text)?;
        }
        let mut job = Job::new(tree.path(), scene(mta, &settings, has_login));
        job.mta = mta;
        job.envelopes = envelopes;
        // Some trees are what Postfix warns of, and there are many.
        job.warnings = Warnings::Unasked;
        Ok(Self {
            job,
            expected,
            _tree: tree,
        })
    }
}

impl Expected {
    fn read(mta: Mta, line: &str, value: &Value) -> Result<Self, Failed> {
        let expect = value.get("expect").ok_or("no `expect`")?;
        let text = |key: &str| expect.get(key).and_then(Value::as_str).map(str::to_owned);
        let code = expect.get("code").and_then(Value::as_u64);
        Ok(Self {
            line: line.to_owned(),
            verdict: text("verdict"),
            code: code.map(u16::try_from).transpose()?,
            status: text("status"),
            is_exim: mta == Mta::Exim,
        })
    }
}

fn gather(root: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, String>) -> Result<(), Failed> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            gather(root, &path, files)?;
        } else {
            let name = path.strip_prefix(root)?.to_owned();
            files.insert(name, fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

/// Returns what the harness says for a line of the corpus.
fn envelope(value: &Value) -> Result<Envelope, Failed> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let address: IpAddr = text("client").ok_or("no `client`")?.parse()?;
    let listener = match text("listener").unwrap_or("smtp") {
        "smtp" => Listener::Smtp,
        "submission" => Listener::Submission,
        "submissions" => Listener::Submissions,
        other => return Err(format!("`{other}` is no listener").into()),
    };
    let mut client = Client::new(address, listener);
    client.tls |= value.get("tls").and_then(Value::as_bool).unwrap_or(false);
    client.login = text("login").map(|login| Login::plain(login, PASSWORD));
    client.helo = text("helo").map_or_else(|| format!("[{address}]"), str::to_owned);
    if let Some(by) = text("by") {
        client.address = by.parse()?;
        client.header = header(text("says").unwrap_or("v2"), address)?;
    }
    if let Some(result) = text("spf_helo") {
        client.helo = named(result)?;
    }
    let mut from = text("from").ok_or("no `from`")?.to_owned();
    if let Some(result) = text("spf") {
        from = from_domain(&from, &named(result)?)?;
    }
    let mut envelope = Envelope::new(&client, &from, text("to").ok_or("no `to`")?);
    envelope.until = Until::Data;
    envelope.may_misconfigure = true;
    Ok(envelope)
}

/// Returns what a proxy says of a client, in one of the forms that there are.
fn header(form: &str, client: IpAddr) -> Result<Vec<u8>, Failed> {
    Ok(match form {
        "v1" => proxy::v1(client),
        "v2" => proxy::v2(client),
        "v1-mapped" => proxy::v1(proxy::mapped(client)),
        "v2-mapped" => proxy::v2(proxy::mapped(client)),
        "local" => proxy::local(),
        "unknown" => proxy::unknown(),
        other => return Err(format!("`{other}` is no form of a header").into()),
    })
}

/// Returns a name of the zone that has an SPF result.
fn named(result: &str) -> Result<String, Failed> {
    let mut all = SpfResult::ALL.into_iter();
    let found = all.find(|one| one.as_str() == result);
    Ok(name_of(found.ok_or(format!("no result `{result}`"))?))
}

/// Returns a reverse-path with another domain; a dot at its end stays.
fn from_domain(from: &str, domain: &str) -> Result<String, Failed> {
    let (local, old) = from.rsplit_once('@').ok_or("no domain to ask SPF about")?;
    if NAMED_ERRORS.contains(&old) {
        return Ok(from.to_owned());
    }
    let dot = if old.ends_with('.') { "." } else { "" };
    Ok(format!("{local}@{domain}{dot}"))
}

/// Returns the machine that a tree with these settings needs.
fn scene(mta: Mta, settings: &str, has_login: bool) -> Scene {
    let logins = if has_login { &ACCOUNTS[..] } else { &[] };
    let accounts = logins.iter().map(|login| Account {
        login: (*login).to_owned(),
        password: PASSWORD.to_owned(),
    });
    let value = |name: &str| {
        let mut lines = settings.lines().filter_map(|line| line.split_once('='));
        let found = lines.find(|(key, _)| key.trim() == name);
        found.map(|(_, value)| PathBuf::from(value.trim()))
    };
    let certificate = value("smtpd_tls_cert_file").zip(value("smtpd_tls_key_file"));
    let certificates = certificate.map(|(chain, key)| Certificate {
        name: HOST.to_owned(),
        chain,
        key,
    });
    let mut commands: Vec<String> = indexed(settings);
    if has_login {
        let user = match mta {
            Mta::Postfix => "postfix",
            Mta::Exim => "Debian-exim",
        };
        commands.push(format!("adduser {user} sasl"));
    }
    Scene {
        hostname: HOST.to_owned(),
        addresses: ADDRESSES.iter().filter_map(|ip| ip.parse().ok()).collect(),
        bound: BTreeMap::new(),
        proxies: Vec::new(),
        announced: BTreeMap::new(),
        accounts: accounts.collect(),
        certificates: certificates.into_iter().collect(),
        zone: zone().into_iter().chain(names()).collect(),
        commands,
        files: BTreeMap::new(),
    }
}

/// Returns the commands that make the indexed tables of these settings.
fn indexed(settings: &str) -> Vec<String> {
    let cdb = settings.split(|c: char| c.is_whitespace() || "{};".contains(c));
    let cdb = cdb.filter_map(|word| Some((word, word.strip_suffix(".cdb")?)));
    let cdb = cdb.map(|(index, source)| format!("cdb -c -m -p 0644 {index} {source}"));
    let words = settings.split(|c: char| c.is_whitespace() || ",{}".contains(c));
    words
        .filter(|word| word.starts_with("hash:/") || word.starts_with("lmdb:/"))
        .map(|table| {
            let is_aliases = table.contains("aliases");
            let program = if is_aliases { "postalias" } else { "postmap" };
            format!("{program} {table}")
        })
        .chain(cdb)
        .collect()
}
