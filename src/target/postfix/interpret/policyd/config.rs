//! The configuration of policyd-spf (policyd-spf.conf(5), `policydspfsupp.py` of 3.0.4).

use ipnet::IpNet;

use super::super::catalogue::Catalogue;
use super::super::client;
use super::super::diagnostics::UnjudgedTable;
use super::{Policyd, Refuses};
use crate::decision::{ClientTable, Header, Label, Question, Row, TestId};
use crate::diagnostic::{Diagnostics, Reported};
use crate::source::Loc;

/// The values of policyd-spf.conf, with the defaults of `policydspfsupp.py`.
#[derive(Debug)]
pub(super) struct Config {
    helo: String,
    mail_from: String,
    permerror: String,
    temperror: String,
    skip: String,
    skip_at: Option<Loc>,
    test_only: String,
    statuses: String,
    header: String,
    identity: Option<(String, Loc)>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            helo: "Fail".to_owned(),
            mail_from: "Fail".to_owned(),
            permerror: "False".to_owned(),
            temperror: "False".to_owned(),
            skip: "127.0.0.0/8,::ffff:127.0.0.0/104,::1".to_owned(),
            skip_at: None,
            test_only: "1".to_owned(),
            statuses: "Yes".to_owned(),
            header: "SPF".to_owned(),
            identity: None,
        }
    }
}

/// Returns whether a text has no fields but those that policyd-spf fills in: with another
/// `str.format` of Python ends each refusal, and smtpd(8) defers instead.
fn is_template(text: &str) -> bool {
    let fields = ["rejectdefer}", "spf}", "url}"];
    let mut parts = text.split('{');
    let is_plain = |text: &str| !text.contains('}');
    let fills = |part: &str| {
        let behind = fields.iter().find_map(|field| part.strip_prefix(field));
        behind.is_some_and(is_plain)
    };
    parts.next().is_none_or(is_plain) && parts.all(fills)
}

