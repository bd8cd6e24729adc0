//! Reads Exim's configuration and answers envelopes as Exim would (spec 4.96).
//!
//! Chapter 6 says how the file is read (`lines`, `section`), chapter 14 what the main options are
//! (`option`), chapters 10 and 11 what lists and expansions say (`list`, `expand`), chapter 44 what
//! ACLs decide (`acl`), chapters 33 and 34 who is authenticated (`authenticator`), and chapters 15
//! to 30 where a recipient goes (`router`).
//!
//! INVARIANT: it knows nothing of policies. Given another tool's files it would answer the same.
//! INVARIANT: what it does not understand is an error. It never guesses.

mod diagnostics;

mod characters;
mod chosen;
mod ciphers;
mod client;
mod client_keys;
mod lines;
mod section;
mod text;

mod option;
mod owner;
mod shape;
mod unread;
mod untold;

mod list;
mod list_item;
mod list_run;
mod list_source;

mod catalogue;
mod compare;
mod condition;
mod expand;
mod follow;
mod given;
mod inert;
mod item;
mod keys;
mod kinds;
mod login;
mod lookup;
mod macros;
mod met;
mod operator;
mod passed_over;
mod password;
mod pattern;
mod reader;
mod rows;
mod table;
mod value;
mod variable;

mod acl;
mod authenticator;
mod backend;
mod believed;
mod daemon;
mod dkim;
mod host_mail;
mod listener;
mod path;
mod retry;
mod router;
mod sending;

mod decider;
mod session;
mod truth;

use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;

use crate::decision::{ClientTable, Label, LoginTable, Question, Row};
use crate::diagnostic::{Diagnostics, Reported};
use crate::mail::{Path, PathForm};
use crate::source::Loc;
use crate::target::digits::digits;
use crate::target::{Artifacts, Reading};

use acl::{AclUse, Acls};
use catalogue::Side;
use decider::{Commands, EximDecider};
use diagnostics::{MissingRoot, UnjudgedParameter, UnjudgedService, UnjudgedVersion};
use list::{ListKind, Subject};
use option::Options;
use path::Taken;
use reader::{Place, Reader};
use router::Unknown;
use section::Sections;
use text::Text;
use value::Bool;

/// The configuration, below the server's root.
const FILE: &str = "etc/exim4/exim4.conf";

/// Reads a tree of files as Exim 4.96 would, whoever wrote it.
pub(super) fn interpret(
    artifacts: &Artifacts,
    diagnostics: &mut Diagnostics,
) -> Result<Reading, Reported> {
    let before = diagnostics.errors();
    // A tree that names no version is of the oldest that the model holds for.
    if artifacts.version != (0, 0, 0) && artifacts.version < (4, 96, 0) {
        return Err(diagnostics.error(UnjudgedVersion::new(artifacts.version)));
    }
    let Some(artifact) = artifacts.get(FILE) else {
        return Err(diagnostics.error(MissingRoot::new(FILE, artifacts)));
    };
    let source = Arc::clone(&artifact.source);
    characters::check(&source, diagnostics)?;
    let lines = lines::read(&source, artifacts, diagnostics);
    let sections = section::divide(lines, diagnostics);
    let mut reader = Reader::new(artifacts, diagnostics);
    let start = Loc::new(&source, 0, 0);
    let options = reader.options(&sections.main);
    reader.names(&options, &start);
    reader.basic_tests(&start);
    reader.daemon();
    reader.retries(&sections, &start);
    let listeners = reader.listeners(&options, &start);
    reader.is_closed = listeners.is_empty();
    let decider = reader.decider(&sections, &options, &start);
    let backends = std::mem::take(&mut reader.backends);
    let routers = decider.as_ref().ok().map(|decider| &decider.routers);
    if let Some(at) = reader.retries_long.take()
        && routers.is_some_and(|routers| !routers.gives_up())
    {
        let reason = "who wrote a message would not hear for a month that it does not arrive: let \
                      the first router give up what is four days old";
        reader.refuse("retry", reason, &at);
    }
    let believed = reader.believed(&options, &start);
    let sending = reader.sending(&sections, &options, routers);
    let (uses, taken) = (&reader.forms, reader.taken);
    let kinds = [
        (EximDecider::FROM_FORM, uses.question(Side::From, taken)),
        (EximDecider::TO_FORM, uses.question(Side::To, taken)),
    ];
    let tests = std::mem::take(&mut reader.catalogue).finish(kinds);
    reader.diagnostics.failed_since(before)?;
    let mut decider = decider?;
    decider.tests = tests;
    decider.find_routers_of_anybody();
    if let Some(at) = decider.routers.cuts_others() {
        let reason = "other hosts would get an address without what stands behind its `+`";
        return Err(diagnostics.error(UnjudgedService::new("local_part_suffix", reason, at)));
    }
    if let Some(at) = decider.others_name(&options) {
        let reason = "accounts of the host would be called by it, which is somebody else's: their \
                      bounces would leave for there";
        return Err(diagnostics.error(UnjudgedParameter::new("qualify_domain", reason, &at)));
    }
    if let Some((at, reason)) = decider.walk(&Unknown).astray() {
        return Err(diagnostics.error(UnjudgedService::new("data", reason, at)));
    }
    Ok(Reading {
        decider: Box::new(decider),
        listeners,
        backends,
        believed: believed?,
        sending,
    })
}

