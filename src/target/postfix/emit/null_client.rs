//! A host that listens nowhere: everything goes to the host of one route, and every address at a
//! name of this host is its postmaster's.
//!
//! Addresses are rewritten by cleanup(8), in envelope and header (canonical(5)). So no table of
//! aliases needs to know the host's names, and nothing is delivered here.

use super::table::Table;
use super::{Emission, address, auth, expansion, main_cf, master_cf, no_recipients, route};
use crate::diagnostic::{Diagnostics, Reported};
use crate::mail::Domain;
use crate::target::postfix::lexical::{Comment, Key, Outcome};
use crate::target::postfix::view::NullClientPart;
use crate::target::render::render;

/// Writes everything but main.cf, whose text it returns.
pub(super) fn write(
    emission: &mut Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let names = names(emission);
    // Refused here, if Postfix could not hold it.
    address(
        &emission.postmaster.value,
        &emission.postmaster.at,
        diagnostics,
    )?;
    let expansion = expansion(emission.policy);
    let part = NullClientPart {
        host_line: Comment::line(&emission.policy.host.at),
        postmaster_line: Comment::line(&emission.postmaster.at),
        expansion_limit: expansion.recipients,
        recursion_limit: expansion.steps,
    };
    let mut main = main_cf::host(emission, diagnostics)?;
    main += &render(part, diagnostics)?;
    main += &main_cf::delivery(emission, Some(names.reference()), diagnostics)?;
    main += &auth::part(emission, None, diagnostics)?;
    main += &main_cf::tls(emission, diagnostics)?;
    main += &main_cf::closed(emission, diagnostics)?;
    master_cf::write_null_client(emission, diagnostics)?;
    route::write(emission, diagnostics)?;
    names.write(emission, diagnostics)?;
    no_recipients(emission, diagnostics)?;
    Ok(main)
}

/// The table of the host's names, each with whose address it stands for.
fn names(emission: &Emission<'_>) -> Table {
    let about = "Whose address every one at a name of this host is (canonical(5)).";
    let mut table = Table::new("host-names", Comment::new(about));
    let here = ["localhost", "localhost.localdomain"].map(Domain::literal);
    let host = &emission.policy.host;
    let names = std::iter::once(host.name.value.clone()).chain(host.short_name());
    for domain in names.chain(here) {
        let to = Outcome::addresses([&emission.postmaster.value]);
        table.push(Key::at_domain(&domain), &to, Some(&emission.postmaster.at));
    }
    table
}
