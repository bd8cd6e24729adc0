//! Changes of the Doe policy of which the sentences are kept.

/// Words, and what stands in their place.
pub(super) type Edits = &'static [(&'static str, &'static str)];

/// A change: what is done to the Doe policy before and after.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) before: Edits,
    pub(super) after: Edits,
}

const POSTMASTER: &str = "alias \"postmaster\" \"john.doe\"\n";
const INBOUND: &str = "\ninbound {";
pub(super) const BOUND: &str =
    " \"submissions\"\n    listen \"submission\" { on \"192.168.0.1\"; }";
const TLS: &str = "    tls certificate";
/// Clients behind one proxy, and behind another.
const PROXIED: (&str, &str) = (
    "    may-send\n",
    "    may-send\n    via \"proxy-protocol\" from=\"10.8.0.2\"\n",
);
const MOVED: (&str, &str) = (
    "    may-send\n",
    "    may-send\n    via \"proxy-protocol\" from=\"10.8.0.3\"\n",
);
const SPF: (&str, &str) = (
    "spf \"+mx -all\"",
    "spf \"+mx\" \"a:smtp.isp.example\" \"-all\"",
);
/// Mail that is sent on to a domain that nothing else names.
const GRAN: (&str, &str) = (
    POSTMASTER,
    "forward \"gran\" \"gran@isp.example\"; alias \"postmaster\" \"john.doe\"\n",
);
const KNOWN: (&str, &str) = (
    INBOUND,
    "\nacknowledge \"forward::spf\" \"gran@isp.example\"\n\ninbound {",
);
/// One login may send as anybody, and one network only to recipients of ours.
const ANY: (&str, &str) = (
    "\nauth ",
    "\nnetwork \"printers\" {\n    cidr \"192.168.9.0/24\"\n    \
     may-send { from \"any\"; to \"local\"; }\n}\n\
     login \"jane\" { may-send { from \"own\" \"any\"; }; }\n\
     acknowledge \"login::anybody\" \"jane\"\n\nauth ",
);
/// A second domain, and mail that leaves by three routes: a club's, a newsletter's, all the rest.
const WAYS: (&str, &str) = (
    INBOUND,
    "\ndomain \"news.example\" {\n    mailbox \"news\" login=\"news\"\n    \
     alias \"postmaster\" \"news\"\n    publish { spf \"+mx\" \"a:smtp.isp.example\" \
     \"a:smtp.esp.example\" \"-all\"; }\n}\n\
     route \"isp\" { to \"smtp.isp.example\"; }\nroute \"esp\" { to \"smtp.esp.example\"; }\n\
     route \"club\" { to \"in.club.example\"; }\noutbound via=\"isp\"\n\
     outbound via=\"esp\" { from \"@news.example\"; }\n\
     outbound via=\"club\" { to \"@club.example\"; }\n\ninbound {",
);

/// Networks that send as one of ours or of others each, and as nobody else.
const SENDERS: (&str, &str) = (
    "\nauth ",
    "\nnetwork \"s1\" { cidr \"10.1.0.0/16\"; may-send { from \"jane.doe@doe-family.com\"; }; }\n\
     network \"s2\" { cidr \"10.2.0.0/16\"; may-send { from \"jimmy.doe@doe-family.com\"; }; }\n\
     network \"s3\" { cidr \"10.3.0.0/16\"; may-send { from \"jenny.doe@doe-family.com\"; }; }\n\
     network \"s4\" { cidr \"10.4.0.0/16\"; may-send { from \"a@elsewhere.example\"; }; }\n\
     network \"s5\" { cidr \"10.5.0.0/16\"; may-send { from \"b@elsewhere.example\"; }; }\n\
     network \"s6\" { cidr \"10.6.0.0/16\"; may-send { from \"c@elsewhere.example\"; }; }\n\nauth ",
);

/// More networks that may send than anybody reads the names of.
const NETWORKS: (&str, &str) = (
    "\nauth ",
    "\nnetwork \"n1\" { cidr \"10.1.0.0/16\"; may-send; }\n\
     network \"n2\" { cidr \"10.2.0.0/16\"; may-send; }\n\
     network \"n3\" { cidr \"10.3.0.0/16\"; may-send; }\n\
     network \"n4\" { cidr \"10.4.0.0/16\"; may-send; }\n\
     network \"n5\" { cidr \"10.5.0.0/16\"; may-send; }\n\
     network \"n6\" { cidr \"10.6.0.0/16\"; may-send; }\n\
     network \"n7\" { cidr \"10.7.0.0/16\"; may-send; }\n\
     network \"n8\" { cidr \"10.8.0.0/16\"; may-send; }\n\
     network \"n9\" { cidr \"10.9.0.0/16\"; may-send; }\n\
     network \"n10\" { cidr \"10.10.0.0/16\"; may-send; }\n\
     network \"n11\" { cidr \"10.11.0.0/16\"; may-send; }\n\
     network \"n12\" { cidr \"10.12.0.0/16\"; may-send; }\n\
     network \"n13\" { cidr \"10.13.0.0/16\"; may-send; }\n\
     network \"n14\" { cidr \"10.14.0.0/16\"; may-send; }\n\
     network \"n15\" { cidr \"10.15.0.0/16\"; may-send; }\n\
     network \"n16\" { cidr \"10.16.0.0/16\"; may-send; }\n\
     network \"n17\" { cidr \"10.17.0.0/16\"; may-send; }\n\
     network \"n18\" { cidr \"10.18.0.0/16\"; may-send; }\n\
     network \"n19\" { cidr \"10.19.0.0/16\"; may-send; }\n\
     network \"n20\" { cidr \"10.20.0.0/16\"; may-send; }\n\
     network \"n21\" { cidr \"10.21.0.0/16\"; may-send; }\n\
     network \"n22\" { cidr \"10.22.0.0/16\"; may-send; }\n\
     auth ",
);

