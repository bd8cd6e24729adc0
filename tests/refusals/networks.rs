//! Prefixes, and networks that may send.

use crate::{bad, good, policy, warned};

#[test]
fn prefixes() {
    let with = |cidr: &str| {
        policy(
            "",
            "",
            &format!("network \"n\" {{ cidr {cidr}; may-send }}"),
        )
    };
    for cidr in [
        "\"10.0.0.0/8\"",
        "\"192.168.7.7/32\"",
        "\"fd00::/32\"",
        "\"::ffff:10.0.0.0/104\"",
        "\"10.0.0.0/8\" \"10.1.0.0/16\"",
        "\"fe80::/64\"",
        "\"172.16.0.0/16\"",
    ] {
        good(&with(cidr));
    }
    for cidr in [
        "10.0.0.0",
        "10.0.0.0/33",
        "fd00::/129",
        "10.0.0/8",
        "010.0.0.0/8",
        "10.0.0.0/08",
        "10.0.0.0/+8",
        "10.0.0.0/",
        "/8",
        "a",
        "",
        "10.0.0.0/8 ",
        "[fd00::]/32",
    ] {
        bad(&with(&format!("\"{cidr}\"")), "network::prefix");
    }
    for cidr in ["10.0.0.1/8", "fd00::1/64", "::ffff:10.0.0.1/104"] {
        bad(&with(&format!("\"{cidr}\"")), "network::host_bits");
    }
    for cidr in ["::/0", "::/1", "::/80", "::fffe:0:0/95"] {
        bad(&with(&format!("\"{cidr}\"")), "network::mapped");
    }
    bad(
        &with("\"10.0.0.0/8\" \"::ffff:10.0.0.0/104\""),
        "network::duplicate_prefix",
    );
    bad(
        &with("\"fd00::/32\" \"FD00:0::/32\""),
        "network::duplicate_prefix",
    );
}

#[test]
fn networks_of_everybody() {
    let with = |cidr: &str| {
        policy(
            "",
            "",
            &format!("network \"n\" {{ cidr {cidr}; may-send }}"),
        )
    };
    for cidr in [
        "\"0.0.0.0/0\"",
        "\"0.0.0.0/1\" \"128.0.0.0/1\"",
        "\"0.0.0.0/1\" \"128.0.0.0/2\" \"192.0.0.0/3\"",
        "\"::ffff:0.0.0.0/96\"",
        "\"2000::/3\"",
        "\"2000::/4\" \"3000::/4\"",
        // An eighth of all that is public, and more.
        "\"0.0.0.0/1\"",
        "\"128.0.0.0/1\"",
        "\"32.0.0.0/3\"",
        "\"32.0.0.0/4\" \"48.0.0.0/4\"",
        "\"2000::/6\"",
        "\"2000::/7\" \"2a00::/7\"",
    ] {
        bad(&with(cidr), "network::universal");
    }
    // In two networks as in one; what is said of a nested one does not matter.
    let two = "network \"a\" { cidr \"0.0.0.0/1\"; may-send }\n\
               network \"b\" { cidr \"128.0.0.0/1\"; \
               may-send }\nnetwork \"c\" { cidr \"10.0.0.0/8\" }";
    bad(&policy("", "", two), "network::universal");
    // Only networks that may send are asked.
    good(&policy(
        "",
        "",
        "network \"n\" { cidr \"0.0.0.0/0\"; may-hand-over }",
    ));
    good(&policy(
        "",
        "",
        "network \"n\" { cidr \"2000::/3\"; otherwise \"refuse\" }",
    ));
}

#[test]
fn networks_that_are_warned_of() {
    let with = |cidr: &str| {
        policy(
            "",
            "",
            &format!("network \"n\" {{ cidr \"{cidr}\"; may-send }}"),
        )
    };
    for cidr in [
        "203.0.113.7/32",
        "100.64.0.0/10",
        "192.0.0.0/8",
        "2001:db8::/48",
    ] {
        // 192.0.0.0/8 holds 192.168.0.0/16 and much more.
        warned(&with(cidr), "network::public");
    }
    for cidr in [
        "8.0.0.0/7",
        "32.0.0.0/4",
        "fc00::/7",
        "2a00::/12",
        "2000::/7",
    ] {
        warned(&with(cidr), "network::wide");
    }
    for cidr in [
        "172.17.0.0/16",
        "172.17.0.1/32",
        "172.18.0.0/16",
        "172.16.0.0/12",
        "10.88.0.0/16",
    ] {
        warned(&with(cidr), "network::container");
    }
    for cidr in [
        "127.0.0.1/32",
        "127.0.0.0/8",
        "::1/128",
        "::ffff:127.0.0.1/128",
    ] {
        warned(&with(cidr), "network::loopback");
    }
    good(&policy(
        "",
        "",
        "network \"n\" { cidr \"127.0.0.1/32\" \"172.17.0.0/16\" \"192.0.2.0/24\" }",
    ));
}
