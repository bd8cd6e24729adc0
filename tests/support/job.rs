//! What a test asks of the harness: files, a scene, and what clients say.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// One run of one MTA.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) mta: Mta,
    /// A directory that mirrors the server's root: `etc/postfix/main.cf` and so on.
    pub(crate) tree: PathBuf,
    pub(crate) scene: Scene,
    pub(crate) envelopes: Vec<Envelope>,
    pub(crate) scripts: Vec<Script>,
    /// Shell commands that are run as root when the MTA runs, before anything is asked: what
    /// programs on the machine do.
    pub(crate) programs: Vec<String>,
    /// The same machine with other files, one after the other, when all else is done.
    pub(crate) rounds: Vec<Round>,
    /// Warnings of the MTA about its own files are a failure, unless a test is about them.
    pub(crate) warnings: Warnings,
    /// The whole run is over, one way or the other, after this many seconds.
    pub(crate) seconds: u64,
}

impl Job {
    /// A run of Postfix on this tree, with nothing to ask yet.
    pub(crate) fn new(tree: impl Into<PathBuf>, scene: Scene) -> Self {
        Self {
            mta: Mta::Postfix,
            tree: tree.into(),
            scene,
            envelopes: Vec::new(),
            scripts: Vec::new(),
            programs: Vec::new(),
            rounds: Vec::new(),
            warnings: Warnings::Refused,
            seconds: 60,
        }
    }
}

/// The machine once more, with some files of the tree changed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Round {
    /// By path below the server's root; nothing if the file is not there.
    pub(crate) files: BTreeMap<String, Option<String>>,
    /// Shell commands that are run as root before the MTA starts; one that fails is no failure.
    pub(crate) commands: Vec<String>,
    pub(crate) envelopes: Vec<Envelope>,
}

/// The MTA that reads the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Mta {
    Postfix,
    Exim,
}

impl Mta {
    /// Returns its name, which is that of its target.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Postfix => "postfix",
            Self::Exim => "exim",
        }
    }
}

/// What to make of the MTA's warnings about its own configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Warnings {
    /// The run fails.
    Refused,
    /// The run goes on; they stand in the report.
    Reported,
    /// Postfix's own tools are asked about nothing, neither files nor queue, and its daemons are
    /// started without them: quicker.
    Unasked,
}

/// The machine that the tree is put on, and the network that it sees.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Scene {
    /// The machine's own name.
    pub(crate) hostname: String,
    /// The machine's own addresses besides loopback; clients connect to the first of their family.
    pub(crate) addresses: Vec<IpAddr>,
    /// The addresses that a listener is bound to, if it is not open at all of them.
    pub(crate) bound: BTreeMap<Listener, Vec<IpAddr>>,
    /// Peers that must say of every client who it is. Where a test gives them nothing to say, they
    /// speak for themselves.
    pub(crate) proxies: Vec<IpAddr>,
    /// The addresses of a listener at which everybody must say so. Where a test gives a client
    /// nothing to say, it says that it is itself.
    pub(crate) announced: BTreeMap<Listener, Vec<IpAddr>>,
    /// Unix accounts, and passwords for accounts that are there already (`www-data`, `root`).
    pub(crate) accounts: Vec<Account>,
    pub(crate) certificates: Vec<Certificate>,
    /// What names resolve to; all others do not exist.
    pub(crate) zone: Vec<Record>,
    /// Shell commands that the administrator runs after copying the tree, as root.
    pub(crate) commands: Vec<String>,
    /// More files of the machine, by path; they are written before the tree is copied.
    pub(crate) files: BTreeMap<PathBuf, String>,
}

/// A Unix account that may log in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) login: String,
    pub(crate) password: String,
}

/// A self-signed certificate and its key, to be made at these paths.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Certificate {
    pub(crate) name: String,
    pub(crate) chain: PathBuf,
    pub(crate) key: PathBuf,
}

/// One record of the scene's DNS.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Record {
    /// Its text may have several strings.
    Txt { name: String, strings: Vec<String> },
    /// An A or AAAA record, and the PTR record that answers it.
    Address { name: String, address: IpAddr },
    Mx {
        name: String,
        preference: u16,
        exchange: String,
    },
    /// Every other name has this address.
    Everything { address: IpAddr },
    /// Every question about this name, or a name below it, goes wrong.
    Fails { name: String, how: DnsFailure },
}

