//! Forms of paths that these files cannot tell apart, gathered: each form answers with the first
//! one that everything takes as it does. The proof then has as many classes less.

use super::addressing::{Addressing, Traits};
use super::catalogue::Side;
use super::program::Program;
use crate::decision::FormTable;
use crate::mail::PathForm;

/// Returns the table in which each form answers with the number of the first form that is taken as
/// it is, by every listener.
pub(super) fn table(
    side: Side,
    addressing: &Addressing,
    programs: &[Option<Program>],
) -> FormTable {
    let taken = |form: PathForm| -> Vec<Traits> {
        let programs = programs.iter().flatten();
        programs
            .map(|program| addressing.traits(form, side, &program.filter, program.is_strict))
            .collect()
    };
    FormTable::new(|form| {
        let alike = PathForm::ALL
            .into_iter()
            .find(|other| taken(*other) == taken(form));
        alike.unwrap_or(form).index()
    })
}
