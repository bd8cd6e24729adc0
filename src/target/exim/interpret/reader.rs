//! What a reading knows while it reads: the tree, the main options, the named lists, and the tests
//! made so far.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::acl::SpfUses;
use super::catalogue::Catalogue;
use super::client::Sent;
use super::diagnostics::{Syntax, UnjudgedRestriction};
use super::kinds::FormUses;
use super::list::ListKind;
use super::list_source::KnownLists;
use super::lookup::Rows;
use super::path::Taken;
use super::text::Text;
use super::value::{Bool, Value, View};
use crate::decision::{Chooser, FoundBackend};
use crate::diagnostic::{Diagnostics, Reported};
use crate::source::Loc;
use crate::target::Artifacts;

/// Where an expansion stands: which variables have a value there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// A main option that is expanded for a session.
    Session,
    /// The ACL for a new connection.
    Connect,
    /// The ACL for HELO and EHLO.
    Helo,
    /// The ACL for MAIL.
    Mail,
    /// The ACL for RCPT.
    Rcpt,
    /// The ACL that runs when DATA comes.
    Predata,
    /// The ACL that runs when a message has come.
    Data,
    /// A server's option of an authenticator, and where it has put the login.
    Authenticator(LoginIn),
    /// A router.
    Router,
    /// A transport.
    Transport,
}

/// Of which mail a statement is, as far as patterns ask.
#[derive(Debug, PartialEq, Eq, Default)]
pub(super) enum About {
    /// Of any.
    #[default]
    All,
    /// Of that of which libspf2 reported an error.
    BadSpf,
    /// Of such mail, where this holds: a name, or one chosen of two, can have an SPF record.
    SpfName(Bool),
}

/// Which variable has the name that a client authenticates as (spec 4.96, chapter 34).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LoginIn {
    /// `$auth2`, as PLAIN has it: `$auth1` is the identity that the client claims.
    Second,
    /// `$auth1`, as LOGIN has it: `$auth2` is the password.
    First,
    /// `$auth1`, and nothing else is known: Dovecot has seen the password (dovecot.c of 4.96).
    Alone,
}

/// A condition that checks a password.
#[derive(Debug, Clone)]
pub(super) struct Check {
    /// Who does.
    pub(super) by: CheckedBy,
    /// Where the condition stands.
    pub(super) at: Loc,
}

/// Who a condition asks whether a password is right (section 11.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CheckedBy {
    /// saslauthd(8), for this service.
    Saslauthd(String),
    /// Exim itself, by the condition of this name.
    Exim(String),
}

/// A named list (section 10.6).
#[derive(Debug, Clone)]
pub(super) struct NamedList {
    /// What it lists.
    pub(super) kind: ListKind,
    /// Its items, not yet expanded.
    pub(super) text: Text,
}

