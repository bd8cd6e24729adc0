//! DKIM: OpenDKIM as a Milter, which signs what logins send, and clients of networks that may.
//!
//! OpenDKIM 2.11.0~beta2 of Debian 12 signs with RSA; with an Ed25519 key it answers 451 to every
//! message (tried).

use super::Emission;
use super::{TableName, clients, main_cf, table};
use crate::diagnostic::{Diagnostics, Reported};
use crate::mail::{DkimAlgorithm, Domain};
use crate::policy::{DkimKey, Policy};
use crate::source::Spanned;
use crate::target::diagnostics::UnsayableValue;
use crate::target::postfix::lexical::{Comment, OpendkimRow, Word};
use crate::target::postfix::view::{OpendkimConf, OpendkimTable};
use crate::target::render::render;

/// Where OpenDKIM listens.
const MILTER: &str = "inet:127.0.0.1:8891";

/// OpenDKIM 2.11.0 says `dkim=permerror` of mail without a From that it can read, in `Mode s` too,
/// and above what policyd-spf says (tried). Of it the signature alone is wanted.
const LEFT_OUT: &str = "/^Authentication-Results:/ IGNORE";

/// A key that signs, and where it is.
type Signing<'p> = (&'p Domain, &'p DkimKey, &'p Spanned<String>);

/// Returns the keys that sign.
fn keys(policy: &Policy) -> Vec<Signing<'_>> {
    let domains = policy.domains.iter();
    let all = domains.flat_map(|(domain, hosted)| {
        let keys = hosted.publish.dkim.iter();
        keys.filter_map(move |key| Some((domain, key, key.key.as_ref()?)))
    });
    all.collect()
}

/// Returns the Milters of smtpd(8).
pub(super) fn milters(policy: &Policy) -> Vec<Word> {
    let signs = !keys(policy).is_empty();
    signs.then(|| Word::fixed(MILTER)).into_iter().collect()
}

/// Returns the table of what Milters may not add.
pub(super) fn header_checks() -> TableName {
    TableName::fixed("regexp", "milter-header-checks")
}

/// Adds OpenDKIM's files, if a key signs.
pub(super) fn write(
    emission: &mut Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    let keys = keys(emission.policy);
    let Some((_, first, _)) = keys.first() else {
        return Ok(());
    };
    let conf = OpendkimConf {
        policy: emission.policy_name(),
        line: Comment::line(&first.at),
    };
    let text = render(conf, diagnostics)?;
    emission.add_at("etc/opendkim.conf", text);
    let (mut names, mut signing) = (Vec::new(), Vec::new());
    for (domain, key, path) in keys {
        if key.public.algorithm() == DkimAlgorithm::Ed25519 {
            let why = "OpenDKIM of Debian 12 cannot sign with an Ed25519 key; leave `key` out to \
                       publish it only";
            diagnostics.error(UnsayableValue::new("postfix", &path.value, why, &path.at));
            continue;
        }
        let name = Word::key_name(domain, &key.selector.value);
        let domain = Word::domain(domain);
        let file = main_cf::path(path, diagnostics)?;
        names.push(OpendkimRow::key(&name, &domain, &key.selector.value, &file));
        signing.push(OpendkimRow::signs(&domain, &name));
        // It must belong to who signs, and to nobody else.
        emission.run(format!("chown opendkim:opendkim {file}"));
        emission.run(format!("chmod 600 {file}"));
        emission.artifacts.required_files.push(path.value.clone());
    }
    let tables = [
        (
            "internal-hosts",
            "Clients whose mail is signed: those of networks that may send.",
            clients::signed(emission.policy),
        ),
        (
            "signing",
            "Which key signs mail by the domain of From.",
            signing,
        ),
        (
            // Keys are customarily below /etc/opendkim/keys.
            "key-table",
            "The keys: domain, selector, path.",
            names,
        ),
    ];
    for (name, about, rows) in tables {
        let table = OpendkimTable {
            policy: emission.policy_name(),
            about: Comment::new(about),
            rows,
        };
        let text = render(table, diagnostics)?;
        emission.add_at(&format!("etc/opendkim/{name}"), text);
    }
    let about = "Headers that OpenDKIM adds, and that are left out (header_checks(5)).";
    table::pattern(
        "milter-header-checks",
        about,
        LEFT_OUT,
        emission,
        diagnostics,
    )?;
    emission.needs("opendkim");
    emission.artifacts.services.push("opendkim");
    Ok(())
}
