//! Exim: how a policy becomes `exim4.conf` and its tables.
//!
//! A domain that we deliver for is in `local_domains`, and whatever is not is somebody else's; no
//! domain is relayed to. Who may do what is said in one place, the ACL of RCPT, statement by
//! statement in the order of the policy's rules. A recipient exists if the routers can route it,
//! so what is accepted can be delivered. Numbers, logins and directories come out of tables of
//! ours, never out of what a client said: Exim calls the latter tainted, and refuses it as a path.
//!
//! Not here: what a condition means (`interpret` says that, from Exim's manual alone), and keys or
//! passwords, which only their paths stand for.

mod emit;
mod lexical;
mod view;

pub use emit::emit;