/// Returns with more than how many Received fields taken mail fails (section 14.9). What is no
/// number was told.
fn hops_max(options: &Options) -> u64 {
    let said = options.text("received_headers_max");
    let said = said.and_then(|text| digits(text.as_str().trim()));
    said.unwrap_or(30)
}

/// How long the name of the host may be, in octets (`appendfile_transport_entry` in appendfile.c of
/// 4.96: with a time, a process and a tag it is the name of a file).
const HOST_OCTETS_MAX: usize = 180;

impl Reader<'_> {
    /// Reads the names that other options and expansions use (section 14.23).
    fn names(&mut self, options: &Options, start: &Loc) {
        let text = |name: &str| options.text(name).map(|text| text.as_str().to_owned());
        self.primary_hostname = text("primary_hostname");
        self.qualify_domain = text("qualify_domain").or(self.primary_hostname.clone());
        self.qualify_recipient = text("qualify_recipient").or(self.qualify_domain.clone());
        let is_letter = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        let odd = |text: &Text| !text.as_str().chars().all(is_letter);
        if let Some(text) = options.text("primary_hostname").filter(odd) {
            let reason = "this is no name of a host";
            self.refuse("primary_hostname", reason, &text.at());
        }
        let long = |text: &Text| text.as_str().len() > HOST_OCTETS_MAX;
        if let Some(text) = options.text("primary_hostname").filter(long) {
            let reason = "the files of a Maildir, which end in it, could not be made";
            self.refuse("primary_hostname", reason, &text.at());
        }
        for name in ["qualify_domain", "qualify_recipient"] {
            let is_none = |text: &Text| {
                let path = Path::parse(&format!("postmaster@{}", text.as_str()), &[]);
                path.form() != PathForm::Plain
            };
            if let Some(text) = options.text(name).filter(is_none) {
                let reason = "bare names would be in it, and it is no domain";
                self.refuse(name, reason, &text.at());
            }
        }
        if self.qualify_recipient.is_none() {
            let reason = "bare postmaster is in the host's own domain, which is not in the files";
            let name = "primary_hostname";
            self.diagnostics
                .error(UnjudgedParameter::new(name, reason, start));
        }
        // Section 14.23: without the first, letters, digits, dots, dashes, and the second.
        let junk = text("helo_accept_junk_hosts").unwrap_or_default();
        let marks = text("helo_allow_chars").unwrap_or_default();
        self.spf.takes_all_helo = junk.trim() == "*";
        self.spf.takes_any_helo = !junk.trim().is_empty() || !marks.trim_matches('_').is_empty();
        self.taken = Taken {
            literals: self.boolean(options, "allow_domain_literals", false),
            trailing_dots: self.boolean(options, "strip_trailing_dot", false),
        };
    }

    /// Makes the tests whose numbers the decider knows.
    fn basic_tests(&mut self, start: &Loc) {
        let row = || Row::new(Label(1), start.clone());
        let loopback = [
            (IpAddr::from([127, 0, 0, 0]), 8),
            (IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]), 128),
        ];
        let loopback = loopback
            .into_iter()
            .filter_map(|(ip, length)| Some((IpNet::new(ip, length).ok()?, row())));
        let loopback = ClientTable::first_match(loopback.collect());
        for (name, question) in [
            ("listener", Question::Listener),
            ("TLS", Question::Tls),
            ("form of the reverse-path", Question::FromForm),
            ("form of the forward-path", Question::ToForm),
            ("login", Question::Login(LoginTable::default())),
            ("SPF of MAIL FROM", Question::SpfFrom),
            ("SPF of HELO", Question::SpfHelo),
            ("client is loopback", Question::Client(loopback)),
        ] {
            self.catalogue.share(name.to_owned(), None, || question);
        }
    }

    fn decider(
        &mut self,
        sections: &Sections,
        options: &Options,
        start: &Loc,
    ) -> Result<EximDecider, Reported> {
        let empty: Vec<Text> = Vec::new();
        let section = |name: &str| sections.others.get(name).unwrap_or(&empty);
        let closed = self.is_closed;
        if let Some(line) = section("rewrite").first().filter(|_| !closed) {
            let reason = "what it changes is not followed";
            self.refuse("rewrite", reason, &line.at());
        }
        let mut local_mail = if closed {
            self.hold_senders(options, start);
            let rules = self.rewrite_rules(section("rewrite"));
            let at = sections.places.get("rewrite").unwrap_or(start);
            self.local_mail(options, rules, at)
        } else {
            None
        };
        let instances = section::instances(section("authenticators"), self.diagnostics);
        let authenticators = self.authenticators(&instances);
        self.same_logins(&authenticators);
        let names = authenticators.iter().map(|one| one.name.clone());
        let raw = acl::read(section("acl"), self.diagnostics);
        let mut acls = Acls::new(raw, names.collect());
        let instances = section::instances(section("transports"), self.diagnostics);
        let transports = self.transports(&instances);
        let instances = section::instances(section("routers"), self.diagnostics);
        let routers = self.routers(&instances, &transports);
        if let Some(local) = &mut local_mail {
            local.says_account = self.says_account.take();
        }
        let auth_offered = self.hosts(options, "auth_advertise_hosts");
        if let Ok(offered) = &auth_offered {
            self.in_clear(offered, &authenticators);
        }
        let tls_offered = self.hosts(options, "tls_advertise_hosts");
        let tls_at = options.get("tls_advertise_hosts").map(|one| one.at.clone());
        for name in ["sender_unqualified_hosts", "recipient_unqualified_hosts"] {
            if let Some(text) = options.text(name).filter(|text| !text.as_str().is_empty()) {
                let reason = "addresses without a domain would be taken";
                self.refuse(name, reason, &text.at());
            }
        }
        let mut command = |reader: &mut Self, place, name: &str| {
            let acl = reader.command(options, &mut acls, place, name);
            acl.unwrap_or(AclUse::Deny)
        };
        let commands = Commands {
            connect: command(self, Place::Connect, "acl_smtp_connect"),
            helo: command(self, Place::Helo, "acl_smtp_helo"),
            mail: command(self, Place::Mail, "acl_smtp_mail"),
            rcpt: command(self, Place::Rcpt, "acl_smtp_rcpt"),
            predata: command(self, Place::Predata, "acl_smtp_predata"),
            data: command(self, Place::Data, "acl_smtp_data"),
        };
        self.hold_unused(&acls);
        self.hold_spf();
        self.hold_predata(options);
        Ok(EximDecider {
            tests: Vec::new(),
            commands,
            authenticators,
            auth_offered: auth_offered?,
            tls_offered: tls_offered?,
            tls_at: tls_at.unwrap_or_else(|| start.clone()),
            routers,
            taken: self.taken,
            qualify_recipient: self.qualify_recipient.clone(),
            cuts_extensions: self.forms.cuts,
            hops_max: hops_max(options),
            local_mail,
            start: start.clone(),
        })
    }

    /// Refuses what Exim may not start with in an ACL that no command runs.
    fn hold_unused(&mut self, acls: &Acls) {
        // An error may have kept the reader from it.
        if self.diagnostics.errors() == 0
            && let Some(at) = acls.unknown()
        {
            let reason = "no command runs this ACL, and what stands here mailpol does not know";
            self.refuse("acl", reason, at);
        }
    }

    /// Refuses an ACL that whoever sends by BDAT passes by (RFC 3030; `smtp_setup_msg` of 4.96 runs
    /// it for DATA alone, tried).
    fn hold_predata(&mut self, options: &Options) {
        let chunks = options.text("chunking_advertise_hosts");
        let offers = chunks.is_none_or(|list| !list.as_str().trim().is_empty());
        if let Some(setting) = options.get("acl_smtp_predata").filter(|_| offers) {
            let reason = "clients that send by BDAT do not come to it: set \
                          `chunking_advertise_hosts` to nothing";
            self.refuse("acl_smtp_predata", reason, &setting.at);
        }
    }

    /// Reads a host list that says who is offered something; by default everybody.
    fn hosts(&mut self, options: &Options, name: &str) -> Result<Bool, Reported> {
        match options.text(name) {
            Some(list) => self.expanded_list(ListKind::Host, Subject::Client, &list),
            None => Ok(Bool::Const(true)),
        }
    }

    /// Reads the ACL of a command (section 44.14: without one, only RCPT is denied).
    fn command(
        &mut self,
        options: &Options,
        acls: &mut Acls,
        place: Place,
        name: &str,
    ) -> Result<AclUse, Reported> {
        match options.text(name) {
            Some(text) => self.at_place(place, |reader| {
                let acl = reader.acl(&text, acls);
                reader.look_at_spf_of_command();
                acl
            }),
            None if place == Place::Rcpt => Ok(AclUse::Deny),
            None => Ok(AclUse::Accept),
        }
    }
}
