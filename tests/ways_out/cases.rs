//! Policies, and by hand what strangers' mail can leave to.

pub(crate) const HOST: &str = r#"mailpol version=1
host "mx.one.example" {
    address "198.51.100.25"
    listen "smtp" "submission"
    tls certificate="/etc/ssl/c.pem" key="/etc/ssl/k.pem"
}
auth "saslauthd" mechanism="shadow"
network "office" { cidr "10.0.0.0/8"; may-send; }
"#;

/// A policy, and its page: `RECIPIENT > ADDRESS [by HOST], ...`, `kept` where a copy stays.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) policy: &'static str,
    pub(crate) page: &'static [&'static str],
}

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "none",
        policy: r#"
domain "one.example" {
    mailbox "ann" login="ann"
    alias "all" "ann" "postmaster"
    mailbox "postmaster"
}
domain "two.example" { catch-all "ann@one.example"; }
login "ann" { may-send { from "any"; }; }
"#,
        page: &[],
    },
    Case {
        name: "one",
        policy: r#"
domain "one.example" {
    mailbox "postmaster"
    forward "bob" "bob@isp.example"
}
"#,
        page: &["bob@one.example > bob@isp.example"],
    },
    Case {
        name: "many, with copies and without",
        policy: r#"
domain "one.example" {
    mailbox "ann" login="ann"
    forward "ann" "ann@isp.example" keep=#true
    forward "bob" "bob@isp.example" "bob@work.example"
    alias "postmaster" "ann"
}
domain "two.example" {
    mailbox "postmaster"
    forward "bob" "bob@isp.example"
}
"#,
        page: &[
            "ann@one.example > ann@isp.example, kept",
            "bob@one.example > bob@isp.example, bob@work.example",
            "postmaster@one.example > ann@isp.example, kept",
            "bob@two.example > bob@isp.example",
        ],
    },
    Case {
        name: "a chain of aliases to a forward",
        policy: r#"
route "in" { to "in.one.example"; }
domain "one.example" {
    mailbox "ann"
    mailbox "postmaster"
    mailbox "second" via="in"
    alias "team" "ann" "leads@two.example"
    alias "quiet" "ann"
}
domain "two.example" {
    mailbox "postmaster"
    alias "leads" "lead" "second@one.example"
    forward "lead" "lead@isp.example"
}
domain "one-more.example" { alias "postmaster" "leads@two.example"; }
"#,
        page: &[
            "postmaster@one-more.example > lead@isp.example, \
             second@one.example by in.one.example:25",
            "second@one.example > second@one.example by in.one.example:25",
            "team@one.example > lead@isp.example, \
             second@one.example by in.one.example:25, kept",
            "lead@two.example > lead@isp.example",
            "leads@two.example > lead@isp.example, second@one.example by in.one.example:25",
        ],
    },
    Case {
        name: "recipients and domains behind a host",
        policy: r#"
route "inner" { to "inner.one.example" tls="verified"; }
route "old" { to "192.0.2.7" port=2525 tls="required"; }
domain "one.example" {
    mailbox "postmaster"
    mailbox "ann" via="old"
    alias "sales" "ann" "box@inner.example"
}
domain "inner.example" via="inner" {
    mailbox "box"
    alias "postmaster" "box"
}
"#,
        page: &[
            "box@inner.example > box@inner.example by inner.one.example:25",
            "postmaster@inner.example > box@inner.example by inner.one.example:25",
            "ann@one.example > ann@one.example by 192.0.2.7:2525",
            "sales@one.example > ann@one.example by 192.0.2.7:2525, \
             box@inner.example by inner.one.example:25",
        ],
    },
    Case {
        name: "all out by a smarthost, but for a partner",
        policy: r#"
route "isp" { to "smtp.isp.example" port=587 tls="verified" credentials="/etc/mail/isp"; }
route "partner" { to "in.partner.example" tls="required"; }
outbound via="isp"
outbound via="partner" { to "@partner.example"; }
domain "one.example" {
    mailbox "postmaster"
    forward "bob" "bob@far.example" "bob@partner.example"
    publish { spf "+mx" "a:smtp.isp.example" "-all"; }
}
"#,
        page: &[
            "bob@one.example > bob@far.example by smtp.isp.example:587, \
             bob@partner.example by in.partner.example:25",
        ],
    },
    Case {
        name: "a catch-all that leads to a forward",
        policy: r#"
domain "one.example" {
    mailbox "postmaster"
    mailbox "ann"
    alias "here" "ann"
    forward "bob" "bob@isp.example"
}
domain "two.example" {
    mailbox "ann"
    catch-all "bob@one.example"
}
domain "three.example" { catch-all "ann@one.example"; }
"#,
        page: &[
            "bob@one.example > bob@isp.example",
            "others@two.example > bob@isp.example",
        ],
    },
    Case {
        name: "an archive here",
        policy: r#"
domain "one.example" {
    mailbox "postmaster"
    mailbox "store"
    forward "bob" "bob@isp.example"
}
archive "store@one.example"
"#,
        page: &["bob@one.example > bob@isp.example"],
    },
    Case {
        name: "an archive behind a host",
        policy: r#"
route "vault" { to "vault.one.example" tls="verified"; }
domain "one.example" {
    mailbox "postmaster"
    mailbox "ann"
    forward "bob" "bob@isp.example"
}
domain "vault.example" via="vault" {
    mailbox "store"
    alias "postmaster" "store"
}
archive "store@vault.example" { to "@one.example"; }
"#,
        page: &[
            "ann@one.example > store@vault.example by vault.one.example:25, kept",
            "bob@one.example > bob@isp.example, store@vault.example by vault.one.example:25",
            "postmaster@one.example > store@vault.example by vault.one.example:25, kept",
            "postmaster@vault.example > store@vault.example by vault.one.example:25",
            "store@vault.example > store@vault.example by vault.one.example:25",
        ],
    },
    Case {
        name: "an archive of what is ours, which strangers may be by SPF",
        policy: r#"
route "vault" { to "vault.one.example" tls="verified"; }
domain "one.example" {
    mailbox "postmaster"
    mailbox "ann"
}
domain "vault.example" via="vault" {
    mailbox "store"
    alias "postmaster" "store"
}
archive "store@vault.example" { from "@one.example"; }
inbound { spf "soft"; own-domain "check"; }
"#,
        page: &[
            "ann@one.example > store@vault.example by vault.one.example:25, kept",
            "postmaster@one.example > store@vault.example by vault.one.example:25, kept",
            "postmaster@vault.example > store@vault.example by vault.one.example:25",
            "store@vault.example > store@vault.example by vault.one.example:25",
        ],
    },
    Case {
        name: "an archive of what is ours, which strangers are not",
        policy: r#"
route "vault" { to "vault.one.example" tls="verified"; }
domain "one.example" {
    mailbox "postmaster"
    mailbox "ann"
}
domain "vault.example" via="vault" {
    mailbox "store"
    alias "postmaster" "store"
}
archive "store@vault.example" { from "@one.example"; }
"#,
        page: &[
            "postmaster@vault.example > store@vault.example by vault.one.example:25",
            "store@vault.example > store@vault.example by vault.one.example:25",
        ],
    },
    Case {
        name: "out by the sender's host, and strangers are none of our senders",
        policy: r#"
route "isp" { to "smtp.isp.example" port=587 tls="verified" credentials="/etc/mail/isp"; }
route "esp" { to "smtp.esp.example" port=587 tls="verified" credentials="/etc/mail/esp"; }
outbound via="isp"
outbound via="esp" { from "@one.example"; }
domain "one.example" {
    mailbox "postmaster"
    forward "bob" "bob@far.example"
    publish { spf "+mx" "a:smtp.isp.example" "a:smtp.esp.example" "-all"; }
}
"#,
        page: &["bob@one.example > bob@far.example by smtp.isp.example:587"],
    },
    Case {
        name: "out by the sender's host, where SPF lets a stranger be our sender",
        policy: r#"
route "esp" { to "smtp.esp.example" port=587 tls="verified" credentials="/etc/mail/esp"; }
outbound via="esp" { from "@one.example"; }
domain "one.example" {
    mailbox "postmaster"
    forward "bob" "bob@far.example"
    publish { spf "+mx" "a:smtp.esp.example" "-all"; }
}
inbound { spf "soft"; own-domain "check"; }
"#,
        page: &["bob@one.example > bob@far.example, bob@far.example by smtp.esp.example:587"],
    },
    Case {
        name: "extensions",
        policy: r#"
route "inner" { to "inner.one.example"; }
domain "one.example" {
    mailbox "postmaster"
    mailbox "ann"
    mailbox "eve" via="inner"
    forward "bob" "bob@isp.example"
    alias "both" "ann" "bob" "eve"
}
domain "two.example" { catch-all "both@one.example"; }
"#,
        page: &[
            "bob@one.example > bob@isp.example",
            "both@one.example > bob@isp.example, eve@one.example by inner.one.example:25, kept",
            "eve@one.example > eve@one.example by inner.one.example:25",
            "others@two.example > bob@isp.example, \
             eve@one.example by inner.one.example:25, kept",
        ],
    },
];

impl Case {
    pub(crate) fn text(&self) -> String {
        let host = if self.name == "extensions" {
            HOST.replace("    tls", "    plus-addressing\n    tls")
        } else {
            HOST.to_owned()
        };
        host + self.policy
    }
}
