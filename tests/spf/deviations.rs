//! Where pyspf 2.0.14 deviates from RFC 7208, each with the section that decides.
//!
//! A difference between the two evaluators must be one of these. Each must occur, so that none
//! stays after pyspf has changed.

use mailpol::spf::{Evaluation, Event, Reason};
use serde_json::Value;

use crate::cases::Case;

/// One case that the two evaluators answer differently.
#[derive(Debug)]
pub(crate) struct Difference<'a> {
    pub(crate) case: &'a Case,
    pub(crate) ours: &'a Evaluation,
    pub(crate) theirs: &'a Value,
}

pub(crate) struct Deviation {
    /// What pyspf does, and the section that says otherwise.
    pub(crate) what: &'static str,
    pub(crate) explains: fn(&Difference<'_>) -> bool,
}

pub(crate) const DEVIATIONS: &[Deviation] = &[
    Deviation {
        what: "refuses a record that includes its own domain even if another mechanism matches \
               before; section 5.2: an include is an error when it is evaluated",
        explains: |found| {
            found.message_has("include has trivial recursion") && found.record_has("include:")
        },
    },
    Deviation {
        what: "counts a redirect that is not reached; section 6.1: it has its effect after all \
               mechanisms have failed to match",
        explains: |found| {
            found.message_has("Too many DNS lookups")
                && found.record_has("redirect=")
                && found.ours.counts.terms <= 10
        },
    },
    Deviation {
        what: "expands %{p} of terms that are not reached, and counts what it does not find; \
               section 4.6.2: mechanisms are evaluated from left to right until one matches",
        explains: |found| found.message_has("Void lookup limit") && found.record_has("%{p"),
    },
    Deviation {
        what: "expands %{p} of explanations as it reads `exp=`, and counts what it does not find; \
               section 4.6.4: `exp` causes a lookup only after the evaluation",
        explains: |found| {
            found.message_has("Void lookup limit")
                && found.record_has("exp=")
                && found.any_text_has("%{p")
        },
    },
    Deviation {
        what: "shows no explanation with %{p} if the lookups for it are over the limit or fail; \
               sections 4.6.4 and 7.3: they are not counted, and a failure means `unknown`",
        explains: |found| {
            let ours = &found.ours.explanation;
            ours.is_some() && found.theirs["explanation"] == "DEFAULT" && found.any_text_has("%{p")
        },
    },
    Deviation {
        what: "looks for the client's names, and counts what it does not find, if the domain of \
               `ptr` is no name; section 4.8 leaves the result open",
        explains: |found| {
            found.message_has("Void lookup limit")
                && found.record_has("ptr:%{h")
                && found.case.helo.contains("..")
        },
    },
    Deviation {
        what: "takes a newline after a prefix length for the end of the term; section 4.6.1",
        explains: |found| {
            let problem = found.ours.problem.as_ref();
            let reason = problem.map(|problem| &problem.reason);
            found.case.spoiled
                && found.any_text_has("\n ")
                && matches!(reason, Some(Reason::Syntax(_)))
        },
    },
    Deviation {
        what: "ends with temperror if DNS does not answer for the client's names; sections 5.5 \
               and 7.3: the name is skipped, or there is none",
        explains: |found| {
            let names = found.case.zone.iter().filter(|record| record[1] == "PTR");
            let mut names = names.filter_map(|record| record[2].as_str());
            (found.record_has("ptr") || found.record_has("%{p"))
                && names.any(|name| found.message_has(&format!("no answer for {name}")))
        },
    },
    Deviation {
        what: "reads macros that are malformed, and characters that are not visible ASCII; \
               section 7.1: macro-expand and macro-literal",
        explains: |found| {
            let problem = found.ours.problem.as_ref();
            let lax = [
                "only visible ASCII characters may stand here",
                "this macro is not closed",
                "after `%` comes `%`, `_`, `-` or `{`",
                "a macro is cut at `.`, `-`, `+`, `,`, `/`, `_` or `=` only",
                "a macro must keep at least one part",
            ];
            found.case.spoiled
                && problem.is_some_and(|problem| {
                    lax.iter()
                        .any(|reason| problem.reason == Reason::Syntax(reason))
                })
        },
    },
    Deviation {
        what: "refuses `%%` at the end of a term; section 7.1: macro-expand, which may end a \
               domain-spec",
        explains: |found| {
            found.message_has("invalid-macro-char") && found.has_term(ends_in_percent)
        },
    },
    Deviation {
        what: "expands the current domain like a macro string where a mechanism has no domain; \
               section 4.8: it is taken as it is",
        explains: |found| {
            found.message_has("invalid-macro-char")
                && found.records().any(|(domain, _)| domain.contains('%'))
        },
    },
    Deviation {
        what: "leaves `postmaster` out of %{s} if the sender has no local-part; section 4.3",
        explains: |found| {
            let path = &found.case.mail_from;
            let missing = path.starts_with('@') || !(path.is_empty() || path.contains('@'));
            missing && (found.any_text_has("%{s") || found.any_text_has("%{S"))
        },
    },
    Deviation {
        what: "shows explanations that are malformed; section 6.2: as if there were none",
        explains: |found| {
            let dropped = found
                .ours
                .trace
                .iter()
                .any(|step| step.event == Event::NotExplained);
            found.case.spoiled && dropped && found.theirs["result"] == "fail"
        },
    },
    Deviation {
        what: "cuts an explanation of more than 253 characters at its first dot, as it does with \
               names; section 7.3: only names are cut",
        explains: |found| match (
            &found.ours.explanation,
            found.theirs["explanation"].as_str(),
        ) {
            (Some(ours), Some(theirs)) => {
                ours.len() > 253 && ours.split_once('.').is_some_and(|(_, rest)| rest == theirs)
            }
            _ => false,
        },
    },
    Deviation {
        what: "knows `exp` and `redirect` in lower case only; section 4.6.1 and RFC 5234 section \
               2.3: names are compared without regard to case",
        explains: |found| {
            found.has_term(|term| {
                let name = term.split_once('=').map_or("", |(name, _)| name);
                let known =
                    name.eq_ignore_ascii_case("exp") || name.eq_ignore_ascii_case("redirect");
                known && name.contains(|letter: char| letter.is_ascii_uppercase())
            })
        },
    },
    Deviation {
        what: "does not reverse at `R`; section 7.1 and RFC 5234 section 2.3, as above",
        explains: |found| {
            found.has_term(|term| {
                term.split("%{")
                    .skip(1)
                    .any(|inside| inside.split('}').any(|inside| inside.contains('R')))
            })
        },
    },
    Deviation {
        what: "joins parts by what divided them; section 7.3: by dots",
        explains: |found| found.has_term(|term| term.contains("%{v-}")),
    },
    Deviation {
        what: "refuses modifiers that it does not know if they are repeated; section 6: they are \
               ignored, no matter how often they appear",
        explains: |found| found.message_has("x= MUST appear at most once"),
    },
    Deviation {
        what: "does not read the value of `default=`; section 6: it is a macro string",
        explains: |found| {
            let reason = found.ours.problem.as_ref().map(|problem| &problem.reason);
            found.has_term(|term| term.starts_with("default="))
                && matches!(
                    reason,
                    Some(Reason::Syntax("there is no such macro letter"))
                )
        },
    },
];

/// Tells whether `%%` is the last of a term, prefix lengths aside.
fn ends_in_percent(term: &str) -> bool {
    let length = |found: char| found == '/' || found.is_ascii_digit();
    term.trim_end_matches(length).ends_with("%%")
}

impl Difference<'_> {
    fn message_has(&self, words: &str) -> bool {
        self.theirs["explanation"]
            .as_str()
            .is_some_and(|message| message.contains(words))
    }

    /// The records that were read: of which domain, and the text.
    fn records(&self) -> impl Iterator<Item = (&str, &str)> {
        self.ours.trace.iter().filter_map(|step| {
            if let Event::Record { domain, text } = &step.event {
                Some((&**domain, &**text))
            } else {
                None
            }
        })
    }

    fn has_term(&self, is: impl Fn(&str) -> bool) -> bool {
        self.records().any(|(_, text)| text.split(' ').any(&is))
    }

    fn record_has(&self, words: &str) -> bool {
        self.records()
            .any(|(_, text)| text.to_ascii_lowercase().contains(words))
    }

    fn any_text_has(&self, words: &str) -> bool {
        let texts = self.case.zone.iter().filter(|record| record[1] == "TXT");
        texts
            .filter_map(|record| record[2].as_str())
            .any(|text| text.contains(words))
    }
}
