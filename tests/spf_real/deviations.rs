//! Where an MTA's own library answers otherwise. `docs/targets/` lists the same.

use mailpol::spf::SpfResult;

use crate::cases::Case;
use crate::support::job::Mta;

/// A known difference.
pub(crate) struct Deviation {
    pub(crate) mta: Mta,
    /// What it does.
    pub(crate) what: &'static str,
    pub(crate) explains: fn(&Case) -> bool,
}

pub(crate) const DEVIATIONS: &[Deviation] = &[
    Deviation {
        mta: Mta::Exim,
        what: "libspf2 takes an empty domain: `a:/24` for `a/24`, and `include:` for nothing; \
               section 4.6.1: a domain-spec is not empty",
        explains: |case| has(case, |term| term == "a:/24" || term == "include:"),
    },
    Deviation {
        mta: Mta::Exim,
        what: "libspf2 takes `redirect:` for `redirect=`; section 6.1",
        explains: |case| has(case, |term| term.starts_with("redirect:")),
    },
    Deviation {
        mta: Mta::Exim,
        what: "libspf2 follows a redirect that stands before `all`; section 6.1: it has its effect \
               only if no mechanism matches, wherever it stands",
        explains: |case| {
            let after = |text: &String| {
                text.split_once("redirect=")
                    .map(|(_, rest)| rest.to_owned())
            };
            let mut rests = case.texts.iter().filter_map(after);
            rests.any(|rest| rest.contains("all"))
        },
    },
    Deviation {
        mta: Mta::Exim,
        what: "libspf2 does not stop at the eleventh term that asks DNS, counting those of an \
               included record; section 4.6.4",
        explains: |case| {
            let is_deep = |term: &str| term.starts_with("include:deep.");
            case.ours() == SpfResult::Permerror && has(case, is_deep)
        },
    },
];

fn has(case: &Case, is: impl Fn(&str) -> bool) -> bool {
    case.texts.iter().any(|text| text.split(' ').any(&is))
}
