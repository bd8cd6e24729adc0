//! master.cf: the listeners of the policy among the services of Debian.

use super::lists::mua_lists;
use super::spf::Spf;
use super::version::Version;
use super::{Emission, auth, route};
use crate::diagnostic::{Diagnostics, Reported};
use crate::mail::{Listener, WayIn};
use crate::policy::Policy;
use crate::source::Spanned;
use crate::target::postfix::lexical::{Comment, Name, Word};
use crate::target::postfix::view::{
    ListenerEntry, MasterHead, MasterListeners, MasterNullClient, MasterServices, Setting,
};
use crate::target::render::render;

/// Adds master.cf.
pub(super) fn write(
    emission: &mut Emission<'_>,
    spf: &Spf,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    let policy = emission.policy;
    let entry = |way: &Spanned<WayIn>| ListenerEntry {
        name: Comment::new(&way.value.to_string()),
        line: Comment::line(&way.at),
        service: Word::inet(way.value),
        columns: Word::fixed(columns(way.value)),
        options: options(policy, way.value, emission.version),
        lists: lists(policy, way.value.listener),
    };
    let mut ways = policy.host.ways_in();
    ways.sort_by_key(|way| way.value.listener);
    let ways_in = MasterListeners {
        postmaster_line: Comment::line(&emission.postmaster.at),
        listeners: ways.iter().map(entry).collect(),
    };
    let ways_in = render(ways_in, diagnostics)?;
    let rest = MasterServices {
        routes: route::services(policy, emission.version, diagnostics)?,
        spf: spf.entries(),
        spf_line: spf.line(),
    };
    put_together(emission, &ways_in, rest, diagnostics)
}

/// Adds master.cf of a host that listens nowhere.
pub(super) fn write_null_client(
    emission: &mut Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    let policy = emission.policy;
    let host_line = Comment::line(&policy.host.at);
    let ways_in = render(MasterNullClient { host_line }, diagnostics)?;
    let rest = MasterServices {
        routes: route::services(policy, emission.version, diagnostics)?,
        spf: Vec::new(),
        spf_line: Comment::line(&policy.host.at),
    };
    put_together(emission, &ways_in, rest, diagnostics)
}

fn put_together(
    emission: &mut Emission<'_>,
    ways_in: &str,
    rest: MasterServices,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    let head = MasterHead {
        policy: emission.policy_name(),
        myhostname: Word::domain(&emission.policy.host.name.value),
    };
    let mut text = render(head, diagnostics)?;
    text += ways_in;
    text += &render(rest, diagnostics)?;
    emission.add("master.cf", text);
    Ok(())
}

/// The columns behind the name of a listener.
fn columns(way: WayIn) -> &'static str {
    match (way.listener, way.on) {
        (Listener::Smtp, None) => "      inet  n       -       n       -       -       smtpd",
        (Listener::Submissions, None) => " inet n      -       n       -       -       smtpd",
        (_, None | Some(_)) => " inet n       -       n       -       -       smtpd",
    }
}

/// The lists that a listener asks instead of those of main.cf.
fn lists(policy: &Policy, listener: Listener) -> Vec<Setting> {
    let list = |(name, value)| Setting {
        name: Name::fixed(name),
        value: Word::fixed(value),
    };
    match listener {
        Listener::Smtp => Vec::new(),
        Listener::Submissions | Listener::Submission => {
            mua_lists(policy, listener).into_iter().map(list).collect()
        }
    }
}

/// What a listener does otherwise than main.cf says.
fn options(policy: &Policy, way: WayIn, version: Version) -> Vec<Word> {
    let mut options = Vec::new();
    if policy.is_behind_proxies(way) {
        options.push("smtpd_upstream_proxy_protocol=haproxy");
    }
    match way.listener {
        Listener::Smtp => return options.into_iter().map(Word::fixed).collect(),
        Listener::Submissions => {
            options.push("syslog_name=postfix/submissions");
            options.push("smtpd_tls_wrappermode=yes");
            options.push("smtpd_tls_security_level=encrypt");
        }
        Listener::Submission => options.push("syslog_name=postfix/submission"),
    }
    if auth::is_offered(policy) {
        options.push("smtpd_sasl_auth_enable=yes");
    }
    if version.forbids_unauth_pipelining() {
        // Some mail programs do it when they log in.
        options.push("smtpd_forbid_unauth_pipelining=no");
    }
    options.into_iter().map(Word::fixed).collect()
}
