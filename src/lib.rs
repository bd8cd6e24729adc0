//! mailpol compiles a mail policy to the configuration of a real MTA, and proves that it is no
//! open relay.

pub mod spf;
