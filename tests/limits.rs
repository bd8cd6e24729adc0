//! Limits: of bytes, of lines, of what is told; and that large inputs take time in proportion.

#[path = "limits/aliases.rs"]
mod aliases;
#[path = "limits/exim.rs"]
mod exim;
#[path = "limits/files.rs"]
mod files;
#[path = "limits/measures.rs"]
mod measures;
#[path = "limits/names.rs"]
mod names;
#[path = "limits/page.rs"]
mod page;
#[path = "limits/postfix.rs"]
mod postfix;
#[path = "limits/readers.rs"]
mod readers;
#[path = "limits/records.rs"]
mod records;
#[path = "limits/tested.rs"]
mod tested;
#[path = "limits/zones.rs"]
mod zones;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use mailpol::diagnostic::{Diagnostics, Reported, Style, render};
use mailpol::policy::{self, Policy};
use mailpol::prove::{self, Given};
use mailpol::source::Source;
use mailpol::syntax;
use mailpol::target::TARGETS;

const BASE: &str = r#"mailpol version=1

host "mx.example.org" {
    address "198.51.100.25"
    listen "smtp"
}

domain "example.org" {
    mailbox "john"
    alias "postmaster" "john"
}
"#;

fn compile(text: &str, tables: &[(&str, String)]) -> (Result<Policy, Reported>, Diagnostics) {
    let files: BTreeMap<String, Arc<Source>> = tables
        .iter()
        .map(|(name, text)| ((*name).to_owned(), Source::new(*name, text.clone())))
        .collect();
    let source = Source::new("policy.kdl", text);
    let mut diagnostics = Diagnostics::new();
    let policy = syntax::parse(&source, &mut diagnostics)
        .and_then(|document| policy::lower(&document, &files, &mut diagnostics));
    (policy, diagnostics)
}

#[track_caller]
fn refused(text: &str, tables: &[(&str, String)], code: &str) {
    let (policy, diagnostics) = compile(text, tables);
    assert!(policy.is_err());
    let told = diagnostics.sorted();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].code().unwrap().to_string(), code);
}

