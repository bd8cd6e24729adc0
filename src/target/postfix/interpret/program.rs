//! What one smtpd(8) listener does, compiled from the files.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use super::action::Codes;
use super::addressing::{Addressing, Traits};
use super::catalogue::{Catalogue, Side};
use super::client;
use super::compile::{Asked, Compiler, Opened, OpenedKey, class_fault};
use super::diagnostics::{UnjudgedParameter, UnjudgedRestriction};
use super::filter::Filter;
use super::listing::{Listed, Listing};
use super::map::parents;
use super::master_cf::Service;
use super::mended::Mended;
use super::offer::{Auth, Tls};
use super::owner::Owners;
use super::parameter::Settings;
use super::restriction::{Compiled, List, Restriction};
use super::table::Files;
use super::text::Text;
use crate::decision::{ClientTable, LoginTable, Question, TestId};
use crate::diagnostic::Diagnostics;
use crate::mail::{PathForm, Reply};
use crate::source::Loc;

/// A listener.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a parameter of smtpd(8) that is yes or no"
)]
pub(super) struct Program {
    pub(super) at: Loc,
    pub(super) auth: Auth,
    pub(super) tls: Tls,
    /// What is answered to a client that wants TLS, if it gets none.
    pub(super) no_tls: Option<Reply>,
    pub(super) filter: Filter,
    pub(super) is_strict: bool,
    pub(super) delays_reject: bool,
    pub(super) relay_comes_first: bool,
    pub(super) is_soft: bool,
    pub(super) trusts_routes: bool,
    /// The place that lets clients ask for reports of deliveries, if one does.
    pub(super) reports: Option<Loc>,
    pub(super) refuses_unlisted_recipient: bool,
    pub(super) refuses_unlisted_sender: bool,
    pub(super) unlisted_at: Loc,
    pub(super) client: List,
    pub(super) helo: List,
    pub(super) sender: List,
    pub(super) relay: List,
    pub(super) recipient: List,
    pub(super) data: List,
    pub(super) end_of_data: List,
    /// What `reject_unlisted_sender` asks, where it stands.
    pub(super) senders: Option<Arc<Listing>>,
    pub(super) recipients: Arc<Listing>,
    pub(super) owners: Arc<Owners>,
    /// Whether the client gave a login at all.
    pub(super) any_login: TestId,
    /// Whose header is mended.
    pub(super) mended: Mended,
}

/// What the compilation of a listener needs.
pub(super) struct Parts<'a> {
    pub(super) settings: &'a Settings<'a>,
    pub(super) services: &'a [Service],
    pub(super) artifacts: &'a Files<'a>,
    pub(super) addressing: &'a Addressing,
    pub(super) catalogue: &'a mut Catalogue,
    pub(super) tables: &'a mut SharedTables,
    pub(super) diagnostics: &'a mut Diagnostics,
}

/// The tables that listeners share: of recipients and owners, by the values of their parameters,
/// and those of restrictions.
#[derive(Debug, Default)]
pub(super) struct SharedTables {
    pub(super) opened: HashMap<OpenedKey, Arc<Opened>>,
    listings: BTreeMap<(Side, Vec<String>), Arc<Listing>>,
    /// What listings are made of, where nothing was wrong with it.
    listed: BTreeMap<Vec<String>, Listed>,
    owners: BTreeMap<String, Arc<Owners>>,
}

/// The parameters that a listing reads.
const LISTING: [&str; 14] = [
    "default_transport",
    "local_recipient_maps",
    "local_transport",
    "parent_domain_matches_subdomains",
    "relay_recipient_maps",
    "relay_transport",
    "transport_maps",
    "unknown_local_recipient_reject_code",
    "unknown_relay_recipient_reject_code",
    "unknown_virtual_alias_reject_code",
    "unknown_virtual_mailbox_reject_code",
    "virtual_alias_maps",
    "virtual_mailbox_maps",
    "virtual_transport",
];

