//! What an expansion may come to, as a tree over what it depends on; and conditions likewise.
//!
//! A reader never has an envelope: `$sender_address` stays a name here, and a comparison with it
//! becomes a test. What depends on a table's row stays that row until it is compared.

use std::sync::Arc;

use super::catalogue::Side;
use super::lookup::Lookup;
use crate::decision::{Chooser, TestId};
use crate::mail::{Listener, PathForm};

/// A string that an expansion may come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// These pieces, one behind the other.
    Pieces(Vec<Piece>),
    /// One or the other.
    Choice(Arc<Bool>, Arc<Value>, Arc<Value>),
    /// A forced failure (spec 4.96, section 11.4).
    Fail,
    /// It cannot be completed: a temporary error.
    Defer,
}

/// A piece of a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// This text.
    Text(String),
    /// A variable of the session.
    Atom(Atom),
    /// What a lookup has found. Only where it was found.
    Row(Arc<Lookup>),
    /// What a lookup of a login has found, or nothing.
    LoginRow(Arc<Lookup>),
    /// The home directory of the account of this name, which the system's user database has.
    Home(Arc<Value>),
    /// The row of that account, which the system's user database has.
    PasswdRow(Arc<Value>),
    /// The home directory that the transport runs with.
    TransportHome,
    /// `$local_part_data` or `$domain_data` of the router that a transport serves.
    RouterData(Part),
    /// What a router has put into `$address_data`.
    AddressData,
    /// A variable of the ACLs (section 44.19).
    Variable(Arc<str>),
    /// `$spf_received`: a `Received-SPF` header, or nothing where SPF was not evaluated.
    ReceivedSpf,
    /// `${authresults{id}}` (section 11.5): an `Authentication-Results` header.
    AuthenticationResults,
    /// `$smtp_command_argument`: what the client wrote behind `MAIL FROM:` or `RCPT TO:`.
    Argument(Side),
    /// The password of an authentication.
    Password,
    /// The authorisation identity of an authentication, which the client claims.
    Claimed,
    /// The TXT records of a domain, as far as SPF has judged them.
    TxtRecords(SpfIdentity),
    /// What the client has written there, where it has written something.
    Chosen(Chooser),
    /// A text that no decision may depend on, such as a message's.
    Opaque,
}

/// A variable of the session or of the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Atom {
    /// Of a path.
    Path(PathAtom),
    /// `$sender_host_address`.
    Client,
    /// `$received_port`.
    Port,
    /// `$authenticated_id`.
    Login,
    /// `$tls_in_cipher`.
    Cipher,
    /// `$sender_helo_name`, and whether it was lower-cased.
    Helo(Case),
    /// `$spf_result`.
    SpfResult,
}

/// Whether letters have lost their case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Case {
    /// As sent.
    Kept,
    /// In lower case.
    Folded,
}

/// A part of the reverse-path or the forward-path, as Exim holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PathAtom {
    /// Which path.
    pub(super) side: Side,
    /// Which part of it.
    pub(super) part: Part,
    /// What stands in it where the local-part was quoted.
    pub(super) view: View,
    /// Whether it is in lower case.
    pub(super) case: Case,
}

impl PathAtom {
    /// Returns whether it is the address, or the local-part, without its extension.
    pub(super) fn is_cut(self) -> bool {
        self.part != Part::Domain && self.view == View::Cut
    }
}

/// A part of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// `local@domain`.
    Whole,
    /// The local-part.
    Local,
    /// The domain.
    Domain,
}

/// How a quoted local-part is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum View {
    /// As sent: with quotes and backslashes (`$sender_address`).
    Raw,
    /// What the quotes and backslashes stand for (`$local_part`).
    Parsed,
    /// The same without what stands behind the first `+`, if that is not its first character.
    Cut,
}

