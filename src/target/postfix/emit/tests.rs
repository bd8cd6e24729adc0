//! What the emitter decides, on small policies made by hand.

mod house;

use self::house::{House, address, spanned};
use super::*;
use crate::policy::{OwnDomain, SpfPolicy};

#[track_caller]
fn emitted(house: &House) -> Artifacts {
    let mut diagnostics = Diagnostics::new();
    let artifacts = emit_policy(&house.policy, &mut diagnostics);
    let told: Vec<String> = diagnostics.sorted().iter().map(|d| d.to_string()).collect();
    artifacts.unwrap_or_else(|_| panic!("{told:?}"))
}

/// Everything at once: nested networks, all rights, several domains.
fn wide() -> House {
    use crate::policy::{Otherwise, SenderScope};
    let mut house = House::doe();
    let refuse = || Otherwise::Refuse(spanned(()).at);
    house.policy.networks.clear();
    house.network("office", &["10.0.0.0/8", "2001:db8:1::/48"], |n| n.may_send = Some(House::grant(&[])));
    house.network("guests", &["10.9.0.0/16", "2001:db8:1:9::/64"], |_| {});
    house.network("printer", &["10.9.9.9/32"], |n| n.may_send = Some(House::grant(&[SenderScope::Any])));
    house.network("containers", &["172.17.0.0/16"], |n| n.otherwise = refuse());
    house.network("one container", &["172.17.0.5/32"], |n| n.may_send = Some(House::grant(&[])));
    house.network("backup", &["203.0.113.128/25"], |n| { n.may_hand_over = Some(spanned(()).at); n.otherwise = refuse(); });
    house.network("friend", &["203.0.113.64/26"], |n| n.may_hand_over = Some(spanned(()).at));
    house.network("not friend", &["203.0.113.65/32"], |_| {});
    let shop = Domain::parse("shop.example").unwrap();
    house.network("sensors", &["192.0.2.0/24"], |n| {
        n.may_send = Some(House::grant(&[SenderScope::Domain(shop.clone()), SenderScope::Address(address("s@sensors.example"))]));
    });
    house.network("meters", &["192.0.2.128/25"], |n| {
        n.may_send = Some(House::grant(&[SenderScope::Address(address("m@sensors.example"))]));
        n.otherwise = refuse();
    });
    house.network("relay", &["192.0.2.192/26"], |n| {
        n.may_send = Some(House::grant(&[SenderScope::Address(address("m@sensors.example"))]));
        n.may_hand_over = Some(spanned(()).at);
        n.otherwise = refuse();
    });
    house.domain("shop.example");
    house.mailbox("info@shop.example", None);
    house.mailbox("john.doe@shop.example", Some("john"));
    house.alias("all@shop.example", &["info@shop.example", "family@doe-family.com"]);
    house.catch_all("shop.example", &["info@shop.example", "all@shop.example"]);
    house.login("boss", Some(House::grant(&[SenderScope::Domain(shop), SenderScope::Address(address("news@esp.example"))])));
    house.login("www", Some(House::grant(&[SenderScope::Any])));
    house.policy.inbound.spf = SpfPolicy::Strict;
    house.policy.inbound.header = crate::policy::RecordHeaders::None;
    house.policy.host.postmaster = Some(spanned(address("john.doe@doe-family.com")));
    house
}

fn none() -> House {
    let mut house = House::new("doe-family.com");
    house.policy.auth = None;
    house.policy.host.tls = None;
    house.policy.host.listeners.truncate(1);
    house.policy.inbound.spf = SpfPolicy::Off;
    house.policy.inbound.own_domain = OwnDomain::Check;
    house
}

fn bulk() -> House {
    let mut house = House::doe();
    for i in 0..1500 {
        house.domain(&format!("d{i}.example"));
        house.mailbox(&format!("box@d{i}.example"), None);
        house.mailbox(&format!("john@d{i}.example"), Some("john"));
    }
    for i in 0..3000_u32 {
        let net = format!("10.{}.{}.0/24", i / 256, i % 256);
        house.network(&format!("n{i}"), &[&net], |n| n.may_send = Some(House::grant(&[])));
    }
    house
}

#[test]
#[ignore = "writes trees"]
fn dump() {
    for (name, house) in [("doe", House::doe()), ("wide", wide()), ("bulk", bulk()), ("none", none())] {
        let artifacts = emitted(&house);
        for (path, artifact) in artifacts.files() {
            let path = std::path::Path::new("/tmp/emit-trees").join(name).join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, artifact.source.text()).unwrap();
        }
        let commands = artifacts.commands.join("\n") + "\n";
        std::fs::write(format!("/tmp/emit-trees/{name}/commands"), commands).unwrap();
        println!("{:?} {:?} {:?} {:?}", artifacts.packages, artifacts.required_files, artifacts.commands, artifacts.restarts);
    }
}
