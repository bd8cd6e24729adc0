//! Paths as clients send them, with the form and the address that each has.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

#[track_caller]
fn check(text: &str, form: PathForm, address: &str) {
    let own = ["198.51.100.25".parse().unwrap()];
    let path = Path::parse(text, &own);
    let parts = format!(
        "{}@{}",
        path.local().unwrap_or("-"),
        path.domain().map_or("-", Domain::as_str)
    );
    assert_eq!((path.form(), parts.as_str()), (form, address), "{text}");
}

#[test]
fn forms_are_told_apart() {
    check("user@d.example", PathForm::Plain, "user@d.example");
    check("USER@D.Example", PathForm::Plain, "user@d.example");
    check("|cat@d.example", PathForm::Plain, "|cat@d.example");
    check("user+tag@d.example", PathForm::Plain, "user+tag@d.example");
    check("\"us er\"@d.example", PathForm::Quoted, "us er@d.example");
    check(
        "\"double\\-bounce\"@d.example",
        PathForm::QuotedPair,
        "double-bounce@d.example",
    );
    check(
        "@a.example,@b.example:u@d.example",
        PathForm::SourceRoute,
        "u@d.example",
    );
    check("PostMaster", PathForm::BarePostmaster, "-@-");
    check("", PathForm::Null, "-@-");
    check("u@[192.0.2.1]", PathForm::Literal, "u@-");
    check("u@[198.51.100.25]", PathForm::OwnLiteral, "u@-");
    check("u@[127.0.0.1]", PathForm::OwnLiteral, "u@-");
    check("u%x@[192.0.2.1]", PathForm::Literal, "u%x@-");
    check("\"u r\"@[192.0.2.1]", PathForm::Literal, "\"u r\"@-");
    check("u@[IPv6:::1]", PathForm::OwnLiteral, "u@-");
    check("u@[IPv6:::ffff:198.51.100.25]", PathForm::OwnLiteral, "u@-");
    check("u@[001.0.2.0000003]", PathForm::Literal, "u@-");
    check("u@[127.0.0.01]", PathForm::OwnLiteral, "u@-");
    check("u@[198.51.100.025]", PathForm::Literal, "u@-");
    check("u@[198.51.0144.031]", PathForm::OwnLiteral, "u@-");
    check("u@[IPv6:::ffff:127.0.0.01]", PathForm::Literal, "u@-");
    check("u@[0256.0.2.1]", PathForm::BadDomain, "-@-");
    check("u@[192.0.2]", PathForm::BadDomain, "-@-");
    check("u@[::1]", PathForm::BadDomain, "-@-");
    check("u@[d.example]", PathForm::BadDomain, "-@-");
    check("u%x.example@d.example", PathForm::Percent, "-@d.example");
    check("x.example!u@d.example", PathForm::Bang, "-@d.example");
    check(
        "\"u@x.example\"@d.example",
        PathForm::QuotedRoute,
        "-@d.example",
    );
    check(
        "\"x.example!u\"@d.example",
        PathForm::QuotedRoute,
        "-@d.example",
    );
    check("u@d.example.", PathForm::TrailingDot, "u@d.example");
    check("-oQ/tmp@d.example", PathForm::LeadingDash, "-@d.example");
    check("u@1.2.3.4", PathForm::NumericDomain, "u@-");
    check("u@a_b.example", PathForm::Underscore, "u@-");
    check("u@x.example@d.example", PathForm::DoubleAt, "-@d.example");
}

#[test]
fn what_rfc_5321_forbids_has_its_forms() {
    check("u", PathForm::Bare, "u@-");
    check("\"postmaster\"", PathForm::OddPostmaster, "-@-");
    check("post\\master", PathForm::OddPostmaster, "-@-");
    check("postmaster.", PathForm::OddPostmaster, "-@-");
    check("@x.example:postmaster", PathForm::OddPostmaster, "-@-");
    check(" postmaster ", PathForm::OddPostmaster, "-@-");
    check("\"u@x.example\"", PathForm::BareRoute, "-@-");
    check("u%x.example", PathForm::BareRoute, "-@-");
    check("@d.example", PathForm::EmptyLocal, "-@d.example");
    check("u @d.example", PathForm::Spaced, "u@d.example");
    check(" u@d.example", PathForm::Spaced, "u@d.example");
    check("u(c)@d.example", PathForm::Comment, "u@d.example");
    check("u@d.example(c)", PathForm::Comment, "u@d.example");
    check("lo\\cal@d.example", PathForm::Escaped, "local@d.example");
    check("u..r@d.example", PathForm::Dotted, "-@d.example");
    check("../x@d.example", PathForm::Dotted, "-@d.example");
    check("u::x.example@d.example", PathForm::OddLocal, "-@d.example");
    check(":include:/x@d.example", PathForm::OddLocal, "-@d.example");
    check("\u{fc}ser@d.example", PathForm::EightBit, "-@d.example");
    check(
        &format!("{}@d.example", "a".repeat(65)),
        PathForm::LongLocal,
        "-@d.example",
    );
    for text in [
        "u@d.example,x@y.example",
        "u@d.example\n",
        "\"u@d.example",
        " ",
        "u@x.example@",
        "u@d.example(c",
        "u@\"d.example\"",
        "u@[192.0.2.1",
        "u@[192.0.2.1].",
        "-u@[192.0.2.1]",
        "u..r%x.example@[127.0.0.1]",
        "\"u@x.example\"@[127.0.0.1]",
    ] {
        check(text, PathForm::Malformed, "-@-");
    }
}