impl Parts<'_> {
    pub(super) fn flag(&mut self, name: &str) -> bool {
        self.settings.boolean(name, self.diagnostics)
    }

    pub(super) fn text(&mut self, name: &str) -> Text {
        self.settings.text(name, self.diagnostics)
    }

    /// Returns the test of `mynetworks`.
    fn mynetworks(&mut self) -> TestId {
        let name = "mynetworks";
        let at = self.settings.place(name);
        let rows = if self.settings.is_set(name) {
            let value = self.text(name);
            client::address_list(name, &value, self.artifacts, self.diagnostics).unwrap_or_default()
        } else {
            let style = self.text("mynetworks_style");
            if style.as_str() != "host" {
                let reason = "the netmasks of the machine are not in the files";
                let at = self.settings.place("mynetworks_style");
                self.diagnostics
                    .error(UnjudgedParameter::new("mynetworks_style", reason, &at));
            }
            client::addresses(&self.own_addresses(), &at)
        };
        // One service may have the addresses of the host, and another none.
        let test = if self.settings.is_set(name) {
            format!("client in mynetworks {}", self.text(name).as_str())
        } else {
            "client in mynetworks by mynetworks_style".to_owned()
        };
        let make = || Question::Client(ClientTable::first_match(rows));
        self.catalogue.share(test.trim_ascii_end(), Some(&at), make)
    }

    /// Returns the addresses of this host.
    pub(super) fn own_addresses(&self) -> Vec<IpAddr> {
        let mut ips = self.artifacts.host_addresses.clone();
        ips.push(std::net::Ipv4Addr::LOCALHOST.into());
        ips.push(std::net::Ipv6Addr::LOCALHOST.into());
        ips
    }

    /// Returns the tables of recipients, for one side.
    fn listing(&mut self, side: Side) -> Arc<Listing> {
        let key: Vec<String> = LISTING
            .iter()
            .map(|name| self.text(name).as_str().to_owned())
            .collect();
        let key = (side, key);
        if let Some(listing) = self.tables.listings.get(&key) {
            return Arc::clone(listing);
        }
        let before = self.diagnostics.errors();
        let listed = self.tables.listed.remove(&key.1);
        let listed = listed.unwrap_or_else(|| self.listed());
        let is_good = self.diagnostics.failed_since(before).is_ok();
        let listing = Arc::new(Listing::new(
            side,
            &listed,
            self.settings,
            self.catalogue,
            self.diagnostics,
        ));
        if is_good {
            self.tables.listed.insert(key.1.clone(), listed);
        }
        self.tables.listings.insert(key, Arc::clone(&listing));
        listing
    }

    /// Reads the tables of recipients.
    fn listed(&mut self) -> Listed {
        Listed::read(
            self.settings,
            self.artifacts,
            &self.addressing.around,
            parents(self.settings, "transport_maps", self.diagnostics),
            self.diagnostics,
        )
    }

    /// Returns the owners of reverse-paths.
    fn owners(&mut self) -> Arc<Owners> {
        let key = self.text("smtpd_sender_login_maps").as_str().to_owned();
        if let Some(owners) = self.tables.owners.get(&key) {
            return Arc::clone(owners);
        }
        let owners = Arc::new(Owners::read(
            self.settings,
            self.artifacts,
            &self.addressing.around,
            self.catalogue,
            self.diagnostics,
        ));
        self.tables.owners.insert(key, Arc::clone(&owners));
        owners
    }

    fn filter(&mut self) -> Filter {
        let origin = &self.addressing.around.origin;
        Filter::read(
            self.settings,
            self.artifacts,
            origin,
            self.catalogue,
            self.diagnostics,
        )
    }

    fn codes(&mut self) -> Codes {
        let mut code = |name| self.settings.code(name, self.diagnostics);
        Codes {
            reject: code("access_map_reject_code"),
            defer: code("access_map_defer_code"),
        }
    }

    fn classes(&mut self) -> BTreeSet<String> {
        let value = self.text("smtpd_restriction_classes");
        let words = value.words();
        for word in &words {
            if let Some(reason) = class_fault(word.as_str()) {
                let fault = UnjudgedRestriction::new(word.as_str(), reason, &word.at());
                self.diagnostics.error(fault);
            }
        }
        words.iter().map(|word| word.as_str().to_owned()).collect()
    }
}

