//! That the catalogue is whole: every pattern of nmap's `smtp-open-relay` script, every form of a
//! forward-path that relay testers and abusers are known for, and no entry that nothing here names.

use std::collections::BTreeSet;

use libtest_mimic::Failed;
use mailpol::simulate::CATALOGUE;

const VICTIM: &str = "victim@victim.example";
const SENDER: &str = "antispam@abuser.example";
const AT_US: &str = "antispam@[{ip}]";

/// The sixteen tests of nmap's script, in its order: a reverse-path and a forward-path.
const NMAP: [(&str, &str); 16] = [
    ("", VICTIM),
    (SENDER, VICTIM),
    ("antispam@{host}", VICTIM),
    (AT_US, VICTIM),
    (AT_US, "victim%victim.example@[{ip}]"),
    (AT_US, "victim%victim.example@{host}"),
    (AT_US, "\"victim@victim.example\""),
    (AT_US, "\"victim%victim.example\""),
    (AT_US, "victim@victim.example@[{ip}]"),
    (AT_US, "\"victim@victim.example\"@[{ip}]"),
    (AT_US, "victim@victim.example@{host}"),
    (AT_US, "@[{ip}]:victim@victim.example"),
    (AT_US, "@{host}:victim@victim.example"),
    (AT_US, "victim.example!victim"),
    (AT_US, "victim.example!victim@[{ip}]"),
    (AT_US, "victim.example!victim@{host}"),
];

/// Forward-paths by family: all of the catalogue, each once.
const FAMILIES: &[(&str, usize, &[&str])] = &[
    ("plain", 1, &[VICTIM]),
    (
        "percent",
        9,
        &[
            "victim%victim.example@[{ip}]",
            "victim%victim.example@{host}",
            "victim%victim.example@{domain}",
            "victim%victim.example",
            "victim%{domain}@victim.example",
            "victim%victim.example%{domain}",
            "victim@{domain}%victim.example",
            "victim@victim.example%{domain}",
            "victim%40victim.example@{domain}",
        ],
    ),
    (
        "quoted",
        9,
        &[
            "\"victim@victim.example\"",
            "\"victim%victim.example\"",
            "\"victim@victim.example\"@[{ip}]",
            "\"victim@victim.example\"@{domain}",
            "\"victim%victim.example\"@{domain}",
            "\"victim.example!victim\"@{domain}",
            "\"postmaster\"",
            "\"double-bounce\"@{domain}",
            "victim\\@victim.example@{domain}",
        ],
    ),
    (
        "two at signs",
        3,
        &[
            "victim@victim.example@[{ip}]",
            "victim@victim.example@{host}",
            "victim@victim.example@{domain}",
        ],
    ),
    (
        "source route",
        5,
        &[
            "@[{ip}]:victim@victim.example",
            "@{host}:victim@victim.example",
            "@{domain}:victim@victim.example",
            "@{domain},@relay.example:victim@victim.example",
            "@victim.example,@{host}:{box}@{domain}",
        ],
    ),
    (
        "bang path",
        6,
        &[
            "victim.example!victim",
            "victim.example!victim@[{ip}]",
            "victim.example!victim@{host}",
            "victim.example!victim@{domain}",
            "a!victim.example!victim@{domain}",
            "{domain}!victim@victim.example",
        ],
    ),
    (
        "another domain",
        8,
        &[
            "victim@sub.{domain}",
            "victim@x{domain}",
            "victim@{domain}.victim.example",
            "victim@victim.example.",
            "{box}@{domain}.",
            "root@unix.invalid",
            "victim@xn--vctim-4ve.example",
            "victim@victim\u{3002}example",
        ],
    ),
    (
        "the host",
        11,
        &[
            "root@[{ip}]",
            "root@[127.0.0.1]",
            "root@[IPv6:::1]",
            "root@[::1]",
            "root@127.0.0.1",
            "root@localhost",
            "root@{host}",
            "victim@[192.0.2.99]",
            "victim@192.0.2.99",
            "victim@#3221225985",
            "victim@[victim.example]",
        ],
    ),
    ("no address", 3, &["victim", "victim@", ""]),
    (
        "program or file",
        8,
        &[
            "\"|id\"@{domain}",
            "|id@{domain}",
            "/etc/passwd@{domain}",
            "../../etc/passwd@{domain}",
            ":include:/etc/passwd@{domain}",
            "-oQ/tmp@{domain}",
            "*@{domain}",
            "${run{id}}@{domain}",
        ],
    ),
    (
        "a program's own",
        6,
        &[
            "double-bounce@{domain}",
            "victim::victim.example@{domain}",
            "IMCEASMTP-victim+40victim+2Eexample@{domain}",
            "{box}@{domain}:25",
            "{box}@{domain};victim@victim.example",
            "{box}@{domain},victim@victim.example",
        ],
    ),
];

/// Fails unless the catalogue is these families and nmap's tests, and nothing else.
pub(crate) fn whole() -> Result<(), Failed> {
    for (number, (from, to)) in NMAP.iter().enumerate() {
        if !CATALOGUE
            .iter()
            .any(|one| (one.from, one.to) == (*from, *to))
        {
            return Err(format!("nmap's test {}: {from} to {to}", number + 1).into());
        }
    }
    let mut named = BTreeSet::new();
    for (family, count, paths) in FAMILIES {
        let new = paths.iter().filter(|path| named.insert(**path)).count();
        if new != *count {
            return Err(format!("{family}: {new} forms, and {count} are known").into());
        }
    }
    let sent: BTreeSet<&str> = CATALOGUE.iter().map(|one| one.to).collect();
    let names: BTreeSet<&str> = CATALOGUE.iter().map(|one| one.name).collect();
    if sent != named || names.len() != CATALOGUE.len() {
        let differ: Vec<_> = sent.symmetric_difference(&named).collect();
        return Err(format!("in one of the two only: {differ:#?}").into());
    }
    Ok(())
}