/// The identity that SPF judges (RFC 7208 section 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SpfIdentity {
    /// HELO.
    Helo,
    /// MAIL FROM.
    MailFrom,
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Bool {
    /// Always.
    Const(bool),
    /// It cannot be completed: a temporary error.
    Defer,
    /// An expansion of it is forced to fail.
    Forced,
    /// The other way round.
    Not(Arc<Bool>),
    /// All, in order; the first that fails ends it.
    All(Vec<Bool>),
    /// Any, in order; the first that holds ends it.
    Any(Vec<Bool>),
    /// The second if the first holds, else the third.
    If(Arc<Bool>, Arc<Bool>, Arc<Bool>),
    /// A question.
    Leaf(Leaf),
}

/// A question about the session or the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Leaf {
    /// The client has a row.
    Client(TestId),
    /// The HELO name has a row.
    Helo(TestId),
    /// The login has a row.
    Login(TestId),
    /// That part of a path has a row.
    Path(PathAtom, TestId),
    /// The path has one of these forms.
    Form(Side, Arc<[PathForm]>),
    /// The client came to one of these listeners.
    Listener(Vec<Listener>),
    /// The session is under TLS.
    Tls,
    /// The client has authenticated.
    Authenticated,
    /// The login owns the sender address: by its own row, or by its domain's.
    Owner(PathAtom, TestId),
    /// The login owns the sender's domain: asked with the address, or without one.
    OwnerOfDomain(PathAtom, [TestId; 2]),
    /// SPF was evaluated for this message.
    SpfRan,
    /// `$spf_received` is not empty.
    SpfReceived,
    /// `$spf_result` is one of these words.
    SpfSeen(Vec<String>),
    /// The domain of this identity publishes an SPF record.
    SpfRecord(SpfIdentity),
    /// This identity is a name of several labels, so it can have a record (RFC 7208 section 4.3).
    SpfName(SpfIdentity),
    /// A variable of the ACLs has one of these values.
    Variable(Arc<str>, Vec<String>),
    /// The client has written this: the header is there, or the reverse-path is not null.
    Given(Chooser),
    /// The password is right; with nothing else to be told apart.
    Password,
    /// The login, or the password, is not empty. Of what a backend takes neither is.
    IsGiven,
    /// The HELO name has only letters, digits, and the marks of names.
    PlainHelo,
    /// The claimed identity is empty.
    ClaimsNothing,
    /// The claimed identity is the login.
    ClaimsItself,
}

impl Value {
    /// Returns a text.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Pieces(vec![Piece::Text(text.into())])
    }

    /// Returns one piece.
    pub(super) fn piece(piece: Piece) -> Self {
        Self::Pieces(vec![piece])
    }

    /// Returns the text, if it is one whatever the envelope.
    pub(super) fn as_text(&self) -> Option<String> {
        match self {
            Self::Pieces(pieces) => as_text(pieces),
            Self::Choice(..) | Self::Fail | Self::Defer => None,
        }
    }

    /// Returns the value with another behind it.
    pub(super) fn then(self, behind: &Self) -> Self {
        match (self, behind) {
            (Self::Pieces(mut pieces), Self::Pieces(more)) => {
                for piece in more {
                    push(&mut pieces, piece.clone());
                }
                Self::Pieces(pieces)
            }
            (Self::Choice(condition, yes, no), behind) => Self::Choice(
                condition,
                Arc::new(yes.as_ref().clone().then(behind)),
                Arc::new(no.as_ref().clone().then(behind)),
            ),
            (front @ Self::Pieces(_), Self::Choice(condition, yes, no)) => Self::Choice(
                Arc::clone(condition),
                Arc::new(front.clone().then(yes)),
                Arc::new(front.then(no)),
            ),
            (Self::Fail, _) | (Self::Pieces(_), Self::Fail) => Self::Fail,
            (Self::Defer, _) | (Self::Pieces(_), Self::Defer) => Self::Defer,
        }
    }

    /// Returns whether it can be what the client has written.
    pub(super) fn is_chosen(&self) -> bool {
        self.has(&|one| matches!(one, Piece::Chosen(_)))
    }

    /// Returns whether it can have such a piece.
    pub(super) fn has(&self, is: &dyn Fn(&Piece) -> bool) -> bool {
        match self {
            Self::Choice(_, yes, no) => yes.has(is) || no.has(is),
            Self::Pieces(pieces) => pieces.iter().any(is),
            Self::Fail | Self::Defer => false,
        }
    }

    /// Returns how many leaves the tree has.
    pub(super) fn leaves(&self) -> usize {
        match self {
            Self::Choice(_, yes, no) => yes.leaves() + no.leaves(),
            Self::Pieces(_) | Self::Fail | Self::Defer => 1,
        }
    }
}

