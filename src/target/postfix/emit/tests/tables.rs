//! Rows: whose addresses are whose, and where they lead.

use super::*;

#[test]
fn who_owns_an_address_owns_it_beside_who_owns_its_domain() {
    let artifacts = emitted(&wide());
    let logins = lines(&artifacts, "logins");
    assert!(logins.contains(&"robot\tOK".to_owned()));
    assert!(logins.contains(&"boss\tlogin_sends_as_its_own".to_owned()));
    let senders = lines(&artifacts, "senders");
    for row in [
        "family@doe-family.com\tjane, jenny, jimmy, john",
        "postmaster@doe-family.com\tjohn",
        "john.doe@shop.example\tboss, john",
        "@shop.example\tboss",
    ] {
        assert!(senders.contains(&row.to_owned()), "{row}: {senders:?}");
    }
    assert!(!senders.iter().any(|row| row.starts_with("info@")));
}

#[test]
fn a_catch_all_takes_no_mailbox_and_no_route() {
    let artifacts = emitted(&wide());
    let rows = lines(&artifacts, "addresses");
    assert!(rows.contains(&"info@shop.example\tinfo@shop.example".to_owned()));
    assert!(rows.contains(&"@shop.example\tinfo@shop.example".to_owned()));
    let recipient = parameter(&artifacts, "mua_recipient_restrictions");
    assert!(recipient[2].ends_with("texthash:/etc/postfix/catch-all-domains"));
    assert_eq!(
        lines(&artifacts, "routed-local-parts"),
        ["/[@%!].*@/\t550 5.1.1 unlisted: no such recipient"]
    );
    assert!(
        emitted(&House::doe())
            .get("etc/postfix/routed-local-parts")
            .is_none()
    );
}

#[test]
fn accounts_are_delivered_to_in_a_domain_that_is_nobodys() {
    let house = House::doe();
    let transport = lines(&emitted(&house), "transport");
    assert!(transport.contains(&"john@unix.invalid\tlocal:".to_owned()));
    assert!(transport.contains(&"unix.invalid\terror:5.1.1 no such account".to_owned()));
}

#[test]
fn bare_postmaster_goes_where_the_host_says() {
    let mut house = House::doe();
    house.policy.host.postmaster = Some(spanned(address("jane.doe@doe-family.com")));
    let artifacts = emitted(&house);
    assert_eq!(parameter(&artifacts, "myorigin"), ["doe-family.com"]);
    assert!(text(&artifacts, "command-filter").contains("\tRCPT TO:<jane.doe@doe-family.com>$1\n"));
    let rows = lines(&artifacts, "host-mail");
    assert!(rows.contains(&"root@doe-family.com\tjane.doe@doe-family.com".to_owned()));
    assert!(
        !lines(&artifacts, "addresses")
            .iter()
            .any(|row| row.starts_with("root@"))
    );
}

#[test]
fn many_rows_are_indexed() {
    let mut house = House::doe();
    for number in 0..1_001 {
        house.domain(&format!("d{number}.example"));
    }
    let artifacts = emitted(&house);
    let maps = parameter(&artifacts, "virtual_mailbox_maps");
    assert_eq!(maps, ["lmdb:/etc/postfix/mailboxes"]);
    let index = "postmap lmdb:/etc/postfix/mailboxes".to_owned();
    assert!(artifacts.commands.contains(&index));
    assert!(artifacts.packages.contains(&"postfix-lmdb".to_owned()));
    let domains = parameter(&artifacts, "virtual_mailbox_domains");
    assert_eq!(domains, ["lmdb:/etc/postfix/domains"]);
}
