//! mailpol: a mail policy compiled to the configuration of a real MTA, and proved.

pub mod source;

pub mod diagnostic;
pub mod mail;

pub mod spf;

pub mod syntax;

pub mod decision;

pub mod policy;

pub mod dns;

pub mod prove;

pub mod target;

pub mod simulate;

pub mod compare;
pub mod compile;
pub mod explain;