#[test]
fn what_is_no_domain_has_its_form() {
    for text in [
        "u@",
        "u@-d.example",
        "u@d..example",
        "u@.d.example",
        "u@d.example:25",
        "u@d\u{f6}.example",
        "u@#1.2.3.4",
        "u@x.example%d.example",
        "u@[]",
    ] {
        check(text, PathForm::BadDomain, "-@-");
    }
}

#[test]
fn odd_local_parts_at_literals_have_their_forms() {
    for local in [
        "u..r",
        "",
        "\"\"",
        "u::r",
        "\u{fc}",
        "u@x.example",
        "\"u@x.example\"",
    ] {
        let read = format!("{local}@-");
        check(&format!("{local}@[192.0.2.1]"), PathForm::OddLiteral, &read);
    }
    check("u..r@[127.0.0.1]", PathForm::OddOwnLiteral, "u..r@-");
    check("@[127.0.0.1]", PathForm::OddOwnLiteral, "@-");
    for route in ["u%x.example", "x.example!u"] {
        let text = format!("{route}@[127.0.0.1]");
        check(&text, PathForm::RoutedOwnLiteral, &format!("{route}@-"));
    }
}

#[test]
fn one_form_is_one_thing() {
    // A route before something that is no address.
    check("@a.example:postmaster", PathForm::OddPostmaster, "-@-");
    check("@a.example:\"postmaster\"", PathForm::OddPostmaster, "-@-");
    check("@a.example:", PathForm::Malformed, "-@-");
    // A route with a host that is no domain is none: what looks like one is a local-part.
    for route in ["@a.example.", "@a_b.example", "@-a.example"] {
        let text = format!("{route}:u@d.example");
        check(&text, PathForm::OddRoute, "-@d.example");
    }
    // Quotes that are not one quoted-string.
    for local in ["\"a\"b", "\"a\".\"b\"", "\"\"", "a\"b\"", "\"a\"\"b\""] {
        check(
            &format!("{local}@d.example"),
            PathForm::OddLocal,
            "-@d.example",
        );
    }
    check(
        "\"a\\\"b\"@d.example",
        PathForm::QuotedPair,
        "a\"b@d.example",
    );
}

#[test]
fn of_two_oddities_the_more_dangerous_gives_the_form() {
    check("\"a\"@d.example.", PathForm::TrailingDot, "a@d.example");
    check("\"a\\b\"@d.example.", PathForm::TrailingDot, "ab@d.example");
    check(
        "@a.example:u@d.example.",
        PathForm::TrailingDot,
        "u@d.example",
    );
    let long = "a".repeat(65);
    check(
        &format!("{long}@d.example."),
        PathForm::TrailingDot,
        &format!("{long}@d.example"),
    );
    check(
        &format!("{long}%x.example@d.example"),
        PathForm::Percent,
        "-@d.example",
    );
    check(
        &format!("\"{long}@x.example\"@d.example"),
        PathForm::QuotedRoute,
        "-@d.example",
    );
    check("u%x.example@d.example.", PathForm::Percent, "-@d.example");
    check(
        "@a.example:u%x.example@d.example",
        PathForm::Percent,
        "-@d.example",
    );
    check("\"-a\"@d.example", PathForm::LeadingDash, "-@d.example");
    check("-a @d.example", PathForm::LeadingDash, "-@d.example");
    check("\\-a@d.example", PathForm::LeadingDash, "-@d.example");
    for text in [
        "-u%x.example@d.example",
        "u..r%x.example@d.example",
        "x.example!u..r@d.example",
        "u\\@x.example@d.example",
        "u::r%x.example@d.example",
        "\u{fc}%x.example@d.example",
        "\"-u@x.example\"@d.example",
        "\"u\"%x.example@d.example",
        "\"u\"@x.example@d.example",
        "u%y.example@x.example@d.example",
        "u%x.example @d.example",
        "u%x.example(c)@d.example",
        "\"u@x.example\"(c)@d.example.",
        "u@x.example(c)@d.example",
    ] {
        check(text, PathForm::OddRoute, "-@d.example");
    }
}

