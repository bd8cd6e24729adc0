//! postfix-policyd-spf-python as a policy service (SMTPD_POLICY_README; policyd-spf.conf(5),
//! `spf_engine/__init__.py` of 3.0.4).

use ipnet::IpNet;

use super::action::{About, Refusal, refusal};
use super::client;
use super::diagnostics::{MissingFile, UnjudgedRestriction, UnjudgedTable};
use super::master_cf::Service;
use super::table;
use super::text::Text;
use crate::decision::{Because, ClientTable, Header, Label, Question, Row, TestId};
use crate::diagnostic::{Diagnostics, Reported};
use crate::mail::Status;
use crate::source::Loc;
use crate::spf::SpfResult;
use crate::target::Artifacts;

use super::catalogue::Catalogue;

/// What of a path's identity is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refuses {
    /// `No_Check`: it is not looked at.
    Unasked,
    /// `False`: nothing; errors neither.
    Nothing,
    /// `Null`, for HELO: fail, of the null reverse-path only.
    FailOfNull,
    /// `Fail`.
    Fail,
    /// `Softfail`.
    Softfail,
    /// `SPF_Not_Pass`.
    NotPass,
}

/// One service.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting of policyd-spf that is true or false"
)]
pub(super) struct Policyd {
    helo: Refuses,
    mail_from: Refuses,
    refuses_permerror: bool,
    defers_temperror: bool,
    /// `TestOnly = 0` means that nothing is refused.
    enforces: bool,
    has_statuses: bool,
    header: Option<Header>,
    /// Clients that are not asked about.
    skipped: Option<TestId>,
    /// `access_map_defer_code`.
    defer_code: u16,
}

/// What the service answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// Go on.
    Dunno,
    /// Go on, and record this header.
    Prepend(Header),
    /// Refuse.
    Refuse(Refusal),
    /// Refuse for now if the rest would permit.
    DeferIfPermit(Refusal),
}

/// Who answers what the service asks.
pub(super) trait Session {
    /// What stops the question.
    type Stop;
    /// Returns whether the client is in this table.
    fn has_client(&mut self, table: TestId) -> Result<bool, Self::Stop>;
    /// Returns whether the reverse-path is null.
    fn is_null(&mut self) -> Result<bool, Self::Stop>;
    /// Returns the result of the MAIL FROM identity.
    fn mail_from(&mut self) -> Result<SpfResult, Self::Stop>;
    /// Returns the result of the HELO identity.
    fn helo(&mut self) -> Result<SpfResult, Self::Stop>;
}

impl Policyd {
    /// Answers for a session (`_spfcheck`).
    pub(super) fn ask<S: Session>(&self, session: &mut S) -> Result<Answer, S::Stop> {
        if let Some(skipped) = self.skipped
            && session.has_client(skipped)?
        {
            // A comment that no check was made: no header that says a result.
            return Ok(Answer::Dunno);
        }
        let is_null = session.is_null()?;
        if self.helo != Refuses::Unasked && (is_null || self.helo != Refuses::FailOfNull) {
            let answer = self.judge(self.helo, session.helo()?);
            if is_null || !matches!(answer, Answer::Dunno | Answer::Prepend(_)) {
                return Ok(answer);
            }
        }
        if is_null {
            return Ok(Answer::Dunno);
        }
        if self.mail_from == Refuses::Unasked {
            return Ok(match (self.helo, self.header) {
                (Refuses::Unasked, _) | (_, None) => Answer::Dunno,
                (_, Some(header)) => Answer::Prepend(header),
            });
        }
        Ok(self.judge(self.mail_from, session.mail_from()?))
    }

    /// Judges one identity (`_get_resultcodes`, and how `main` prints the action).
    fn judge(&self, refuses: Refuses, result: SpfResult) -> Answer {
        let is_lenient = refuses == Refuses::Nothing;
        let (rejects, defers) = match result {
            SpfResult::Fail => (!is_lenient, false),
            SpfResult::Softfail => (
                matches!(refuses, Refuses::Softfail | Refuses::NotPass),
                false,
            ),
            SpfResult::Neutral => (refuses == Refuses::NotPass, false),
            SpfResult::Permerror => (self.refuses_permerror && !is_lenient, false),
            SpfResult::Temperror => (false, self.defers_temperror && !is_lenient),
            SpfResult::None | SpfResult::Pass => (false, false),
        };
        if !(rejects || defers) {
            return self.header.map_or(Answer::Dunno, Answer::Prepend);
        }
        if !self.enforces {
            return Answer::Dunno;
        }
        let is_error = matches!(result, SpfResult::Permerror | SpfResult::Temperror);
        let (code, class) = if rejects {
            (550, 5)
        } else {
            (self.defer_code, 4)
        };
        let status = match (self.has_statuses, is_error) {
            (false, _) => Status::new(class, 7, 1),
            (true, true) => Status::new(class, 7, 24),
            (true, false) => Status::new(class, 7, 23),
        };
        let refusal = Refusal {
            because: Because::Spf,
            ..refusal(code, status, "", About::Other)
        };
        if rejects {
            Answer::Refuse(refusal)
        } else {
            Answer::DeferIfPermit(refusal)
        }
    }
}

