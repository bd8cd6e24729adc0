//! Policies of examples, changed so that they break what the prose says: a sentence of the policy
//! says so. It is no sample, so a change need not be one that somebody thought of.

use std::fs;
use std::process::Command;

use libtest_mimic::{Failed, Trial};

/// An example, a file of it, what stands there and in its place, and the sentence that breaks.
struct Change {
    name: &'static str,
    file: &'static str,
    from: &'static str,
    to: &'static str,
    sentence: &'static str,
}

const NOBODY_ELSE: &str = "whoever logs in writes as nobody else, and as the family";
const SCANS: &str = "without a login nothing goes out but scans, from the devices to the partners";
const INSIDE: &str = "devices write as nobody else, inside either";
const DEPARTMENTS: &str =
    "without a login nothing goes out but what a department's server sends as its department";
const PRINTERS: &str = "without a login nothing goes out but what printers send as printers";
const TENANT: &str = "without a login nothing goes out but what our tenant sends under TLS";
const OPERATORS: &str = "sensors write to nobody but operators, here or outside";
const COLLEAGUES: &str =
    "without a login nothing goes out but what the VPN sends as colleagues, under TLS";

const CHANGES: &[Change] = &[
    family("login \"mum\" { may-send { from \"own\" \"dad@smith.example\"; }; }"),
    family("login \"sam\" { may-send { from \"own\" \"@smith-photos.example\"; }; }"),
    family(
        "login \"sam\" { may-send { from \"own\"; }; may-send { from \"any\"; to \"local\"; }; }",
    ),
    family("login \"uncle\" { may-send { from \"uncle@isp.example\"; }; }"),
    family("authenticated { may-send { from \"local\"; }; }"),
    Change {
        name: "family",
        file: "policy.kdl",
        from: "catch-all \"dad@smith.example\"",
        to: "catch-all \"dad@smith.example\"; alias \"album\" \"kim@smith.example\"",
        sentence: NOBODY_ELSE,
    },
    factory(
        "\"@press.example\"",
        "\"@press.example\" \"@*.contoso.example\"",
        SCANS,
    ),
    factory("\"orders@paper.example\"", "\"@paper.example\"", SCANS),
    factory(
        "\"scanner@factory.example\"\n",
        "\"scanner@factory.example\" \"@evil.example\"\n",
        INSIDE,
    ),
    factory(
        "\"scanner@factory.example\"\n",
        "\"scanner@factory.example\" \"null\"\n",
        SCANS,
    ),
    factory(
        "\"10.20.30.0/24\"\n    may",
        "\"10.20.30.0/23\"\n    may",
        SCANS,
    ),
    added(
        "factory",
        "network \"more\" { cidr \"10.20.29.128/25\"; may-send { to \"@a.example\"; }; }",
        SCANS,
    ),
    added(
        "acme",
        "network \"desks\" { cidr \"192.168.10.16/28\"; may-send { to \"@a.example\"; }; }",
        PRINTERS,
    ),
    Change {
        name: "acme",
        file: "policy.kdl",
        from: "may-send { from \"printer@acme.example\" }",
        to: "may-send { from \"@acme.example\"; }",
        sentence: PRINTERS,
    },
    Change {
        name: "ngo",
        file: "policy.kdl",
        from: "from \"@ngo.example\"",
        to: "from \"@ngo.example\" \"@tenant.example\"",
        sentence: TENANT,
    },
    Change {
        name: "plant",
        file: "policy.kdl",
        from: "\"ops-day@plant.example\"",
        to: "\"ops-day@plant.example\" \"ben@plant.example\"",
        sentence: OPERATORS,
    },
    Change {
        name: "consult",
        file: "policy.kdl",
        from: "from \"@consult.example\"",
        to: "from \"@consult.example\" \"null\"",
        sentence: COLLEAGUES,
    },
    university("network \"hole\" { cidr \"10.64.0.0/10\"; may-send; }"),
    university(
        "network \"hole\" { cidr \"10.16.4.2/32\" \"10.21.0.0/16\"; may-send { from \"null\"; }; }",
    ),
    university(
        "network \"hole\" { cidr \"192.168.0.0/24\"; may-send { to \"@alchemy.uni.example\"; }; }",
    ),
    Change {
        name: "university",
        file: "servers.tsv",
        from: "@law.uni.example",
        to: "@theology.uni.example",
        sentence: DEPARTMENTS,
    },
    Change {
        name: "university",
        file: "servers.tsv",
        from: "10.20.0.25/32",
        to: "10.20.0.24/31",
        sentence: DEPARTMENTS,
    },
];

const fn family(to: &'static str) -> Change {
    added("family", to, NOBODY_ELSE)
}

const fn university(to: &'static str) -> Change {
    added("university", to, DEPARTMENTS)
}

/// A node more.
const fn added(name: &'static str, to: &'static str, sentence: &'static str) -> Change {
    Change {
        name,
        file: "policy.kdl",
        from: "",
        to,
        sentence,
    }
}

const fn factory(from: &'static str, to: &'static str, sentence: &'static str) -> Change {
    Change {
        name: "factory",
        file: "policy.kdl",
        from,
        to,
        sentence,
    }
}

pub(crate) fn trials() -> impl Iterator<Item = Trial> {
    CHANGES.iter().enumerate().map(|(number, change)| {
        let name = format!("{}: change {number} breaks a sentence", change.name);
        Trial::test(name, || broken(change))
    })
}

fn broken(change: &Change) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    for entry in fs::read_dir(super::examples().join(change.name))? {
        let path = entry?.path();
        if path.is_file() {
            let name = path.file_name().unwrap_or_default();
            fs::copy(&path, folder.path().join(name))?;
        }
    }
    let path = folder.path().join(change.file);
    let text = fs::read_to_string(&path)?;
    let changed = if change.from.is_empty() {
        format!("{text}\n{}\n", change.to)
    } else {
        text.replacen(change.from, change.to, 1)
    };
    if changed == text {
        return Err(format!("`{}` is not there", change.from).into());
    }
    fs::write(&path, changed)?;
    let output = Command::new(env!("CARGO_BIN_EXE_mailpol"))
        .args(["prove", "policy.kdl"])
        .current_dir(&folder)
        .output()?;
    let told = String::from_utf8_lossy(&output.stdout);
    let is_refuted = |line: &str| line.contains("REFUTED") && line.contains(change.sentence);
    if output.status.code() == Some(1) && told.lines().any(is_refuted) {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{}`: {}\n{told}\n{errors}", change.to, output.status).into())
}
