//! The codes of all diagnostics, each with its page of the manual.
//!
//! A code is never used for anything else, and never renamed.

/// A code and what the manual says about it.
#[derive(Debug)]
pub struct Code {
    /// The code, such as `mailpol::domain::duplicate`.
    pub name: &'static str,
    /// Its page: Markdown.
    pub page: &'static str,
}

impl Code {
    /// Returns the code of a name, with or without `mailpol::` before it.
    pub fn find(name: &str) -> Option<&'static Self> {
        let name = name.strip_prefix("mailpol::").unwrap_or(name);
        CODES
            .iter()
            .find(|code| code.name.strip_prefix("mailpol::") == Some(name))
    }
}

macro_rules! codes {
    ($($area:ident :: $what:ident),* $(,)?) => {
        /// All codes, sorted.
        pub static CODES: &[Code] = &[$(
            Code {
                name: concat!("mailpol::", stringify!($area), "::", stringify!($what)),
                page: include_str!(concat!(
                    "../../docs/diagnostics/", stringify!($area), "/", stringify!($what), ".md"
                )),
            }
        ),*];
    };
}

codes! {
    alias::catch_all,
    alias::caught,
    alias::cycle,
    alias::depth,
    alias::foreign,
    alias::mailbox,
    alias::unlisted,
    auth::missing,
    auth::missing_for_listener,
    bulk::cell,
    bulk::character,
    bulk::column,
    bulk::empty,
    bulk::file,
    bulk::header,
    bulk::login_and_targets,
    bulk::long,
    bulk::rights,
    bulk::row,
    dkim::duplicate,
    dkim::public_key,
    dkim::public_missing,
    dkim::selector,
    dns::mx_duplicate,
    dns::mx_without_host,
    dns::report_address,
    dns::report_uri,
    dns::zone,
    domain::confusable,
    domain::duplicate,
    domain::invalid,
    domain::missing,
    domain::mixed_scripts,
    domain::postmaster,
    domain::undeclared,
    forward::catch_all,
    forward::keep,
    forward::name,
    forward::spf,
    forward::target,
    grant::destination,
    grant::listener,
    grant::tls,
    grant::too_many,
    host::address,
    host::duplicate_address,
    host::duplicate_listener,
    host::path,
    host::postmaster,
    host::private_address,
    host::tls_missing,
    host::unusable_address,
    internal::divergence,
    internal::format,
    internal::reader,
    internal::template,
    login::case,
    login::duplicate,
    login::invalid,
    login::sender,
    mailbox::address,
    mailbox::duplicate,
    mailbox::local_part,
    mta_sts::max_age,
    mta_sts::without_tls,
    network::container,
    network::duplicate,
    network::duplicate_prefix,
    network::host_address,
    network::host_bits,
    network::loopback,
    network::mapped,
    network::name,
    network::prefix,
    network::public,
    network::senders,
    network::universal,
    network::wide,
    prove::differs,
    prove::listener,
    prove::no_proof,
    prove::open,
    prove::refuted,
    prove::too_large,
    route::credentials,
    route::cycle,
    route::duplicate,
    route::host,
    route::name,
    route::port,
    route::tls,
    route::unknown,
    route::unused,
    scenario::submissions_tls,
    scenario::unexpected,
    spf::everyone,
    spf::header_without_check,
    spf::many_lookups,
    spf::term,
    spf::too_many_lookups,
    spf::version,
    statement::login,
    statement::misspelt,
    statement::scope,
    syntax::annotation,
    syntax::argument_count,
    syntax::control_character,
    syntax::control_in_text,
    syntax::kdl,
    syntax::long_text,
    syntax::missing_node,
    syntax::missing_property,
    syntax::repeated_node,
    syntax::repeated_property,
    syntax::text_direction,
    syntax::too_deep,
    syntax::too_large,
    syntax::unknown_node,
    syntax::unknown_property,
    syntax::unknown_version,
    syntax::unknown_word,
    syntax::unwanted_block,
    syntax::wrong_kind,
    target::duplicate,
    target::duplicate_setting,
    target::file,
    target::missing_file,
    target::missing_root,
    target::name,
    target::reserved,
    target::setting,
    target::syntax,
    target::unjudged_parameter,
    target::unjudged_restriction,
    target::unjudged_service,
    target::unjudged_table,
    target::unjudged_version,
    target::unknown,
    target::unsayable,
    target::version,
}