/// Finds the service of `check_policy_service` in master.cf and reads its configuration.
pub(super) fn read(
    server: &Text,
    services: &[Service],
    artifacts: &Artifacts,
    defer_code: u16,
    catalogue: &mut Catalogue,
    diagnostics: &mut Diagnostics,
) -> Result<Policyd, Reported> {
    let refuse = |reason: &str, at: &Loc, diagnostics: &mut Diagnostics| {
        Err(diagnostics.error(UnjudgedRestriction::new("check_policy_service", reason, at)))
    };
    let Some(name) = server.as_str().strip_prefix("unix:private/") else {
        let reason = "only services of master.cf are known, as `unix:private/name`";
        return refuse(reason, &server.at(), diagnostics);
    };
    let found = services
        .iter()
        .find(|service| service.kind == "unix" && service.name.as_str() == name);
    let Some(service) = found else {
        return refuse("master.cf has no such service", &server.at(), diagnostics);
    };
    let user = service.arguments.iter();
    let user = user
        .filter_map(|word| word.as_str().strip_prefix("user="))
        .next_back();
    // spawn(8) ends for root, for the owner of the queue, for a name that is no account's, and for
    // none.
    if !user.is_some_and(|user| USERS.contains(&user.split(':').next().unwrap_or_default())) {
        let reason = format!("spawn(8) must run it as one of {}", USERS.join(", "));
        return refuse(&reason, &service.at, diagnostics);
    }
    let mut argv = service
        .arguments
        .iter()
        .skip_while(|word| !word.as_str().starts_with("argv="));
    let program = argv
        .next()
        .and_then(|word| word.as_str().strip_prefix("argv="));
    if service.command != "spawn" || program != Some("/usr/bin/policyd-spf") {
        let reason = "only /usr/bin/policyd-spf under spawn(8) is known";
        return refuse(reason, &service.at, diagnostics);
    }
    let default = Text::made(DEFAULT_FILE, &service.at);
    let file = argv.next().unwrap_or(&default);
    if argv.next().is_some() {
        return refuse("policyd-spf takes one file", &service.at, diagnostics);
    }
    let Some(artifact) = artifacts.get(file.as_str()) else {
        let missing = MissingFile::new(file.as_str(), artifacts, &file.at());
        return Err(diagnostics.error(missing));
    };
    let mut config = Config::default();
    for line in table::lines(&artifact.source) {
        config.line(&line.value, &line.at, diagnostics)?;
    }
    config.finish(artifact.source.name(), defer_code, catalogue, diagnostics)
}

/// Accounts that Debian has, or makes with the package, and that own nothing.
const USERS: [&str; 2] = ["nobody", "policyd-spf"];

const DEFAULT_FILE: &str = "/etc/postfix-policyd-spf-python/policyd-spf.conf";

/// The values of policyd-spf.conf, with the defaults of `policydspfsupp.py`.
#[derive(Debug)]
struct Config {
    helo: String,
    mail_from: String,
    permerror: String,
    temperror: String,
    skip: String,
    skip_at: Option<Loc>,
    test_only: String,
    statuses: String,
    header: String,
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
        }
    }
}

/// Returns whether a text has no fields but those that policyd-spf fills in: with another
/// `str.format` of Python ends each refusal, and smtpd(8) defers instead.
fn is_template(text: &str) -> bool {
    let fields = ["{rejectdefer}", "{spf}", "{url}"];
    let rest = fields
        .iter()
        .fold(text.to_owned(), |rest, field| rest.replace(field, ""));
    !rest.contains(['{', '}'])
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl Config {
    /// Reads `name = value`; what follows `#` is a comment.
    fn line(
        &mut self,
        line: &str,
        at: &Loc,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Reported> {
        let bare = line.split('#').next().unwrap_or_default().trim();
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
            // Without a word the program ends.
            "Authserv_Id" if !value.is_empty() => {}
            "Hide_Receiver" => {}
            // With a word there the program ends, and smtpd(8) defers every recipient.
            "debugLevel" | "Lookup_Time" | "Whitelist_Lookup_Time" if is_number(&value) => {}
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

    fn finish(
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
        for item in self.skip.split(',').map(str::trim) {
            let Ok(net) = client::prefix(item) else {
                // Python raises on an empty item and on host bits.
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