/// A reading in progress.
pub(super) struct Reader<'a> {
    /// The tree.
    pub(super) artifacts: &'a Artifacts,
    /// What is told.
    pub(super) diagnostics: &'a mut Diagnostics,
    /// The tests.
    pub(super) catalogue: Catalogue,
    /// The files of lookups that were opened.
    pub(super) files: BTreeMap<String, Arc<Rows>>,
    /// The named lists, by kind and name.
    pub(super) lists: BTreeMap<(ListKind, String), NamedList>,
    /// What named lists have come to, by kind, name and subject.
    pub(super) known: KnownLists,
    /// How many expansions were read.
    pub(super) expansions: usize,
    /// How deep lists stand in lists.
    pub(super) depth: usize,
    /// `primary_hostname`.
    pub(super) primary_hostname: Option<String>,
    /// `qualify_domain`.
    pub(super) qualify_domain: Option<String>,
    /// `qualify_recipient`.
    pub(super) qualify_recipient: Option<String>,
    /// Which odd paths are taken.
    pub(super) taken: Taken,
    /// Whether the daemon is one that listens.
    pub(super) has_daemon: bool,
    /// Whether there is no way in: then all mail is made on the host.
    pub(super) is_closed: bool,
    /// A retry rule by which hosts are tried for longer than whoever wrote a message may wait.
    pub(super) retries_long: Option<Loc>,
    /// What lets mail leave with the account that it was made under, beside its reverse-path.
    pub(super) says_account: Option<Loc>,
    /// What conditions ask of the forms of paths.
    pub(super) forms: FormUses,
    /// Where the current expansion stands.
    pub(super) place: Place,
    /// How `$local_part` is seen: a router may cut its extension off.
    pub(super) recipient_view: View,
    /// What `$local_part_data` is.
    pub(super) local_part_data: Option<Value>,
    /// What `$domain_data` is.
    pub(super) domain_data: Option<Value>,
    /// The variables of ACLs that the ACL which is being read has set by now, whatever the
    /// envelope.
    pub(super) assigned: BTreeSet<String>,
    /// Of which mail the statement is that is being read.
    pub(super) about: About,
    /// What ACLs do with what SPF leaves behind, in all that was read.
    pub(super) spf: SpfUses,
    /// The texts that variables of ACLs are set to, in all that was read.
    pub(super) texts: BTreeMap<String, BTreeSet<String>>,
    /// What `$value` is.
    pub(super) value: Option<Value>,
    /// What `$dkim_domain` is.
    pub(super) dkim_domain: Option<String>,
    /// What `$dkim_selector` is.
    pub(super) dkim_selector: Option<String>,
    /// By what the client chooses where mail goes, in what is being read.
    pub(super) given: BTreeSet<Chooser>,
    /// Whether it was asked if the message came by SMTP, in the router or transport that is being
    /// read.
    pub(super) asks_for_client: bool,
    /// For how long ACLs hold replies back, in seconds, in all that was read.
    pub(super) delays: u64,
    /// The conditions that check a password, in what is being read.
    pub(super) checks: Vec<Check>,
    /// What authenticators send to other hosts, before any of it is expanded.
    pub(super) client_sends: Vec<Sent>,
    /// Where a client is looked up by the text of its address, which is another one if a proxy
    /// announces it mapped into IPv6.
    pub(super) by_text: Option<Loc>,
    /// Who checks passwords, so far.
    pub(super) backends: Vec<FoundBackend>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(artifacts: &'a Artifacts, diagnostics: &'a mut Diagnostics) -> Self {
        Self {
            artifacts,
            diagnostics,
            catalogue: Catalogue::default(),
            files: BTreeMap::new(),
            lists: BTreeMap::new(),
            known: KnownLists::default(),
            expansions: 0,
            depth: 0,
            primary_hostname: None,
            qualify_domain: None,
            qualify_recipient: None,
            taken: Taken::default(),
            has_daemon: true,
            is_closed: false,
            retries_long: None,
            says_account: None,
            forms: FormUses::default(),
            place: Place::Session,
            recipient_view: View::Parsed,
            local_part_data: None,
            domain_data: None,
            assigned: BTreeSet::new(),
            about: About::All,
            spf: SpfUses::default(),
            texts: BTreeMap::new(),
            value: None,
            dkim_domain: None,
            dkim_selector: None,
            given: BTreeSet::new(),
            asks_for_client: false,
            delays: 0,
            checks: Vec::new(),
            client_sends: Vec::new(),
            by_text: None,
            backends: Vec::new(),
        }
    }

    /// Says that something cannot be judged.
    pub(super) fn refuse(&mut self, name: &str, reason: impl Into<String>, at: &Loc) -> Reported {
        self.diagnostics
            .error(UnjudgedRestriction::new(name, reason, at))
    }

    /// Says that Exim does not run with this.
    pub(super) fn syntax(&mut self, reason: impl Into<String>, at: &Loc) -> Reported {
        self.diagnostics.error(Syntax::new(reason, at))
    }

    /// Runs something at another place.
    pub(super) fn at_place<T>(&mut self, place: Place, run: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.place, place);
        let done = run(self);
        self.place = outer;
        done
    }
}