/// Appends a piece; texts grow together, and a recipient's two parts are the whole.
fn push(pieces: &mut Vec<Piece>, piece: Piece) {
    if let Piece::Text(more) = &piece {
        if more.is_empty() {
            return;
        }
        if let Some(Piece::Text(text)) = pieces.last_mut() {
            text.push_str(more);
            return;
        }
    }
    if let Piece::Atom(Atom::Path(domain)) = &piece
        && domain.side == Side::To
        && domain.part == Part::Domain
        && let [.., Piece::Atom(Atom::Path(local)), Piece::Text(at)] = pieces.as_slice()
        && at == "@"
        && local.side == Side::To
        && local.part == Part::Local
    {
        let whole = PathAtom {
            part: Part::Whole,
            ..*local
        };
        pieces.truncate(pieces.len() - 2);
        pieces.push(Piece::Atom(Atom::Path(whole)));
        return;
    }
    pieces.push(piece);
}

/// Returns the text of pieces that are nothing else.
pub(super) fn as_text(pieces: &[Piece]) -> Option<String> {
    match pieces {
        [] => Some(String::new()),
        [Piece::Text(text)] => Some(text.clone()),
        _ => None,
    }
}

impl Bool {
    /// Returns the other way round.
    pub(super) fn negate(self) -> Self {
        match self {
            Self::Const(holds) => Self::Const(!holds),
            Self::Not(inner) => inner.as_ref().clone(),
            other @ (Self::Defer
            | Self::Forced
            | Self::All(_)
            | Self::Any(_)
            | Self::If(..)
            | Self::Leaf(_)) => Self::Not(Arc::new(other)),
        }
    }

    /// Calls `found` with each question that it may ask, in order.
    pub(super) fn leaves(&self, found: &mut impl FnMut(&Leaf)) {
        match self {
            Self::Const(_) | Self::Defer | Self::Forced => {}
            Self::Leaf(leaf) => found(leaf),
            Self::Not(inner) => inner.leaves(found),
            Self::All(all) | Self::Any(all) => all.iter().for_each(|one| one.leaves(found)),
            Self::If(condition, yes, no) => {
                for one in [condition, yes, no] {
                    one.leaves(found);
                }
            }
        }
    }

    /// Returns whether it may come to neither yes nor no.
    pub(super) fn may_fail(&self) -> bool {
        match self {
            Self::Forced | Self::Defer => true,
            Self::Const(_) | Self::Leaf(_) => false,
            Self::Not(inner) => inner.may_fail(),
            Self::All(all) | Self::Any(all) => all.iter().any(Self::may_fail),
            Self::If(condition, yes, no) => condition.may_fail() || yes.may_fail() || no.may_fail(),
        }
    }

    /// Returns `yes` where `self` holds, else `no`.
    ///
    /// What may fail is kept where both are the same: an expansion that is forced to fail comes to
    /// neither, and each place makes something else of that.
    pub(super) fn choose(self, yes: Self, no: Self) -> Self {
        match (self, yes, no) {
            (Self::Const(true), yes, _) => yes,
            (Self::Const(false), _, no) => no,
            (Self::Defer, ..) => Self::Defer,
            (Self::Forced, ..) => Self::Forced,
            (condition, Self::Const(true), Self::Const(false)) => condition,
            (condition, Self::Const(false), Self::Const(true)) => condition.negate(),
            (condition, Self::Const(yes), Self::Const(no))
                if yes == no && !condition.may_fail() =>
            {
                Self::Const(yes)
            }
            (condition, yes, no) => Self::If(Arc::new(condition), Arc::new(yes), Arc::new(no)),
        }
    }
}
