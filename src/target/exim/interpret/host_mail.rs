//! Mail that programs on the host hand over (spec 4.96, chapter 31: rewriting; sections 14.23 and
//! 5.2: who may say who it is from). Tried on 4.96 with `-brw`, and with whole messages.

use super::decider::EximDecider;
use super::diagnostics::UnjudgedParameter;
use super::option::Options;
use super::reader::Reader;
use super::router::Unknown;
use super::text::Text;
use crate::decision::{AddressKey, Decider, Destination, HostMail, Written};
use crate::diagnostic::Reported;
use crate::mail::{Address, Domain};
use crate::source::Loc;

/// What the files say of it.
#[derive(Debug)]
pub(super) struct LocalMail {
    /// The domain of senders that have none.
    sender_domain: Domain,
    /// The same of recipients.
    recipient_domain: Domain,
    /// Whether a program says who its message is from; else it is from the account that it runs as.
    senders_count: bool,
    /// What lets the account stand beside the reverse-path, which is rewritten, in MAIL FROM.
    pub(super) says_account: Option<Loc>,
    rules: Rules,
    at: Loc,
}

/// The rules of rewriting, in their order: each address is tried with all of them (section 31.4).
#[derive(Debug, Default, Clone)]
pub(super) struct Rules(Vec<Rule>);

#[derive(Debug, Clone)]
struct Rule {
    /// Every address in this domain.
    domain: String,
    to: Address,
}

impl Reader<'_> {
    /// Reads the section `rewrite`: rules without flags, which rewrite envelope and header alike.
    pub(super) fn rewrite_rules(&mut self, lines: &[Text]) -> Rules {
        let mut rules = Rules::default();
        for line in lines {
            // What is wrong was told.
            if let Ok(rule) = self.rewrite_rule(line) {
                rules.0.push(rule);
            }
        }
        rules
    }

    fn rewrite_rule(&mut self, line: &Text) -> Result<Rule, Reported> {
        let at = line.at();
        let words: Vec<&str> = line.as_str().split_whitespace().collect();
        let [pattern, to] = words.as_slice() else {
            let reason = "mailpol follows rules of a pattern and an address, without flags";
            return Err(self.refuse("rewrite", reason, &at));
        };
        let plain = |text: &str| {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._+=".contains(c);
            !text.is_empty() && text.chars().all(is_plain)
        };
        // A local-part, and a pattern with capitals, would meet some spellings of an address and
        // not others (tried).
        let domain = pattern.strip_prefix("*@");
        let domain = domain.filter(|one| plain(one) && !one.contains(char::is_uppercase));
        let to = to.split_once('@');
        let to = to.filter(|(local, domain)| plain(local) && plain(domain));
        let (Some(domain), Some((local, to))) = (domain, to) else {
            let reason = "mailpol follows `*@` and a domain in small letters, and an address";
            return Err(self.refuse("rewrite", reason, &at));
        };
        Ok(Rule {
            domain: domain.to_owned(),
            to: Address::new(local, Domain::literal(to)),
        })
    }

    /// Refuses that Exim says in the header which account a message is from, beside whom a program
    /// says it is from (`local_from_check` in section 14.23).
    pub(super) fn hold_senders(&mut self, options: &Options, start: &Loc) {
        let name = "local_from_check";
        // An error may have kept the reader from a listener.
        if self.diagnostics.errors() == 0 && self.boolean(options, name, true) {
            let at = options.get(name).map_or(start, |setting| &setting.at);
            let reason = "messages would leave with a Sender field that names an account of the \
                          host: set it to `false`";
            self.diagnostics
                .error(UnjudgedParameter::new(name, reason, at));
        }
    }

    /// Returns what becomes of mail made on the host, of files that let no other in.
    pub(super) fn local_mail(
        &self,
        options: &Options,
        rules: Rules,
        at: &Loc,
    ) -> Option<LocalMail> {
        let senders = options.text("untrusted_set_sender");
        let domain = |name: &Option<String>| Some(Domain::literal(name.as_deref()?));
        Some(LocalMail {
            sender_domain: domain(&self.qualify_domain)?,
            recipient_domain: domain(&self.qualify_recipient)?,
            senders_count: senders.is_some_and(|text| text.as_str().trim() == "*"),
            says_account: None,
            rules,
            at: at.clone(),
        })
    }
}

