//! Files beside the policy.

use miette::Diagnostic;
use thiserror::Error;

use crate::source::Loc;

/// A file that could not be read.
#[derive(Debug, Error, Diagnostic)]
#[error("`{file}` cannot be read: {reason}")]
#[diagnostic(
    code(mailpol::bulk::file),
    help("name a file beside the policy, relative to it, such as `mailboxes.tsv`")
)]
pub struct BulkFile {
    /// The file.
    pub file: String,
    /// Why.
    pub reason: String,
    /// Where the policy names it.
    #[source_code]
    #[label(primary, "named here")]
    pub at: Loc,
}

/// A file without a header line.
#[derive(Debug, Error, Diagnostic)]
#[error("`{file}` has no header line")]
#[diagnostic(
    code(mailpol::bulk::empty),
    help("begin it with the names of its columns, with tabs between them: {columns}")
)]
pub struct BulkEmpty {
    /// The file.
    pub file: String,
    /// The columns that it may have.
    pub columns: String,
    /// Where the policy names it.
    #[source_code]
    #[label(primary, "named here")]
    pub at: Loc,
}

/// A column that the file cannot have, or has twice.
#[derive(Debug, Error, Diagnostic)]
#[error("`{column}` {problem}")]
#[diagnostic(code(mailpol::bulk::column))]
pub struct BulkColumn {
    /// The column.
    pub column: String,
    /// What is wrong with it.
    pub problem: &'static str,
    /// What to do.
    #[help]
    pub help: Option<String>,
    /// Where.
    #[source_code]
    #[label(primary, "in the header line")]
    pub at: Loc,
}

/// A file without a column that it must have.
#[derive(Debug, Error, Diagnostic)]
#[error("the file has no column `{column}`")]
#[diagnostic(
    code(mailpol::bulk::header),
    help("the header line may hold {columns}, with tabs between them")
)]
pub struct BulkHeader {
    /// The column.
    pub column: &'static str,
    /// All columns.
    pub columns: String,
    /// The header line.
    #[source_code]
    #[label(primary, "it must stand in here")]
    pub at: Loc,
}

/// A row with more cells than there are columns.
#[derive(Debug, Error, Diagnostic)]
#[error("the row has {cells} cells, and the header line names {columns}")]
#[diagnostic(
    code(mailpol::bulk::row),
    help("put one tab between two cells, and none behind the last")
)]
pub struct BulkRow {
    /// The cells.
    pub cells: usize,
    /// The columns.
    pub columns: usize,
    /// The first cell that is too much.
    #[source_code]
    #[label(primary, "this belongs to no column")]
    pub at: Loc,
}

/// A cell that must hold something, or one of a few words.
#[derive(Debug, Error, Diagnostic)]
#[error("the cell of `{column}` holds {found}")]
#[diagnostic(code(mailpol::bulk::cell), help("write {wanted}"))]
pub struct BulkCell {
    /// The column.
    pub column: &'static str,
    /// What it holds.
    pub found: String,
    /// What it may hold.
    pub wanted: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "in this row")]
    pub at: Loc,
}

/// A line that is too long.
#[derive(Debug, Error, Diagnostic)]
#[error("the line has {bytes} bytes, and at most {bytes_max} may stand in one")]
#[diagnostic(
    code(mailpol::bulk::long),
    help("end every row with a line end; is this a file of tabs and lines?")
)]
pub struct BulkLong {
    /// Its length.
    pub bytes: usize,
    /// The greatest length.
    pub bytes_max: usize,
    /// Where it begins.
    #[source_code]
    #[label(primary, "it begins here")]
    pub at: Loc,
}

/// A control character, or one that turns the reading order round.
#[derive(Debug, Error, Diagnostic)]
#[error("the row holds {character}")]
#[diagnostic(
    code(mailpol::bulk::character),
    help("delete it; the file is plain UTF-8 with tabs between cells")
)]
pub struct BulkEncoding {
    /// The character's number.
    pub character: String,
    /// Where.
    #[source_code]
    #[label(primary, "here, though nothing can be seen")]
    pub at: Loc,
}

/// A row that is a mailbox and an alias.
#[derive(Debug, Error, Diagnostic)]
#[error("the row has targets, and a login or a route")]
#[diagnostic(
    code(mailpol::bulk::login_and_targets),
    help("a mailbox has a login and a route, an alias targets: write two rows, two local-parts")
)]
pub struct BulkBoth {
    /// The targets.
    #[source_code]
    #[label(primary, "a mailbox or an alias?")]
    pub at: Loc,
}

/// Two rows of one network with different rights.
#[derive(Debug, Error, Diagnostic)]
#[error("the rows of the network `{name}` differ in their rights")]
#[diagnostic(
    code(mailpol::bulk::rights),
    help("write the same rights in every row of it, or give this row another network's name")
)]
pub struct BulkMixed {
    /// The network.
    pub name: String,
    /// The row.
    #[source_code]
    #[label(primary, "other rights than before")]
    pub at: Loc,
    /// The first row.
    #[label("first row of this network")]
    pub first: Loc,
}
