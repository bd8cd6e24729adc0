//! The `mailpol` command.

mod cli;

fn main() -> cli::Exit {
    cli::main()
}