/// How a question goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum DnsFailure {
    ServFail,
    Refused,
    Silent,
}

/// The port that a client speaks to, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Listener {
    Smtp,
    Submission,
    Submissions,
}

impl Listener {
    pub(crate) fn port(self) -> u16 {
        match self {
            Self::Smtp => 25,
            Self::Submission => 587,
            Self::Submissions => 465,
        }
    }
}

/// A name and a password, as a client gives them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Login {
    pub(crate) name: String,
    pub(crate) password: String,
    pub(crate) mechanism: Mechanism,
}

impl Login {
    pub(crate) fn plain(login: &str, password: &str) -> Self {
        Self {
            name: login.to_owned(),
            password: password.to_owned(),
            mechanism: Mechanism::Plain,
        }
    }
}

/// How the password travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Mechanism {
    Plain,
    Login,
    /// PLAIN, and LOGIN where that is refused: whatever gets the client in.
    Either,
}

/// Who connects where, and what it says before MAIL.
///
/// Envelopes with the same client share connections.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Client {
    /// The source address, really.
    pub(crate) address: IpAddr,
    pub(crate) listener: Listener,
    /// The address of the server; none: the one of the scene where the listener is open, of the
    /// client's family.
    pub(crate) server: Option<IpAddr>,
    /// STARTTLS on `smtp` and `submission`; `submissions` is always TLS.
    pub(crate) tls: bool,
    /// AUTH is sent even where it is not offered, and a refusal of it does not end the session.
    pub(crate) login: Option<Login>,
    pub(crate) helo: String,
    /// What a proxy says of the client before all else, as it is; nothing: no proxy is between.
    pub(crate) header: Vec<u8>,
}

impl Client {
    /// A client without TLS and login.
    pub(crate) fn new(address: impl Into<IpAddr>, listener: Listener) -> Self {
        let tls = listener == Listener::Submissions;
        let helo = "client.example".to_owned();
        Self {
            address: address.into(),
            listener,
            server: None,
            tls,
            login: None,
            helo,
            header: Vec::new(),
        }
    }

    /// A client anywhere, by TLS and with a password.
    pub(crate) fn authenticated(listener: Listener, login: &str, password: &str) -> Self {
        let somewhere = Ipv4Addr::new(203, 0, 113, 9);
        Self {
            tls: true,
            login: Some(Login::plain(login, password)),
            ..Self::new(somewhere, listener)
        }
    }
}

/// One message's way, up to RCPT or farther.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Envelope {
    pub(crate) client: Client,
    /// What stands between `<` and `>` in MAIL FROM.
    pub(crate) from: String,
    /// What stands between `<` and `>` in RCPT TO, raw.
    pub(crate) to: String,
    pub(crate) until: Until,
    /// A `451 4.3.5 Server configuration error` is the tree's fault, unless a test is about it.
    pub(crate) may_misconfigure: bool,
}

impl Envelope {
    /// An envelope that is asked about up to RCPT.
    pub(crate) fn new(client: &Client, from: &str, to: &str) -> Self {
        Self {
            client: client.clone(),
            from: from.to_owned(),
            to: to.to_owned(),
            until: Until::Rcpt,
            may_misconfigure: false,
        }
    }
}

/// How far a client goes with an envelope that was not refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Until {
    /// RCPT's reply is the result. These are pipelined.
    Rcpt,
    /// DATA's reply is the result; after 354 the connection is dropped, and no mail is left.
    Data,
    /// This message is sent. Its lines are ended and its dots doubled on the way.
    Message(String),
}

/// A session in the client's own words.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Script {
    pub(crate) address: IpAddr,
    pub(crate) listener: Listener,
    pub(crate) steps: Vec<Step>,
}

/// One thing that a client does. TLS on `submissions` comes by itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Step {
    /// Sends a line, and reads one reply.
    Say(String),
    /// Sends these lines in one write, and reads one reply for each.
    Pipeline(Vec<String>),
    /// Sends a message after a 354, and reads one reply.
    Message(String),
    /// Sends this as it is, and reads so many replies.
    Raw { text: String, replies: usize },
    /// Sends STARTTLS, reads the reply, and if that is 220 goes on in TLS.
    StartTls,
    /// Sends AUTH, and reads the replies; the last one counts.
    Auth(Login),
}
