//! What the types of positions refuse.

use super::*;

#[test]
fn paths_that_exim_would_expand_or_split_are_refused() {
    assert!(Word::path("/etc/ssl/doe/fullchain.pem").is_ok());
    for text in [
        "",
        "etc/x",
        "/a b",
        "/a:b",
        "/a;b",
        "/a$b",
        "/a\nb",
        "/a\\",
        "/{a}",
        "/a\"b",
        "/ä",
        "/_HAVE_TLS",
        "/a,b",
        "/a#b",
    ] {
        assert_eq!(Word::path(text), Err(Unsayable::Path), "{text}");
    }
}

#[test]
fn logins_that_a_list_would_split_are_refused() {
    for text in [
        "john",
        "John",
        "www-data",
        "app@example.com",
        "j_1",
        "a+b=c",
        "8",
    ] {
        assert!(LoginName::new(text).is_ok(), "{text}");
    }
    for text in [
        "", "a b", "a:b", "#a", "a\nb", "a$b", "jürgen", "{a}", "a\"b", "a,b", "!a",
    ] {
        assert_eq!(LoginName::new(text), Err(Unsayable::Login), "{text}");
    }
}

#[test]
fn numbers_and_the_superuser_get_no_mail() {
    fn account(text: &str) -> Result<LoginName<'_>, Unsayable> {
        LoginName::new(text)?.account()
    }
    assert_eq!(account("_apt-x.Y"), LoginName::new("_apt-x.Y"));
    assert_eq!(account("root"), Err(Unsayable::Root));
    for text in ["8", "-john", "a@b.example", ".a", "a+b", "a=b"] {
        assert_eq!(account(text), Err(Unsayable::Account), "{text}");
    }
}

#[test]
fn host_lists_have_a_separator_that_no_address_has() {
    let item = |text: &str, inside| HostItem::new(text.parse().unwrap(), inside);
    let items = [item("10.1.0.0/16", false), item("fd00:d0e::/64", true)];
    assert_eq!(
        List::hosts(&items).to_string(),
        "<; !10.1.0.0/16 ; fd00:d0e::/64"
    );
    assert_eq!(List::hosts(&[]).to_string(), "");
}

#[test]
fn keys_are_no_comments_and_name_one_address() {
    let domain = Domain::literal("d.example");
    let key = |local: &str| {
        let address = Address::new(local, domain.clone());
        Key::address(&address).map(|key| key.parts().concat())
    };
    assert_eq!(key("John").unwrap(), "john@d.example");
    assert_eq!(key("#a"), Err(Unsayable::Key));
    assert_eq!(key("*"), Err(Unsayable::Star));
    assert!(key("*a").is_ok());
}

#[test]
fn mail_is_not_redirected_to_a_comment() {
    let domain = Domain::literal("d.example");
    let to = |local: &str| Held::redirected(&Address::new(local, domain.clone()));
    assert_eq!(to("#a"), Err(Unsayable::Redirected));
    assert_eq!(to("a#"), Ok(()));
}

#[test]
fn comments_stay_on_their_line() {
    let text = Comment::new("a\nhostlist internal = *\\\u{85}${run{x}}\u{2028}");
    assert_eq!(text.to_string(), "a?hostlist internal = *???{run{x}}?");
}
