//! What is a record and what is not, term by term.

use super::*;

#[track_caller]
fn check(terms: &str, expected: bool) {
    let text = format!("v=spf1 {terms}");
    let read = Record::parse(text.as_bytes());
    assert_eq!(read.is_ok(), expected, "{terms}: {read:?}");
}

#[test]
fn the_version_ends_at_a_space_or_at_the_end() {
    for (text, expected) in [
        ("v=spf1", true),
        ("V=sPf1", true),
        ("v=spf1 ", true),
        ("v=spf1   -all  ", true),
        ("v=spf10", false),
        ("v=spf1\t-all", false),
        (" v=spf1", false),
        ("v=spf", false),
        ("", false),
    ] {
        assert_eq!(Record::is_spf(text.as_bytes()), expected, "{text:?}");
        assert_eq!(Record::parse(text.as_bytes()).is_ok(), expected, "{text:?}");
    }
}

#[test]
fn well_formed_terms_are_read() {
    for terms in [
        "all",
        "+ALL",
        "?all",
        "include:example.com",
        "a",
        "A/0",
        "a//0",
        "a/32//128",
        "a:example.com",
        "a:example.com/24",
        "a:example.com//64",
        "a:%{d}/24//64",
        "a:x/y.com",
        "a:1/24.com",
        "mx",
        "mx:%{h}",
        "ptr",
        "ptr:example.com",
        "ip4:192.0.2.0/24",
        "ip6:::",
        "ip6:2001:db8::/32",
        "ip6:::ffff:192.0.2.1/0",
        "exists:%{ir}.example.com",
        "redirect=example.com",
        "REDIRECT=%{d}",
        "exp=%{d}",
        "x=",
        "x.y-z_1=a:b/c%%",
        "all=x",
        "x=1 x=2",
        "include=x",
        "v=spf1",
    ] {
        check(terms, true);
    }
}

#[test]
fn malformed_terms_are_refused() {
    for terms in [
        "all:",
        "all/8",
        "all.",
        "-",
        "+",
        "++all",
        "=all",
        ":all",
        "/24",
        "1up=x",
        "-x=y",
        "include",
        "include:",
        "include/24",
        "include:example.com/24",
        "redirect:example.com",
        "a:",
        "a/",
        "a/33",
        "a//129",
        "a/024",
        "a/24/64",
        "a/24//",
        "a///64",
        "a/-1",
        "a/+1",
        "a:/24",
        "a//64/24",
        "a:museum",
        "a:192.0.2.1",
        "mx:example.com:25",
        "mx/24x",
        "ptr/24",
        "ptr:",
        "ip4",
        "ip4:",
        "ip4:192.0.2",
        "ip4:192.0.2.1/33",
        "ip4:192.0.2.1//32",
        "ip4:192.0.2.01",
        "ip4:192.0.2.1:25",
        "ip4:192.0.2.1/",
        "ip4:2001:db8::1",
        "ip4/24",
        "ip6",
        "ip6:192.0.2.1",
        "ip6:::1/129",
        "ip6:::1//64",
        "ip6:1:2:3:4:5:6:7:8::",
        "ip6:fe80::1%eth0",
        "ip6:[::1]",
        "exists",
        "exists:",
        "exists:example.com/24",
        "moo",
        "redirect=",
        "exp=",
        "exp=-all",
        "redirect=a.example redirect=b.example",
        "exp=a.example Exp=b.example",
        "x=%d",
        "x=%{c}",
        "x=\u{7f}",
        "a\tmx",
        "mx,",
        "-all\n",
    ] {
        check(terms, false);
    }
}

#[test]
fn errors_name_their_place() {
    #[track_caller]
    fn place(text: &[u8], expected: Range<usize>) {
        assert_eq!(
            Record::parse(text).map_err(|error| error.range),
            Err(expected)
        );
    }
    place(b"v=spf1 mx  moo -all", 11..14);
    place(b"v=spf1 a:example.com/33", 21..23);
    place(b"v=spf1 a:%{d}%x.com", 13..14);
    place(b"v=spf1 a:\xe9.com", 9..10);
    place(b"v=spf1 include", 7..14);
    place(b"v=spf1 ip4:192.0.2.256/24", 11..22);
}

#[test]
fn overlong_records_are_refused() {
    let mut text = b"v=spf1".to_vec();
    text.resize(RECORD_OCTETS_MAX, b' ');
    assert!(Record::parse(&text).is_ok());
    text.push(b' ');
    assert!(Record::parse(&text).is_err());
}