fn is_number(text: &str) -> bool {
    (1..10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The longest that a lookup may take, in seconds.
const LOOKUP_MAX: u32 = 30;

/// Returns whether two checks, of HELO and MAIL FROM, come to an end while smtpd(8) waits
/// (`smtpd_policy_service_timeout` is 100 s at least).
fn is_time(text: &str) -> bool {
    is_number(text)
        && text
            .parse::<u32>()
            .is_ok_and(|seconds| seconds <= LOOKUP_MAX)
}

impl Config {
    /// Reads `name = value`; what follows `#` is a comment.
    pub(super) fn line(
        &mut self,
        line: &str,
        at: &Loc,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Reported> {
        let bare = line.split('#').next().unwrap_or_default().trim_ascii();
        if bare.is_empty() {
            return Ok(());
        }
        let refuse = |name: &str, reason: &str, diagnostics: &mut Diagnostics| {
            Err(diagnostics.error(UnjudgedTable::new(name, reason, at)))
        };
        let parts: Vec<&str> = bare.split('=').map(str::trim).collect();
        let [name, value] = parts.as_slice() else {
            return refuse(
                bare,
                "policyd-spf skips what is not `name = value`",
                diagnostics,
            );
        };
        let value = (*value).to_owned();
        match *name {
            "HELO_reject" => self.helo = value,
            "Mail_From_reject" => self.mail_from = value,
            "PermError_reject" => self.permerror = value,
            "TempError_Defer" => self.temperror = value,
            "skip_addresses" => {
                self.skip = value;
                self.skip_at = Some(at.clone());
            }
            // int() of Python takes `00` and `0_0` for zero, too.
            "TestOnly" if matches!(value.as_str(), "0" | "1") => self.test_only = value,
            "SPF_Enhanced_Status_Codes" => self.statuses = value,
            "Header_Type" => self.header = value,
            "Authserv_Id" => self.identity = Some((value, at.clone())),
            "Hide_Receiver" => {}
            // With a word there the program ends, and smtpd(8) defers every recipient.
            "debugLevel" if is_number(&value) => {}
            "Lookup_Time" | "Whitelist_Lookup_Time" if is_time(&value) => {}
            // RFC 7208 section 4.6.4: with another limit the results are others.
            "Void_Limit" if value == "2" => {}
            "Reason_Message" if is_template(&value) => {}
            "No_Mail" if value == "False" => {}
            name => {
                return refuse(
                    name,
                    "the model does not hold this setting, or this value of it",
                    diagnostics,
                );
            }
        }
        Ok(())
    }

    /// Reports an identity in Authentication-Results that is neither this host's name nor a domain
    /// that it is in: whoever reads the header would take it for somebody else's (RFC 8601 section
    /// 2.5). Without a word the program ends; `HOSTNAME` is the machine's name, which no file says.
    pub(super) fn judge_identity(
        &self,
        host: &str,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Reported> {
        let host = format!(".{}", host.to_ascii_lowercase());
        let is_own = |value: &str| {
            let domain = format!(".{}", value.to_ascii_lowercase());
            value.len() > 1 && host.ends_with(&domain)
        };
        match &self.identity {
            Some((value, at)) if self.header == "AR" && !is_own(value) => {
                let reason = "it is neither the name of this host nor a domain that it is in";
                Err(diagnostics.error(UnjudgedTable::new("Authserv_Id", reason, at)))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn finish(
        self,
        file: &str,
        defer_code: u16,
        catalogue: &mut Catalogue,
        diagnostics: &mut Diagnostics,
    ) -> Result<Policyd, Reported> {
        let at = self.skip_at.clone();
        let whole = at
            .clone()
            .unwrap_or_else(|| Loc::new(&crate::source::Source::new(file, ""), 0, 0));
        let mut unknown = |name: &str, value: &str| {
            let reason = format!("`{value}` is no value that policyd-spf knows");
            diagnostics.error(UnjudgedTable::new(name, reason, &whole))
        };
        let helo = match self.helo.as_str() {
            "No_Check" => Refuses::Unasked,
            "False" => Refuses::Nothing,
            "Null" => Refuses::FailOfNull,
            "Fail" => Refuses::Fail,
            "Softfail" => Refuses::Softfail,
            "SPF_Not_Pass" => Refuses::NotPass,
            other => return Err(unknown("HELO_reject", other)),
        };
        let mail_from = match self.mail_from.as_str() {
            "No_Check" => Refuses::Unasked,
            "False" => Refuses::Nothing,
            "Fail" => Refuses::Fail,
            "Softfail" => Refuses::Softfail,
            "SPF_Not_Pass" => Refuses::NotPass,
            other => return Err(unknown("Mail_From_reject", other)),
        };
        if helo != Refuses::Unasked && mail_from != Refuses::Unasked {
            let reason = "HELO is looked at first, also where MAIL FROM counts: with a name that \
                          is too long for DNS nobody looks at MAIL FROM, and the header may tell \
                          of HELO. Have a service for each, with `No_Check` for the other";
            return Err(diagnostics.error(UnjudgedTable::new("HELO_reject", reason, &whole)));
        }
        let header = match self.header.as_str() {
            "SPF" => Some(Header::ReceivedSpf),
            "AR" => Some(Header::AuthenticationResults),
            "None" => None,
            other => return Err(unknown("Header_Type", other)),
        };
        let skipped = self.skipped(file, catalogue, diagnostics)?;
        Ok(Policyd {
            helo,
            mail_from,
            refuses_permerror: self.permerror == "True",
            defers_temperror: self.temperror == "True",
            enforces: self.test_only != "0",
            has_statuses: self.statuses != "No",
            header,
            skipped: Some(skipped),
            defer_code,
        })
    }

    fn skipped(
        &self,
        file: &str,
        catalogue: &mut Catalogue,
        diagnostics: &mut Diagnostics,
    ) -> Result<TestId, Reported> {
        let source = crate::source::Source::new(file, self.skip.as_str());
        let at = self
            .skip_at
            .clone()
            .unwrap_or_else(|| Loc::new(&source, 0, 0));
        let mut rows: Vec<(IpNet, Row)> = Vec::new();
        for item in self.skip.split(',') {
            let is_plain = !item.contains(['[', ' ', '\t']);
            let Some(net) = client::prefix(item).ok().filter(|_| is_plain) else {
                // `ipaddress.ip_network` raises on an empty item, a blank, a bracket and host bits.
                let reason = "policyd-spf gives the list up at an item that is no network";
                return Err(diagnostics.error(UnjudgedTable::new(item, reason, &at)));
            };
            rows.push((net, Row::new(Label(1), at.clone())));
        }
        let name = format!("client in skip_addresses of {file}");
        let make = || Question::Client(ClientTable::first_match(rows));
        Ok(catalogue.share(&name, Some(&at), make))
    }
}
