//! Clients whose senders logins are related to in other ways.

use std::fmt::Write as _;

use super::{Wrong, read, refuted, same, test_of};
use crate::decision::{Because, Decider, Question, Verdict};
use crate::policy::Policy;
use crate::prove::proven::Subject;
use crate::prove::run::Clients;

const GRANTED: (Because, Verdict) = (Because::Granted, Verdict::Reject);

/// Returns a policy of networks that may send as these, the first, and the others with a domain of
/// each in the place of `#`.
fn policy(first: &str, others: &str) -> Policy {
    let mut text = super::HOST.to_owned();
    text.push_str("login \"boss\" { may-send { from \"own\"; listener \"submissions\" } }\n");
    for number in 0..9 {
        let from = if number == 0 { first } else { others };
        let from = from.replace('#', &number.to_string());
        let _ = write!(
            text,
            "domain \"plain{number}.test\" {{\n    mailbox \"box\" login=\"u{number}\"\n    \
             alias \"postmaster\" \"box\"\n}}\n\
             domain \"all{number}.test\" {{\n    mailbox \"box\" login=\"v{number}\"\n    \
             alias \"postmaster\" \"box\"\n}}\n\
             login \"u{number}\" {{ may-send {{ from \"own\" \"@plain.example\" }} }}\n\
             login \"v{number}\" {{ may-send {{ from \"own\" \"@all{number}.test\" }} }}\n\
             domain \"head{number}.test\" {{\n    mailbox \"box\" login=\"boss\"\n    \
             mailbox \"too\" login=\"boss\"\n    mailbox \"not\"\n    \
             alias \"postmaster\" \"box\"\n}}\n\
             network \"n{number}\" {{\n    cidr \"10.0.{number}.0/24\"\n    \
             may-send {{ from {from} }}\n}}\n"
        );
    }
    read(text)
}

#[test]
fn what_a_login_owns_besides_is_not_overlooked() {
    // The owner of the one's sender owns that alone; those of the others, their domains.
    let policy = policy("\"box@plain0.test\"", "\"box@all#.test\"");
    let subject = Subject::new(&policy);
    assert!(same(&subject, &subject.reference, None).is_empty());
    // The first one stands for nobody, and one of the others for all of them.
    let (_, left) = refuted(&subject, &subject.reference, None, Clients::Unlike);
    assert_eq!(left, 7);
    let first = ("login owns the reverse-path's domain", 1);
    let wrong = Wrong::new(&subject.reference, 4, first, GRANTED);
    assert!(!same(&subject, &wrong, None).is_empty());
}

#[test]
fn senders_of_whom_a_login_owns_some_are_not_like_those_of_whom_it_owns_all() {
    let first = "\"box@head#.test\" \"too@head#.test\"";
    let policy = policy(first, "\"box@head#.test\" \"not@head#.test\"");
    let subject = Subject::new(&policy);
    assert!(same(&subject, &subject.reference, None).is_empty());
    // The first one stands for nobody, and one of the others for all of them.
    let (_, left) = refuted(&subject, &subject.reference, None, Clients::Unlike);
    assert_eq!(left, 7);
    let first = ("login owns the reverse-path", 0);
    let mut wrong = Wrong::new(&subject.reference, 4, first, GRANTED);
    let listed = test_of(&subject.reference, |test| test.name == "login listed");
    let tests = subject.reference.tests();
    let Question::Login(table) = &tests[listed.index()].question else {
        panic!("a test of logins")
    };
    wrong.also = Some((listed, table.lookup("boss").unwrap().label));
    assert!(!same(&subject, &wrong, None).is_empty());
}
