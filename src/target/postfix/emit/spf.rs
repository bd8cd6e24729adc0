//! SPF: policyd-spf, as several services.
//!
//! One service writes one kind of header. HELO is judged for the null reverse-path only, but
//! policyd-spf 3.0.4 looks at it always, then reports it where MAIL FROM has no record, and gives
//! up at a name that DNS cannot hold: so the null reverse-path has services of its own, and each
//! looks at one of the two.

use super::Emission;
use super::restriction::{self as restrict, Restriction};
use super::table::TableName;
use crate::diagnostic::{Diagnostics, Reported};
use crate::policy::{RecordHeaders, SpfPolicy};
use crate::source::Loc;
use crate::target::postfix::lexical::{Comment, Name, Word};
use crate::target::postfix::view::{RestrictionList, SpfConf, SpfPart, SpfService};
use crate::target::render::render;

/// The class of the null reverse-path.
const NULL_CLASS: &str = "spf_of_null_sender";

/// The services, in the order in which they are asked.
pub(super) struct Spf {
    services: Vec<Service>,
    line: Comment,
}

struct Service {
    name: Name,
    /// Whether it is for the null reverse-path.
    null: bool,
    header: &'static str,
    about: &'static str,
}

/// Returns the services that a policy needs; none if SPF is off.
pub(super) fn services(policy: SpfPolicy, header: RecordHeaders, at: &Loc) -> Spf {
    let received = [
        service("spf-received", false, "SPF"),
        service("spf-received-null", true, "SPF"),
    ];
    let results = [
        service("spf-authres", false, "AR"),
        service("spf-authres-null", true, "AR"),
    ];
    let services = match (policy, header) {
        (SpfPolicy::Off, _) => Vec::new(),
        (_, RecordHeaders::None) => vec![
            service("spf-check", false, "None"),
            service("spf-check-null", true, "None"),
        ],
        (_, RecordHeaders::Spf) => received.into(),
        (_, RecordHeaders::Auth) => results.into(),
        (_, RecordHeaders::Both) => received.into_iter().chain(results).collect(),
    };
    Spf {
        services,
        line: Comment::line(at),
    }
}

fn service(name: &'static str, null: bool, header: &'static str) -> Service {
    let about = match (header, null) {
        ("SPF", false) => "Received-SPF for MAIL FROM",
        ("SPF", true) => "Received-SPF for the null reverse-path, by HELO",
        ("AR", false) => "Authentication-Results for MAIL FROM",
        ("AR", true) => "Authentication-Results for the null reverse-path, by HELO",
        (_, false) => "MAIL FROM, without a header",
        (_, true) => "the null reverse-path, by HELO, without a header",
    };
    Service {
        name: Name::fixed(name),
        null,
        header,
        about,
    }
}

impl Spf {
    pub(super) fn is_off(&self) -> bool {
        self.services.is_empty()
    }

    /// Returns the end of a list: who is still here is asked for SPF.
    pub(super) fn restrictions(&self, without_spf: &TableName) -> Vec<Restriction> {
        if self.is_off() {
            return Vec::new();
        }
        let mut list = vec![
            restrict::client_access(without_spf),
            restrict::null_sender(&Name::fixed(NULL_CLASS)),
        ];
        list.extend(self.ask(false));
        list
    }

    /// Returns the class of the null reverse-path.
    pub(super) fn class(&self) -> Option<RestrictionList> {
        if self.is_off() {
            return None;
        }
        let mut restrictions = self.ask(true);
        restrictions.push(Restriction::PERMIT);
        Some(RestrictionList {
            about: Comment::new("SPF of the null reverse-path: by HELO."),
            name: Name::fixed(NULL_CLASS),
            restrictions,
        })
    }

    fn ask(&self, null: bool) -> Vec<Restriction> {
        let asked = self.services.iter().filter(|service| service.null == null);
        asked
            .map(|service| restrict::policy_service(&service.name))
            .collect()
    }

    /// Returns the entries of master.cf.
    pub(super) fn entries(&self) -> Vec<SpfService> {
        let entry = |service: &Service| SpfService {
            name: service.name.clone(),
            about: Comment::new(service.about),
        };
        self.services.iter().map(entry).collect()
    }

    /// Returns where the rule stands.
    pub(super) fn line(&self) -> Comment {
        self.line.clone()
    }

    /// Returns the part of main.cf.
    pub(super) fn part(&self) -> SpfPart {
        SpfPart {
            line: self.line(),
            services: self.services.iter().map(|s| s.name.clone()).collect(),
        }
    }

    /// Adds the configuration of each service.
    pub(super) fn write(
        &self,
        emission: &mut Emission<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Reported> {
        if self.is_off() {
            return Ok(());
        }
        emission.needs("postfix-policyd-spf-python");
        // Without it a DNS failure is taken for the absence of a record.
        emission.needs("python3-dnspython");
        let refuses = match emission.policy.inbound.spf {
            SpfPolicy::Strict => "Softfail",
            SpfPolicy::Off | SpfPolicy::Soft => "Fail",
        };
        for service in &self.services {
            let [helo, mail_from] = if service.null {
                [refuses, "No_Check"]
            } else {
                ["No_Check", refuses]
            };
            let view = SpfConf {
                policy: emission.policy_name(),
                about: Comment::new(service.about),
                line: self.line(),
                helo_reject: Word::fixed(helo),
                mail_from_reject: Word::fixed(mail_from),
                header_type: Word::fixed(service.header),
                authserv_id: Word::domain(&emission.policy.host.name.value),
            };
            let text = render(view, diagnostics)?;
            let path = format!("etc/postfix-policyd-spf-python/{}.conf", service.name);
            emission.add_at(&path, text);
        }
        Ok(())
    }
}
