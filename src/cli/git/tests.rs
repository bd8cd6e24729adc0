//! What git prints is read as it was printed; what it never prints is read as something.

use proptest::prelude::*;

use super::{blobs, hiding, put_aside, renamed};

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_listed_is_found(
        names in prop::collection::btree_set("[a-z \t\n.]{1,6}", 0..5),
        others in prop::collection::btree_set("[A-Z \t]{1,6}", 0..5),
    ) {
        let rows = |kind: &str, names: &std::collections::BTreeSet<String>| {
            let rows = names.iter().map(|name| format!("100644 {kind} 0123abcd\t{name}\0"));
            rows.collect::<String>()
        };
        let listed = rows("tree", &others) + &rows("blob", &names);
        prop_assert_eq!(blobs(&listed), names.clone());
        let tagged = |tag: &str, names: &std::collections::BTreeSet<String>| {
            let rows = names.iter().map(|name| format!("{tag} {name}\0"));
            rows.collect::<String>()
        };
        let listed = tagged("H", &others) + &tagged("h", &names);
        let found: Vec<&str> = put_aside(&listed).collect();
        prop_assert_eq!(found, names.iter().map(String::as_str).collect::<Vec<_>>());
        let moved = names.iter().map(|name| format!("R100\0old/{name}\0{name}\0"));
        let moved: String = moved.collect();
        for name in &names {
            let old = format!("old/{name}");
            prop_assert_eq!(renamed(&moved, name), Some(old.as_str()));
        }
        prop_assert_eq!(renamed(&moved, "elsewhere"), None);
    }

    #[test]
    fn whatever_is_printed_has_an_answer(printed in "(\\PC|[\0 \tRS]|R100\0|diff\0| blob ){0,20}") {
        let is_part = |part: &str| printed.contains(part);
        prop_assert!(blobs(&printed).iter().all(|name| is_part(name)));
        prop_assert!(put_aside(&printed).all(is_part));
        prop_assert!(hiding(&printed).is_none_or(is_part));
        prop_assert!(renamed(&printed, "a").is_none_or(is_part));
    }
}
