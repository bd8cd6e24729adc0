//! Postfix.

mod emit;
mod lexical;
mod view;