pub(super) const CASES: &[Case] = &[
    // It takes every other address; none of them is one that somebody has written.
    Case {
        name: "catch-all",
        before: &[],
        after: &[(
            POSTMASTER,
            "alias \"postmaster\" \"john.doe\"; catch-all \"john.doe\"\n",
        )],
    },
    Case {
        name: "catch-all-beside-nobody",
        before: &[(
            "mailbox \"IOT-fridge\" login=\"fridge\"",
            "mailbox \"nobody\"",
        )],
        after: &[
            (
                "mailbox \"IOT-fridge\" login=\"fridge\"",
                "mailbox \"nobody\"",
            ),
            (
                POSTMASTER,
                "alias \"postmaster\" \"john.doe\"; catch-all \"john.doe\"\n",
            ),
        ],
    },
    // Its addresses are foreign then: whoever may send to such may send to them, and nobody else.
    Case {
        name: "removed-domain",
        before: &[(
            INBOUND,
            "\ndomain \"second.example\" {\n    mailbox \"ann\"\n    \
             alias \"postmaster\" \"ann\"\n}\n\ninbound {",
        )],
        after: &[],
    },
    // The mail of each recipient goes elsewhere, and each login owns other addresses.
    Case {
        name: "renamed-domain",
        before: &[],
        after: &[("domain \"doe-family.com\"", "domain \"roe-family.com\"")],
    },
    // An alias that four own.
    Case {
        name: "renamed-alias",
        before: &[],
        after: &[("alias \"family\"", "alias \"clan\"")],
    },
    // Of all logins one gains, and one loses.
    Case {
        name: "moved-postmaster",
        before: &[],
        after: &[(POSTMASTER, "alias \"postmaster\" \"jane.doe\"\n")],
    },
    // Any address of the domain but those that were its own before.
    Case {
        name: "right-to-a-domain",
        before: &[],
        after: &[(
            INBOUND,
            "\nlogin \"jane\" { may-send { from \"own\" \"@doe-family.com\"; }; }\n\ninbound {",
        )],
    },
    Case {
        name: "right-to-another-domain",
        before: &[],
        after: &[(
            INBOUND,
            "\nlogin \"jane\" { may-send { from \"own\" \"@club.example\"; }; }\n\ninbound {",
        )],
    },
    // Two gain, each another address.
    Case {
        name: "larger-family",
        before: &[(
            "\"john.doe\" \"jane.doe\" \"jimmy.doe\" \"jenny.doe\"",
            "\"jimmy.doe\"",
        )],
        after: &[(
            "\"john.doe\" \"jane.doe\" \"jimmy.doe\" \"jenny.doe\"",
            "\"jane.doe\"",
        )],
    },
    Case {
        name: "right-to-a-partner",
        before: &[(
            "    may-send\n",
            "    may-send { from \"any\"; to \"local\"; }\n",
        )],
        after: &[(
            "    may-send\n",
            "    may-send { from \"any\"; to \"local\" \"@partner.example\"; }\n",
        )],
    },
    // All that leaves goes another way; nothing else does.
    Case {
        name: "outbound-route",
        before: &[],
        after: &[(
            INBOUND,
            "\noutbound via=\"isp\"\nroute \"isp\" { to \"smtp.isp.example\" tls=\"verified\"; }\n\
             \ninbound {",
        )],
    },
    // Of several ways one is moved: whose mail takes another is told, and nobody else's.
    Case {
        name: "outbound-sender-moved",
        before: &[SPF, WAYS],
        after: &[
            SPF,
            WAYS,
            (
                "outbound via=\"esp\" { from \"@news.example\"; }",
                "outbound via=\"isp\" { from \"@news.example\"; }",
            ),
            ("route \"esp\" { to \"smtp.esp.example\"; }\n", ""),
        ],
    },
    Case {
        name: "outbound-recipients-added",
        before: &[SPF, WAYS],
        after: &[
            SPF,
            WAYS,
            (
                "to \"@club.example\"",
                "to \"@club.example\" \"@*.club.example\" \"@friends.example\"",
            ),
        ],
    },
    Case {
        name: "limits-wider",
        before: &[(TLS, "    limits size=\"25MiB\"\n    tls certificate")],
        after: &[(
            TLS,
            "    limits size=\"50MiB\" recipients=200\n    tls certificate",
        )],
    },
    Case {
        name: "limits-narrower",
        before: &[(
            TLS,
            "    limits size=\"50MiB\" recipients=200\n    tls certificate",
        )],
        after: &[(TLS, "    limits recipients=100\n    tls certificate")],
    },
    Case {
        name: "limits-said",
        before: &[],
        after: &[(TLS, "    limits recipients=100\n    tls certificate")],
    },
    // All that is listed, and all that a login owns, is told once.
    Case {
        name: "extensions",
        before: &[],
        after: &[("    address ", "    plus-addressing\n    address ")],
    },
    Case {
        name: "no-extensions",
        before: &[("    address ", "    plus-addressing\n    address ")],
        after: &[],
    },
    // Whose passwords the other knows is not in the policy.
    Case {
        name: "auth-mechanism",
        before: &[],
        after: &[("mechanism=\"shadow\"", "mechanism=\"ldap\"")],
    },
    Case {
        name: "auth-dovecot",
        before: &[],
        after: &[(
            "auth \"saslauthd\" mechanism=\"shadow\"",
            "auth \"dovecot\" socket=\"/run/dovecot/auth\"",
        )],
    },
    // Who may say who the client is may say that it is anybody.
    Case {
        name: "proxy-named",
        before: &[],
        after: &[PROXIED],
    },
    Case {
        name: "proxy-moved",
        before: &[PROXIED],
        after: &[MOVED],
    },
    Case {
        name: "proxy-gone",
        before: &[PROXIED],
        after: &[],
    },
    // Every domain below, and no longer the domain itself.
    Case {
        name: "right-below-a-partner",
        before: &[(
            "    may-send\n",
            "    may-send { from \"any\"; to \"local\" \"@partner.example\"; }\n",
        )],
        after: &[(
            "    may-send\n",
            "    may-send { from \"any\"; to \"local\" \"@*.partner.example\"; }\n",
        )],
    },
    Case {
        name: "removed-listener",
        before: &[],
        after: &[(" \"submission\" \"submissions\"", " \"submission\"")],
    },
    Case {
        name: "bound-listener",
        before: &[],
        after: &[(" \"submission\" \"submissions\"", BOUND)],
    },
    Case {
        name: "unbound-listener",
        before: &[(" \"submission\" \"submissions\"", BOUND)],
        after: &[],
    },
    // All that is foreign, but for a domain to which they could send before: also where a forward
    // leads, and address literals.
    Case {
        name: "right-to-more-than-a-partner",
        before: &[
            GRAN,
            KNOWN,
            (
                "    may-send\n",
                "    may-send { to \"local\" \"@partner.example\"; }\n",
            ),
        ],
        after: &[GRAN, KNOWN],
    },
    // Whoever may send to foreign recipients may do so still: none of them loses anything.
    Case {
        name: "removed-domain-of-a-catch-all",
        before: &[
            ANY,
            (
                INBOUND,
                "\ndomain \"second.example\" {\n    mailbox \"ann\"\n    \
                 catch-all \"ann\"\n}\n\ninbound {",
            ),
        ],
        after: &[ANY],
    },
    // Each gains and loses an address; whoever writes to both reaches both, as before.
    Case {
        name: "swapped-logins",
        before: &[],
        after: &[
            (
                "\"john.doe\" login=\"john\"",
                "\"john.doe\" login=\"someone\"",
            ),
            ("\"jane.doe\" login=\"jane\"", "\"jane.doe\" login=\"john\""),
            ("login=\"someone\"", "login=\"jane\""),
        ],
    },
    // What changes for everybody but those is told of so many of them.
    Case {
        name: "renamed-login-beside-networks",
        before: &[NETWORKS],
        after: &[
            NETWORKS,
            ("\"jane.doe\" login=\"jane\"", "\"jane.doe\" login=\"jd\""),
        ],
    },
    Case {
        name: "renamed-mailbox-beside-networks",
        before: &[NETWORKS],
        after: &[NETWORKS, ("mailbox \"IOT-fridge\"", "mailbox \"freezer\"")],
    },
    // Which address a login owns is one change, however many networks have senders of their own.
    Case {
        name: "renamed-mailbox-beside-senders",
        before: &[SENDERS],
        after: &[
            SENDERS,
            ("\"john.doe\" login=\"john\"", "\"john.d\" login=\"john\""),
            ("\"family\" \"john.doe\"", "\"family\" \"john.d\""),
            ("\"postmaster\" \"john.doe\"", "\"postmaster\" \"john.d\""),
        ],
    },
];
