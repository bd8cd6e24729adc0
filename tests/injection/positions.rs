//! Every position of the language that holds a text of the user's.

use Server::{Dovecot, Logins, Outside, Tables, Words};

/// How the text of a position gets into files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// As a name of some kind, which mailpol understands.
    Name,
    /// As one of a few words, or a number; its own word is all that means anything.
    Choice,
    /// As it is, in the MTA's own language, on one line (`set`).
    Setting,
    /// As it is, as the text of a file of its own (`file`).
    File,
    /// Not at all: it stands in the policy as it is, without quotes, in a comment.
    Comment,
}

/// The policy that a position stands in: `tests/injection/NAME/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Server {
    /// Takes mail from outside.
    Outside,
    /// The same, with its networks and domains in tables.
    Tables,
    /// Words that bear on no mail.
    Words,
    /// Lets people log in.
    Logins,
    /// The same, by Dovecot.
    Dovecot,
}

/// A place for hostile text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Position {
    pub(crate) server: Server,
    pub(crate) kind: Kind,
    pub(crate) name: &'static str,
    /// The harmless text that stands there, wherever the policy and its tables have it.
    pub(crate) harmless: &'static str,
}

const fn at(server: Server, name: &'static str, harmless: &'static str) -> Position {
    Position {
        server,
        kind: Kind::Name,
        name,
        harmless,
    }
}

const fn choice(server: Server, name: &'static str, harmless: &'static str) -> Position {
    Position {
        server,
        kind: Kind::Choice,
        name,
        harmless,
    }
}

const fn verbatim(kind: Kind, name: &'static str, harmless: &'static str) -> Position {
    Position {
        server: Words,
        kind,
        name,
        harmless,
    }
}

/// The policy's own name, which emitted comments hold.
pub(crate) const POLICY: &str = "zqpolicy.kdl";

/// Every position.
pub(crate) const POSITIONS: &[Position] = &[
    at(Outside, "host", "zqhost.example"),
    at(Outside, "label of the host", "zqhost"),
    at(Outside, "address of the host", "198.51.100.25"),
    at(Outside, "certificate", "/etc/ssl/zqcert"),
    at(Outside, "file of the certificate", "zqcert"),
    at(Outside, "key", "/etc/ssl/zqkey"),
    at(Outside, "domain", "zqdomain.example"),
    at(Outside, "label of the domain", "zqdomain"),
    at(Outside, "mailbox", "zqbox"),
    at(Outside, "alias", "zqalias"),
    at(Outside, "forward", "zqforward"),
    at(Outside, "target of a forward", "zqaway@zqabroad.example"),
    at(Outside, "local-part of a forward's target", "zqaway"),
    at(Outside, "parked domain", "zqparked.example"),
    at(Outside, "SPF term", "ip4:192.0.2.7"),
    at(Outside, "prefix of an SPF term", "192.0.2.7"),
    at(Outside, "DKIM selector", "zqselector"),
    at(
        Outside,
        "DKIM key",
        "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    ),
    choice(Outside, "disposition", "reject"),
    at(Outside, "address of reports", "zqreports@zqreports.example"),
    at(Outside, "domain of reports", "zqreports.example"),
    choice(Outside, "mode of MTA-STS", "testing"),
    at(Outside, "web server", "zqweb.example"),
    at(Outside, "URI of reports", "https://zqrpt.example/zqpath"),
    at(Outside, "path of a URI", "zqpath"),
    choice(Tables, "name of a table", "networks.tsv"),
    at(Tables, "network in a table", "zqtablenet"),
    at(Tables, "prefix in a table", "192.0.2.0/30"),
    choice(Tables, "right in a table", "yes"),
    choice(Tables, "word in a table", "stranger"),
    at(Tables, "domain in tables", "zqbulk.example"),
    at(Tables, "label of a domain in tables", "zqbulk"),
    at(Tables, "SPF in a table", "+mx -all"),
    at(Tables, "mailbox in a table", "zqall"),
    at(Tables, "alias in a table", "zqlist"),
    choice(Tables, "column of a table", "may-hand-over"),
    at(Words, "name of the policy's file", POLICY),
    at(Words, "network", "zqnet"),
    at(Words, "prefix", "192.168.0.0/24"),
    choice(Words, "word for the rest", "refuse"),
    at(Words, "sentence of a statement", "zqsentence"),
    at(Words, "client of a statement", "203.0.113.0/24"),
    at(
        Words,
        "recipient of a statement",
        "zqvictim@zqabroad.example",
    ),
    at(Words, "scenario", "zqscenario"),
    at(Words, "client of a scenario", "203.0.113.9"),
    at(Words, "HELO of a scenario", "zqhelo.example"),
    at(
        Words,
        "reverse-path of a scenario",
        "zqfriend@zqsender.example",
    ),
    choice(Words, "verdict", "accept"),
    choice(Words, "target", "postfix"),
    choice(Words, "version for Postfix", "3.7"),
    choice(Words, "version for Exim", "4.96"),
    choice(Words, "parameter of Postfix", "smtpd_banner"),
    choice(Words, "option of Exim", "smtp_banner"),
    at(Words, "name of a file for Postfix", "zqonefile"),
    at(Words, "name of a file for Exim", "zqtwofile"),
    verbatim(Kind::Setting, "value of Postfix", "zqonebanner"),
    verbatim(Kind::Setting, "value of Exim", "zqtwobanner"),
    verbatim(Kind::File, "text of a file for Postfix", "zqonetext"),
    verbatim(Kind::File, "text of a file for Exim", "zqtwotext"),
    verbatim(Kind::Comment, "comment", "zqcomment"),
    choice(Logins, "backend", "saslauthd"),
    choice(Logins, "mechanism", "shadow"),
    at(Logins, "mailbox with a login", "zqbox"),
    at(Logins, "login", "zqlogin"),
    at(Logins, "login in a table", "zqclerk"),
    at(
        Logins,
        "address that a login may use",
        "zqowned@example.org",
    ),
    at(Logins, "local-part that a login may use", "zqowned"),
    at(Logins, "domain that a login may use", "zqfrom.example"),
    at(Logins, "label that a login may use", "zqfrom"),
    at(Logins, "route", "zqroute"),
    at(Logins, "host of a route", "zqsmart.example"),
    at(Logins, "label of a route's host", "zqsmart"),
    choice(Logins, "TLS of a route", "verified"),
    at(Logins, "credentials", "/etc/mail/zqsecret"),
    at(Logins, "file of the credentials", "zqsecret"),
    choice(Dovecot, "listener", "submission"),
    at(Dovecot, "socket", "/run/zqsocket"),
    at(Dovecot, "file of the socket", "zqsocket"),
];