impl Program {
    /// Compiles the listener of a service.
    pub(super) fn compile(service: &Service, mut parts: Parts<'_>) -> Self {
        let auth = parts.auth();
        let tls = parts.tls();
        let no_tls = parts.no_tls(tls);
        let mynetworks = parts.mynetworks();
        let classes = parts.classes();
        let recipients = parts.listing(Side::To);
        let owners = parts.owners();
        let around = &parts.addressing.around;
        let filter = parts.filter();
        let codes = parts.codes();
        let access = parents(parts.settings, "smtpd_access_maps", parts.diagnostics);
        let any = || Question::Login(LoginTable::default());
        let any_login = parts.catalogue.share("login", None, any);
        let mut program = Self {
            at: service.at.clone(),
            auth,
            tls,
            no_tls,
            filter,
            is_strict: parts.flag("strict_rfc821_envelopes"),
            delays_reject: parts.flag("smtpd_delay_reject"),
            relay_comes_first: parts.flag("smtpd_relay_before_recipient_restrictions"),
            is_soft: parts.flag("soft_bounce"),
            trusts_routes: parts.flag("allow_untrusted_routing"),
            reports: parts.reports(),
            refuses_unlisted_recipient: parts.flag("smtpd_reject_unlisted_recipient"),
            refuses_unlisted_sender: parts.flag("smtpd_reject_unlisted_sender"),
            unlisted_at: parts.settings.place("smtpd_reject_unlisted_recipient"),
            client: List::default(),
            helo: List::default(),
            sender: List::default(),
            relay: List::default(),
            recipient: List::default(),
            data: List::default(),
            end_of_data: List::default(),
            senders: None,
            recipients,
            owners,
            any_login,
            mended: Mended::read(&mut parts, mynetworks),
        };
        let mut compiler = Compiler {
            settings: parts.settings,
            services: parts.services,
            artifacts: parts.artifacts,
            around,
            parents: access,
            codes,
            mynetworks,
            catalogue: &mut *parts.catalogue,
            tables: &mut *parts.tables,
            diagnostics: &mut *parts.diagnostics,
            classes,
            has_auth: auth != Auth::Never,
            depth: 0,
            asked: if program.delays_reject {
                Asked::AtRcpt
            } else {
                Asked::BeforeMail
            },
            addresses: HashMap::new(),
            named: BTreeSet::new(),
        };
        compiler.require_refusal();
        program.take_lists(&mut compiler);
        if program.refuses_unlisted_sender || program.lists().any(asks_senders) {
            program.senders = Some(parts.listing(Side::From));
        }
        program
    }

    fn take_lists(&mut self, compiler: &mut Compiler<'_>) {
        // Without the delay each list is asked as its command comes.
        self.client = compiler.parameter("smtpd_client_restrictions");
        self.helo = compiler.after_helo();
        compiler.asked = compiler.asked.max(Asked::BeforeRcpt);
        self.sender = compiler.parameter("smtpd_sender_restrictions");
        compiler.asked = Asked::AtRcpt;
        self.relay = compiler.parameter("smtpd_relay_restrictions");
        self.recipient = compiler.parameter("smtpd_recipient_restrictions");
        compiler.unnamed_classes();
        compiler.asked = Asked::AtData;
        self.data = compiler.parameter("smtpd_data_restrictions");
        compiler.asked = Asked::AfterMessage;
        self.end_of_data = compiler.parameter("smtpd_end_of_data_restrictions");
    }

    /// Returns whether a path without a domain is a syntax error here, so that nothing looks it up.
    pub(super) fn spoils_bare(&self, addressing: &Addressing, side: Side) -> bool {
        let traits = addressing.traits(PathForm::Bare, side, &self.filter, self.is_strict);
        matches!(traits, Traits::Spoiled(_))
    }

    fn lists(&self) -> impl Iterator<Item = &List> {
        [
            &self.client,
            &self.helo,
            &self.sender,
            &self.relay,
            &self.recipient,
            &self.data,
            &self.end_of_data,
        ]
        .into_iter()
    }
}

/// Returns whether a list looks senders up in the tables of recipients.
fn asks_senders(list: &List) -> bool {
    let in_actions = |actions: &[Compiled]| {
        actions.iter().any(|action| match action {
            Compiled::List(list) => asks_senders(list),
            Compiled::Plain(_) => false,
        })
    };
    list.items.iter().any(|item| match &item.what {
        Restriction::UnlistedSender => true,
        Restriction::Class(list) => asks_senders(list),
        Restriction::Client(table) | Restriction::Helo(table) | Restriction::Login(table) => {
            in_actions(&table.actions)
        }
        Restriction::Sender(table) | Restriction::Recipient(table) => in_actions(&table.actions),
        Restriction::Permit
        | Restriction::Refuse(_)
        | Restriction::Nothing
        | Restriction::PlaintextSession(_)
        | Restriction::PermitClient(_)
        | Restriction::PermitLogin
        | Restriction::Policy(_)
        | Restriction::PermitAuthDestination
        | Restriction::UnauthDestination(_)
        | Restriction::UnlistedRecipient
        | Restriction::LoginDoesNotOwn
        | Restriction::KnownSenderMismatch
        | Restriction::OwnedWithoutLogin => false,
    })
}
