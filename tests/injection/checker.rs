//! The checker, checked: trees in which a text was put without any care must not pass.

use std::collections::BTreeMap;

use libtest_mimic::{Failed, Trial};

use crate::inert;
use crate::positions::{Kind, POSITIONS, Position};
use crate::programs;
use crate::site::Tree;
use crate::support::job::Mta;
use crate::tried::{Made, Tried, harmless};

/// What a careless emitter does: a position, a text, and the tree of which target it is put into
/// as it is.
type Careless = (&'static str, &'static str, &'static str);

/// What the files show by themselves.
const SHOWN: &[Careless] = &[
    (
        "name of the policy's file",
        "a\nmynetworks = 0.0.0.0/0",
        "postfix",
    ),
    ("network", "a\nhostlist internal = *", "exim"),
    ("network", "a\u{2028}b", "postfix"),
    ("host", "$mydomain", "postfix"),
    ("host", "${run{id}}", "exim"),
    ("domain", "a, static:all", "postfix"),
    ("domain", "a : *", "exim"),
    ("domain", "!a", "exim"),
    ("domain", "/etc/passwd,", "postfix"),
    ("certificate", "/etc/ssl/a b", "postfix"),
    ("mailbox", "a b", "exim"),
    ("mailbox", "#a", "exim"),
    ("alias", "#a", "postfix"),
    ("alias", "", "postfix"),
    ("login", "a : b", "exim"),
    ("login", "a\tb", "postfix"),
    ("value of Postfix", "a\nmynetworks = 0.0.0.0/0", "postfix"),
    ("value of Exim", "a\nhostlist internal = *", "exim"),
    ("DKIM selector", "a\nb", "exim"),
    ("route", "a\nmynetworks = 0.0.0.0/0", "postfix"),
    ("host of a route", "${run{id}}", "exim"),
    ("credentials", "/etc/mail/a b", "postfix"),
];

/// What only the real programs show, for which the look at the letters is left out.
const ASKED: &[Careless] = &[
    ("host", "$mydomain", "postfix"),
    ("certificate", "/a$mydomain", "postfix"),
    ("alias", "#a", "postfix"),
    ("mailbox with a login", "a b", "postfix"),
    ("file of the certificate", "_HAVE_TLS", "exim"),
    ("mailbox with a login", "a:b", "exim"),
    ("mailbox with a login", "#a", "exim"),
    ("value of Exim", "a\\", "exim"),
];

fn position(name: &str) -> &'static Position {
    let mut all = POSITIONS.iter();
    all.find(|position| position.name == name).unwrap()
}

/// Returns the harmless tree with a text in it as it is.
fn careless((name, text, target): &Careless) -> Result<(Tree, Tree), String> {
    let position = position(name);
    let before = harmless(position.server, target)?;
    let put = |text_of: &str| text_of.replace(position.harmless, text);
    let after: BTreeMap<String, String> = before
        .iter()
        .map(|(path, text)| (put(path), put(text)))
        .collect();
    if after == *before {
        return Err(format!("{name} is not in the files of {target}"));
    }
    Ok((before.as_ref().clone(), after))
}

/// The tests of what is seen without any program.
pub(crate) fn trials() -> Vec<Trial> {
    let seen = Trial::test("checker: a text without care is seen", || {
        for one in SHOWN {
            let (before, after) = careless(one)?;
            let position = position(one.0);
            if let Ok(spelled) = inert::check(position, one.1, &before, &after) {
                return Err(format!("{one:?} passed as {spelled:?}").into());
            }
        }
        Ok(())
    });
    let lines = Trial::test("checker: a line too many or too few is seen", || {
        for target in crate::tried::TARGETS {
            let position = position("network");
            let before = harmless(position.server, target)?;
            for (path, text) in before.iter().filter(|(_, text)| !text.is_empty()) {
                let mut longer = before.as_ref().clone();
                longer.insert(path.clone(), format!("{text}a = b\n"));
                let mut shorter = before.as_ref().clone();
                let mut lines: Vec<&str> = text.lines().collect();
                let cut = lines.iter().rposition(|line| !line.starts_with(['#', ';']));
                let Some(cut) = cut else { continue };
                lines.remove(cut);
                shorter.insert(path.clone(), lines.join("\n"));
                for tree in [longer, shorter] {
                    if inert::check(position, "zqnet", &before, &tree).is_ok() {
                        return Err(format!("{path} of {target}").into());
                    }
                }
            }
        }
        Ok(())
    });
    vec![seen, lines]
}

/// The test of what one of the real programs says.
pub(crate) fn real(mta: Mta) -> Trial {
    let name = format!("{}: checker: a text without care is seen", mta.name());
    Trial::test(name, move || {
        for one in ASKED.iter().filter(|one| one.2 == mta.name()) {
            passed(mta, one)?;
        }
        Ok(())
    })
}

fn passed(mta: Mta, one: &Careless) -> Result<(), Failed> {
    // Only of names the letters are looked at.
    let position = Position {
        kind: Kind::Comment,
        ..*position(one.0)
    };
    let (_, tree) = careless(one)?;
    let made = Made {
        target: one.2,
        value: one.0,
        text: one.1.to_owned(),
        spelled: Some(one.1.to_owned()),
        tree,
    };
    let tried = Tried {
        made: vec![made],
        ..Tried::default()
    };
    if programs::ask(&position, mta, &tried).is_empty() {
        return Err(format!("{one:?} was not seen").into());
    }
    Ok(())
}