#[test]
fn every_form_is_spelled_as_it_is_read() {
    let own = ["198.51.100.25".parse().unwrap()];
    let address = Address::new("john.doe", Domain::literal("d.example"));
    for form in PathForm::ALL {
        let path = Path::spell(form, &address, &own);
        assert_eq!(path.form(), form, "{}", path.text());
        assert_eq!(PathForm::from_index(form.index()), Some(form));
        if form.has_address() {
            assert_eq!(path.address().as_ref(), Some(&address), "{}", path.text());
        }
        assert_eq!(path.domain().is_some(), form.has_domain(), "{form}");
    }
}

#[test]
fn a_route_in_an_extension_is_a_form_of_its_own() {
    for text in [
        "u+x%y.example@d.example",
        "u+y.example!x@d.example",
        "@a.example:u+x%y.example@d.example",
        "u+x%y.example@d.example.",
    ] {
        check(text, PathForm::ExtendedRoute, "u@d.example");
    }
    check("u%y.example+x@d.example", PathForm::Percent, "-@d.example");
    check("+u%y.example@d.example", PathForm::Percent, "-@d.example");
    check("y.example!u+x@d.example", PathForm::Bang, "-@d.example");
    check("-u+x%y@d.example", PathForm::OddRoute, "-@d.example");
    check("u+..x%y@d.example", PathForm::OddRoute, "-@d.example");
    let quoted = "\"u+x@y.example\"@d.example";
    check(quoted, PathForm::QuotedRoute, "-@d.example");
    let long = "a".repeat(65);
    let text = format!("{long}+x%y@d.example");
    check(&text, PathForm::Percent, "-@d.example");
    let text = format!("{long}+x@d.example");
    check(&text, PathForm::LongLocal, "-@d.example");
    let text = format!("u+{long}@d.example");
    check(&text, PathForm::Plain, &text);
}

#[test]
fn a_label_of_a_path_has_a_greatest_length() {
    let label = "a".repeat(63);
    let at = |domain: &str| format!("u@{domain}.example");
    check(&at(&label), PathForm::Plain, &at(&label));
    check(&at(&format!("{label}a")), PathForm::BadDomain, "-@-");
    let dashed = format!("{}-a", "a".repeat(61));
    check(&at(&dashed), PathForm::Plain, &at(&dashed));
    check(&at(&format!("{label}-a")), PathForm::BadDomain, "-@-");
}

/// Returns what a random path may be made of: what is plain, what is odd, and what is too long.
fn piece() -> impl Strategy<Value = String> {
    let plain = select(vec![
        "a",
        "B",
        "1",
        "u@d.example",
        "d.example",
        "a",
        "@a",
        "+",
        ".",
    ]);
    let odd = select(vec![
        ".", "-", "_", "@", "%", "!", "+", "\"", "\\", "(", ")", " ", "[", "]", ",", ";", ":", "<",
        "\u{fc}", "\t", "=", "/",
    ]);
    let long = select(vec![62, 63, 64, 254]).prop_map(|octets| "a".repeat(octets));
    prop_oneof![
        6 => plain.prop_map(str::to_owned),
        2 => odd.prop_map(str::to_owned),
        1 => long,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    /// What is plain is read in a way of its own, but not behind a source route.
    #[test]
    fn a_plain_path_is_read_as_behind_a_route(pieces in vec(piece(), 1..8)) {
        let mut text = pieces.concat();
        if text.starts_with('@') {
            text.insert(0, 'u');
        }
        let (path, routed) = (Path::parse(&text, &[]), format!("@r.example:{text}"));
        let behind = Path::parse(&routed, &[]);
        let is_plain = path.form() == PathForm::Plain;
        prop_assert_eq!(is_plain, behind.form() == PathForm::SourceRoute, "{}", &text);
        prop_assert_eq!(path.local(), behind.local(), "{}", &text);
        prop_assert_eq!(path.domain(), behind.domain(), "{}", &text);
    }
}
