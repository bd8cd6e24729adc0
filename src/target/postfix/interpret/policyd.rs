//! postfix-policyd-spf-python as a policy service (SMTPD_POLICY_README; policyd-spf.conf(5),
//! `spf_engine/__init__.py` of 3.0.4).

mod config;

use config::Config;

use super::action::{About, Refusal, refusal};
use super::characters;
use super::diagnostics::{MissingFile, UnjudgedRestriction, UnjudgedTable};
use super::master_cf::Service;
use super::text::Text;
use crate::decision::{Because, Header, TestId};
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
        // It looks at one of the two: `config` sees to it.
        if self.mail_from != Refuses::Unasked {
            return Ok(if is_null {
                Answer::Dunno
            } else {
                self.judge(self.mail_from, session.mail_from()?)
            });
        }
        match self.helo {
            Refuses::Unasked => Ok(Answer::Dunno),
            Refuses::FailOfNull if !is_null => {
                Ok(self.header.map_or(Answer::Dunno, Answer::Prepend))
            }
            Refuses::Nothing
            | Refuses::FailOfNull
            | Refuses::Fail
            | Refuses::Softfail
            | Refuses::NotPass => Ok(self.judge(self.helo, session.helo()?)),
        }
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

/// The program.
pub(super) const PROGRAM: &str = "/usr/bin/policyd-spf";

/// Finds the service of `check_policy_service` in master.cf and reads its configuration; `host` is
/// the name that this host goes by.
pub(super) fn read(
    server: &Text,
    host: &str,
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
    // spawn(8) ends for root, for the owner of the queue, for a name that is no account's or no
    // group's, and for none.
    if !user.is_some_and(|user| USERS.contains(&user)) {
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
    if service.command != "spawn" || program != Some(PROGRAM) {
        let reason = format!("only {PROGRAM} under spawn(8) is known");
        return refuse(&reason, &service.at, diagnostics);
    }
    let default = Text::made(DEFAULT_FILE, &service.at);
    let file = argv.next().unwrap_or(&default);
    if argv.next().is_some() {
        return refuse("policyd-spf takes one file", &service.at, diagnostics);
    }
    // spawn(8) works in the queue directory, and policyd-spf goes on without a file.
    let artifact = artifacts.get(file.as_str());
    let Some(artifact) = artifact.filter(|_| file.as_str().starts_with('/')) else {
        let missing = MissingFile::new(file.as_str(), artifacts, &file.at());
        return Err(diagnostics.error(missing));
    };
    characters::check(&artifact.source, diagnostics)?;
    if artifact.source.text().contains('\r') {
        // Universal newlines: what stands behind one in a comment counts.
        let reason = "a carriage return ends a line for Python";
        return Err(diagnostics.error(UnjudgedTable::new(file.as_str(), reason, &file.at())));
    }
    let mut config = Config::default();
    let mut start = 0;
    // Each line by itself: it goes on with none (`_processConfigFile` of policydspfsupp.py 3.0.4).
    for line in artifact.source.text().split_inclusive('\n') {
        let at = Loc::new(&artifact.source, start, start + line.trim_ascii_end().len());
        start += line.len();
        config.line(line.trim_ascii_end(), &at, diagnostics)?;
    }
    config.judge_identity(host, diagnostics)?;
    config.finish(artifact.source.name(), defer_code, catalogue, diagnostics)
}

/// Accounts that Debian has, or makes with the package, and that own nothing.
const USERS: [&str; 2] = ["nobody", "policyd-spf"];

const DEFAULT_FILE: &str = "/etc/postfix-policyd-spf-python/policyd-spf.conf";