impl EximDecider {
    /// Returns the place that gives accounts of the host names in a domain whose mail leaves, as
    /// that of anybody's domain does.
    pub(super) fn others_name(&self, options: &Options) -> Option<Loc> {
        let name = options.text("qualify_domain")?;
        let address = Address::new("postmaster", Domain::literal(name.as_str()));
        let found = self.walk(&Unknown).destinations(&address).ok()?;
        let leaves = |one: &Destination| matches!(one, Destination::Exchangers(_));
        // Of the domain of bare recipients the obligations speak.
        let is_asked = self.qualify_recipient.as_deref() == Some(name.as_str());
        let is_closed = self.local_mail.is_some();
        (!is_asked && !is_closed && found.iter().any(leaves)).then(|| name.at())
    }
}

impl Rules {
    /// Rewrites an address: what one rule makes of it, the next ones see.
    fn rewritten(&self, address: Address) -> Address {
        let mut address = address;
        for rule in &self.0 {
            if rule.domain == address.domain().as_str() {
                address = rule.to.clone();
            }
        }
        address
    }
}

impl LocalMail {
    fn recipient(&self, written: &Written) -> Address {
        let domain = written.domain.as_ref().unwrap_or(&self.recipient_domain);
        let address = Address::new(&written.local, domain.clone());
        self.rules.rewritten(address)
    }

    fn sender(&self, written: &Written) -> Address {
        let said = written.domain.as_ref().filter(|_| self.senders_count);
        let domain = said.unwrap_or(&self.sender_domain);
        self.rules
            .rewritten(Address::new(&written.local, domain.clone()))
    }

    /// The account's name at `qualify_domain`, which no rule rewrites (`smtp_setup_conn` and its
    /// like in smtp.c; tried).
    fn account(&self) -> Option<Address> {
        let named = Address::new("root", self.sender_domain.clone());
        self.says_account.is_some().then_some(named)
    }

    fn keys(&self, key: &mut dyn FnMut(AddressKey, &str)) {
        for rule in &self.rules.0 {
            key(AddressKey::Domain, &rule.domain);
            key(AddressKey::Address, &rule.to.to_string());
        }
        for domain in [&self.sender_domain, &self.recipient_domain] {
            key(AddressKey::Domain, domain.as_str());
        }
    }
}

/// A decider of files without a way in; others are never asked.
impl HostMail for EximDecider {
    fn sender(&self, written: &Written) -> Address {
        let unread = || Address::new(&written.local, Domain::literal("unread.invalid"));
        let local = self.local_mail.as_ref();
        local.map_or_else(unread, |local| local.sender(written))
    }

    fn account(&self) -> Option<Address> {
        self.local_mail.as_ref().and_then(LocalMail::account)
    }

    fn destinations(&self, written: &Written) -> Vec<Destination> {
        let Some(local) = &self.local_mail else {
            return vec![Destination::Undeliverable];
        };
        let address = local.recipient(written);
        // No sender has a say where nothing listens: the reader refuses `senders` there.
        let found = self.walk(&Unknown).destinations(&address);
        let found = found.unwrap_or_else(|_| vec![Destination::Undeliverable]);
        let led = |one| written.led(&address, one);
        found.into_iter().map(led).collect()
    }

    fn keys(&self, key: &mut dyn FnMut(AddressKey, &str)) {
        self.destination_keys(key);
        if let Some(local) = &self.local_mail {
            local.keys(key);
        }
    }

    fn at(&self) -> &Loc {
        self.local_mail.as_ref().map_or(&self.start, |local| {
            local.says_account.as_ref().unwrap_or(&local.at)
        })
    }
}
