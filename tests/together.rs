//! Mistakes in different nodes of one policy: each is told, whatever the others are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mailpol::diagnostic::{Diagnostics, is_error};
use mailpol::source::Source;
use mailpol::{policy, syntax};

const POLICY: &str = include_str!("../examples/doe/policy.kdl");

/// A part of the policy, and what is written in its place; an empty part stands for the end.
const FAULTS: [(&str, &str); 34] = [
    ("auth \"saslauthd\"", "auth \"saslauthdd\""),
    (" mechanism=\"shadow\"", ""),
    (" mechanism=\"shadow\"", " socket=\"/run/auth\""),
    ("auth \"saslauthd\" mechanism", "auth mechanism"),
    ("mechanism=\"shadow\"", "mechanism=\"shado\""),
    ("", "target { set \"a b\" \"1\"; file \"../x\" \"y\" }"),
    ("", "target \"postfix\" version=\"?\" { set \"a b\" \"1\" }"),
    ("    address \"198.51.100.25\" \"2001:db8:d0e::25\"\n", ""),
    ("\"198.51.100.25\"", "\"198.51.100.256\""),
    ("host \"mx.doe-family.com\"", "host \"mx_.doe family\""),
    ("host \"mx.doe-family.com\"", "host"),
    ("listen \"smtp\"", "listen \"smpt\""),
    ("key=\"/etc/ssl/doe/privkey.pem\"", "key=\"privkey.pem\""),
    ("\"192.168.0.0/24\"", "\"192.168.0.0/33\""),
    ("network \"internal\"", "network"),
    ("", "network \"x\" { cidr \"10.0.0.1/8\"; may-sendd }"),
    (
        "\"jenny.doe\"\n    alias \"p",
        "\"jenny.do\"\n    alias \"p",
    ),
    ("mailbox \"jane.doe\"", "mailbox \"john.doe\""),
    ("", "domain \"b example\" { mailbox \"c d\" }"),
    ("", "domain { mailbox \"c d\" }"),
    ("", "domain \"b.example\" { alias \"x\" \"nobody\" }"),
    ("\"+mx -all\"", "\"+mxx -all\""),
    ("spf \"soft\"", "spf \"sofd\""),
    ("own-domain \"reject\"", "own-domain \"rejec\""),
    ("", "forbid \"x\" { from \"nowhere\" }"),
    ("", "forbid { to \"nowhere\" }"),
    ("", "require \"y\" { client \"10.0.0.0/99\" }"),
    (
        "",
        "scenario \"s\" { client \"192.0.2.1\"; mail-from \"a@b.example\" }",
    ),
    ("", "scenario { client \"192.0.2\"; expect \"acept\" }"),
    ("", "login \"x\" { may-send { from \"own\"; to \"zzz\" } }"),
    ("", "login { may-send { from \"ownn\" } }"),
    ("", "authenticated { may-send { from \"ow\" } }"),
    ("", "parked \"doe family.org\""),
    ("", "netwrk \"x\""),
];

fn break_(policy: &str, (part, other): (&str, &str)) -> Option<String> {
    if part.is_empty() {
        return Some(format!("{policy}\n{other}\n"));
    }
    policy
        .contains(part)
        .then(|| policy.replacen(part, other, 1))
}

fn errors(policy: &str) -> BTreeSet<String> {
    let source = Source::new("policy.kdl", policy);
    let mut diagnostics = Diagnostics::new();
    let none: BTreeMap<String, Arc<Source>> = BTreeMap::new();
    let _ = syntax::parse(&source, &mut diagnostics)
        .and_then(|document| policy::lower(&document, &none, &mut diagnostics));
    let told = diagnostics.sorted().into_iter();
    told.filter(|one| is_error(one.as_ref()))
        .map(|one| format!("{}: {one}", one.code().unwrap()))
        .collect()
}

#[test]
fn no_mistake_hides_another() {
    let alone: Vec<BTreeSet<String>> = FAULTS
        .iter()
        .map(|fault| errors(&break_(POLICY, *fault).expect("the part is there")))
        .collect();
    for (fault, told) in FAULTS.iter().zip(&alone) {
        assert!(!told.is_empty(), "{fault:?} is no mistake");
    }
    let mut pairs = 0;
    for (number, (one, first)) in FAULTS.iter().zip(&alone).enumerate() {
        for (other, second) in FAULTS.iter().zip(&alone).skip(number + 1) {
            // Two that change the same words do not go together.
            let Some(both) = break_(POLICY, *one).and_then(|policy| break_(&policy, *other)) else {
                continue;
            };
            let told = errors(&both);
            let hidden: Vec<&String> = first
                .union(second)
                .filter(|one| !told.contains(*one))
                .collect();
            assert!(hidden.is_empty(), "{one:?} and {other:?} hide {hidden:#?}");
            pairs += 1;
        }
    }
    assert!(pairs > 450, "{pairs}");
}

#[test]
fn an_unknown_backend_wants_a_property_too() {
    for auth in ["auth \"pam\"", "auth"] {
        let whole = "auth \"saslauthd\" mechanism=\"shadow\"";
        let told = errors(&break_(POLICY, (whole, auth)).unwrap());
        let missing = "mailpol::syntax::missing_property: `auth` has no property `mechanism` or \
                       `socket`";
        assert!(told.len() == 2 && told.contains(missing), "{told:#?}");
    }
}

#[test]
fn what_stands_in_a_nameless_node_is_told() {
    let told = errors(&format!(
        "{POLICY}\ntarget {{ set \"a b\" \"1\"; file \"../x\" \"y\" }}\n"
    ));
    assert_eq!(told.len(), 3, "{told:#?}");
    let told = errors(&format!("{POLICY}\ndomain {{ mailbox \"c d\" }}\n"));
    assert_eq!(told.len(), 2, "{told:#?}");
}
