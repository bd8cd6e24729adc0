//! A thousand networks inside of one, of three kinds in turn: each client is what the longest
//! prefix says.

use std::fmt::Write;

use libtest_mimic::Failed;

use crate::TestOfBoth;
use crate::machine::{expect, serve};
use crate::support::job::Listener::Smtp;
use crate::support::job::{Client, Envelope, Mta};

pub(crate) const TESTS: &[TestOfBoth] = &[("a thousand networks inside of one", edges)];

const COUNT: u32 = 1_000;
const INSIDE: u32 = 10 << 24;

/// What a client may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Everything.
    Wide,
    /// What is from the domain.
    Own,
    /// Nothing at all.
    Refused,
    /// What strangers may.
    Stranger,
}

impl Kind {
    fn of(number: u32) -> Self {
        match number % 3 {
            0 => Self::Own,
            1 => Self::Wide,
            _ => Self::Refused,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Wide => "may-send",
            Self::Own => "may-send { from \"@nested.test\"; }",
            Self::Refused => "otherwise \"refuse\"",
            Self::Stranger => "",
        }
    }

    /// Whether somebody else's mail goes out, the domain's own, and whether mail comes in.
    fn takes(self) -> [bool; 3] {
        match self {
            Self::Wide => [true, true, true],
            Self::Own => [false, true, true],
            Self::Refused => [false, false, false],
            Self::Stranger => [false, false, true],
        }
    }
}

fn policy() -> Result<String, Failed> {
    let mut text = "mailpol version=1\n\
                    host \"mx.nested.test\" { address \"198.51.100.25\"; listen \"smtp\"; }\n\
                    domain \"nested.test\" { mailbox \"ann\"; alias \"postmaster\" \"ann\"; }\n\
                    network \"all\" { cidr \"10.0.0.0/8\"; may-send; }\n"
        .to_owned();
    for number in 0..COUNT {
        let (high, low, words) = (number >> 8, number & 255, Kind::of(number).words());
        writeln!(
            text,
            "network \"n{number}\" {{ cidr \"10.{high}.{low}.0/24\"; {words}; }}"
        )?;
    }
    Ok(text)
}

/// Both sides of the edges of some of them, and of what holds them all.
fn edges(mta: Mta) -> Result<(), Failed> {
    let mut clients: Vec<(u32, Kind)> = vec![
        (INSIDE - 1, Kind::Stranger),
        (INSIDE + (COUNT << 8), Kind::Wide),
        (INSIDE + (1 << 24) - 1, Kind::Wide),
        (INSIDE + (1 << 24), Kind::Stranger),
    ];
    for number in [0, 1, 2, 3, 254, 255, 256, 498, 499, 500, 997, 998, 999] {
        let first = INSIDE + (number << 8);
        clients.extend([first, first + 255].map(|one| (one, Kind::of(number))));
    }
    let mut envelopes = Vec::new();
    for (address, _) in &clients {
        let client = Client::new(address.to_be_bytes(), Smtp);
        for (from, to) in [
            ("a@else.example", "b@other.example"),
            ("ann@nested.test", "b@other.example"),
            ("a@else.example", "ann@nested.test"),
        ] {
            envelopes.push(Envelope::new(&client, from, to));
        }
    }
    let report = serve(mta, &policy()?, envelopes)?;
    expect(report.outcomes.len(), clients.len() * 3, "outcomes")?;
    for ((address, kind), outcomes) in clients.iter().zip(report.outcomes.chunks(3)) {
        let told: Vec<String> = outcomes.iter().map(ToString::to_string).collect();
        let taken: Vec<bool> = told.iter().map(|one| one.contains(" 250")).collect();
        let wanted = kind.takes().to_vec();
        let about = format!("{address:#x} {kind:?}: {told:?}");
        expect(format!("{taken:?}"), format!("{wanted:?}"), about)?;
    }
    Ok(())
}