/// Asserts that nothing is told about a policy.
#[track_caller]
fn taken(text: &str, tables: &[(&str, String)]) {
    let (policy, diagnostics) = compile(text, tables);
    let told = diagnostics.sorted();
    assert!(policy.is_ok(), "{told:?}");
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn a_policy_has_a_greatest_length() {
    const BYTES_MAX: usize = 4 << 20;
    let of = |bytes: usize| {
        let line = format!("// {}\n", "x".repeat(1020));
        let mut text = BASE.to_owned() + &line.repeat((bytes - BASE.len()) / line.len());
        let rest = bytes - text.len();
        text += &"\n".repeat(rest);
        text
    };
    taken(&of(BYTES_MAX), &[]);
    refused(&of(BYTES_MAX + 1), &[], "mailpol::syntax::too_large");
}

#[test]
fn blocks_have_a_greatest_depth() {
    let of = |depth: usize| {
        let blocks = "{ a ".repeat(depth) + &"}".repeat(depth);
        format!("{BASE}/-network {blocks}\n")
    };
    taken(&of(64), &[]);
    refused(&of(65), &[], "mailpol::syntax::too_deep");
    refused(&of(100_000), &[], "mailpol::syntax::too_deep");
}

#[test]
fn blocks_that_are_commented_out_have_a_greatest_depth() {
    let of = |depth: usize| {
        let blocks = " /-{ a".repeat(depth) + &"}".repeat(depth);
        format!("{BASE}parked \"old.example.org\"{blocks}\n")
    };
    taken(&of(2), &[]);
    refused(&of(3), &[], "mailpol::syntax::too_deep");
}

#[test]
fn comments_in_comments_have_a_greatest_depth() {
    let of = |depth: usize| format!("{BASE}{}{}\n", "/*".repeat(depth), "*/".repeat(depth));
    taken(&of(8), &[]);
    refused(&of(9), &[], "mailpol::syntax::kdl");
}

#[test]
fn a_text_has_a_greatest_length() {
    let of = |octets: usize| {
        let name = "x".repeat(octets);
        format!("{BASE}network \"{name}\" {{\n    cidr \"10.0.0.0/8\"\n}}\n")
    };
    taken(&of(8 << 10), &[]);
    refused(&of((8 << 10) + 1), &[], "mailpol::syntax::long_text");
}

#[test]
fn a_text_of_many_lines_has_a_greatest_length() {
    let of = |octets: usize| {
        let text = "y\n".repeat(octets / 2) + &"z".repeat(octets % 2);
        let text = text.replace('\n', "\\n");
        format!("{BASE}target \"postfix\" {{\n    file \"etc/x\" \"{text}\"\n}}\n")
    };
    taken(&of(1 << 20), &[]);
    refused(&of((1 << 20) + 1), &[], "mailpol::syntax::long_text");
}

#[test]
fn a_line_of_a_file_has_a_greatest_length() {
    let of = |octets: usize| {
        let blanks = " ".repeat(octets - "example.org\tbox".len());
        let table = format!("domain\tlocal-part\nexample.org{blanks}\tbox\n");
        [("m.tsv", table)]
    };
    let policy = BASE.to_owned() + "mailboxes file=\"m.tsv\"\n";
    taken(&policy, &of(16 << 10));
    refused(&policy, &of((16 << 10) + 1), "mailpol::bulk::long");
}

#[test]
fn a_login_has_so_many_rights() {
    let of = |count: usize| {
        let right = |number| {
            format!("    may-send {{ from \"a{number}@b.example\"; to \"@c{number}.example\" }}\n")
        };
        let rights: String = (0..count).map(right).collect();
        let base = BASE.replace(
            "\"smtp\"",
            "\"smtp\" \"submissions\"\n    tls certificate=\"/etc/a.pem\" key=\"/etc/a.key\"",
        );
        format!("{base}auth \"saslauthd\" mechanism=\"pam\"\nlogin \"x\" {{\n{rights}}}\n")
    };
    taken(&of(24), &[]);
    refused(&of(25), &[], "mailpol::grant::too_many");
    // The targets have tables of their own beside those of the policy.
    let (policy, _) = compile(&of(24), &[]);
    for target in TARGETS {
        let mut diagnostics = Diagnostics::new();
        let compiled =
            mailpol::compile::compile(policy.as_ref().unwrap(), *target, &mut diagnostics);
        assert!(compiled.is_ok(), "{:?}", diagnostics.sorted());
    }
}

#[test]
fn the_name_of_a_host_has_a_greatest_length() {
    let of = |octets: usize| {
        let labels = format!("{0}.{0}.{0}.", "a".repeat(50));
        let last = "b".repeat(octets - labels.len() - ".test".len());
        BASE.replace("mx.example.org", &format!("{labels}{last}.test"))
    };
    taken(&of(180), &[]);
    refused(&of(181), &[], "mailpol::domain::invalid");
}

#[test]
fn so_many_errors_and_warnings_are_told() {
    let mistakes = |count: usize, cell: &str| {
        let mut table = "network\tcidr\tmay-send\n".to_owned();
        for number in 0..count {
            writeln!(
                table,
                "n{number}\t{cell}\tyes",
                cell = cell.replace('#', &number.to_string())
            )
            .unwrap();
        }
        let policy = BASE.to_owned() + "networks file=\"n.tsv\"\n";
        let (_, diagnostics) = compile(&policy, &[("n.tsv", table)]);
        (diagnostics.sorted().len(), diagnostics.left_out())
    };
    assert_eq!(mistakes(200, "10.0.#.0/33"), (200, 0));
    assert_eq!(mistakes(201, "10.0.#.0/33"), (200, 1));
    // Networks of the Internet that may send are warned of.
    assert_eq!(mistakes(200, "9.9.#.0/24"), (200, 0));
    assert_eq!(mistakes(201, "9.9.#.0/24"), (200, 1));
}

#[test]
fn so_many_mistakes_of_the_notation_are_told() {
    let told = |line: &str, count: usize| {
        let (policy, diagnostics) = compile(&line.repeat(count), &[]);
        assert!(policy.is_err());
        diagnostics.sorted().len()
    };
    // No name before `=`.
    let mistake = "domain =x\n";
    assert_eq!([told(mistake, 20), told(mistake, 21)], [20, 20]);
    let control = "domain \"\u{1}.example\"\n";
    assert_eq!([told(control, 10), told(control, 11)], [10, 10]);
}

#[test]
fn a_proof_visits_so_many_classes() {
    let statements = "forbid \"x\" { client \"203.0.113.0/24\"; to \"unlisted\" }\n\
                      network \"a\" { cidr \"10.0.0.0/8\"; may-send { to \"a@b.example\" } }\n";
    let (policy, _) = compile(&(BASE.to_owned() + statements), &[]);
    let policy = policy.unwrap();
    let (report, visited) =
        prove::check_policy_within(&policy, Given::default(), prove::CLASSES_MAX);
    assert!(report.is_proved());
    assert!(visited > 1000);
    let (report, again) = prove::check_policy_within(&policy, Given::default(), visited);
    assert!(report.is_proved());
    assert_eq!(again, visited);
    let (report, _) = prove::check_policy_within(&policy, Given::default(), visited - 1);
    let mut diagnostics = Diagnostics::new();
    assert!(prove::tell(&policy, &report, &mut diagnostics).is_err());
    let told = diagnostics.sorted();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        told[0].code().unwrap().to_string(),
        "mailpol::prove::too_large"
    );
    let text = render(told[0].as_ref(), Style::PLAIN);
    assert!(text.contains("policy.kdl:"), "{text}");
}

/// Policies of many nodes cost in proportion to what they say, not to its square: so many classes
/// are visited for each.
#[test]
fn many_nodes_that_say_the_same_are_proved_at_once() {
    let visited = |count: usize, line: &dyn Fn(usize) -> String| {
        let lines: String = (0..count).map(line).collect();
        let (policy, diagnostics) = compile(&(BASE.to_owned() + &lines), &[]);
        let policy = policy.unwrap_or_else(|_| panic!("{:?}", diagnostics.sorted()));
        let (report, visited) =
            prove::check_policy_within(&policy, Given::default(), prove::CLASSES_MAX);
        assert!(report.is_proved());
        visited
    };
    let cidr = |number: usize| format!("10.0.{}.{}/32", number / 256, number % 256);
    let network = |number: usize| {
        let cidr = cidr(number);
        format!("network \"n{number}\" {{ cidr \"{cidr}\"; may-send {{ from \"@a.example\" }} }}\n")
    };
    assert_eq!(visited(1, &network), visited(2000, &network));
    let forbid = |number: usize| {
        let cidr = cidr(number);
        format!("forbid \"f{number}\" {{ client \"{cidr}\"; to \"unlisted\" }}\n")
    };
    let each = |count: usize| (visited(count, &forbid) - visited(0, &forbid)) / count as u64;
    assert_eq!(each(2), each(2000));
}

#[test]
fn of_many_errors_some_are_told_and_all_are_counted() {
    let mut table = "domain\tlocal-part\n".to_owned();
    for number in 0..50_000 {
        writeln!(table, "example.org\tbad%{number}").unwrap();
    }
    let policy = BASE.to_owned() + "mailboxes file=\"m.tsv\"\n";
    let (policy, diagnostics) = compile(&policy, &[("m.tsv", table)]);
    assert!(policy.is_err());
    assert_eq!(diagnostics.errors(), 50_000);
    assert_eq!(diagnostics.sorted().len(), 200);
    assert_eq!(diagnostics.left_out(), 49_800);
    for one in diagnostics.sorted() {
        assert!(render(one.as_ref(), Style::PLAIN).contains("m.tsv:"));
    }
}

#[test]
fn tables_of_many_rows_are_read() {
    let mut domains = "domain\tcatch-all\n".to_owned();
    let mut mailboxes = "domain\tlocal-part\tlogin\ttargets\n".to_owned();
    let mut networks = "network\tcidr\tmay-send\n".to_owned();
    for number in 0..20_000 {
        writeln!(domains, "d{number}.example").unwrap();
        writeln!(mailboxes, "d{number}.example\tinfo\tlogin{number}").unwrap();
        // A chain of aliases over all domains, cut into pieces.
        let next = if number % 50 == 0 { 0 } else { number - 1 };
        writeln!(
            mailboxes,
            "d{number}.example\tall\t\tinfo\tinfo@d{next}.example"
        )
        .unwrap();
    }
    for number in 0..5_000 {
        let (high, low) = (number / 250, number % 250);
        writeln!(networks, "n{number}\t10.{high}.{low}.0/24\tyes").unwrap();
    }
    let policy = r#"mailpol version=1

host "mx.example.org" {
    address "198.51.100.25"
    listen "smtp"
    postmaster "info@d0.example"
}

auth "saslauthd" mechanism="shadow"

domains file="d.tsv"

mailboxes file="m.tsv"

networks file="n.tsv"
"#;
    let tables = [
        ("d.tsv", domains),
        ("m.tsv", mailboxes),
        ("n.tsv", networks),
    ];
    let (policy, diagnostics) = compile(policy, &tables);
    let policy = policy.unwrap_or_else(|_| panic!("{:?}", diagnostics.sorted()));
    assert_eq!(policy.domains.len(), 20_000);
    assert_eq!(policy.logins.len(), 20_000);
    assert_eq!(policy.networks.len(), 5_000);
    assert!(
        policy
            .domains
            .values()
            .all(|hosted| hosted.aliases.len() == 2)
    );
}
