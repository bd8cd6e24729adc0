//! Lists of one thing, nearly always.

/// A list. One thing alone needs no memory beside that of the list.
pub type Few<T> = smallvec::SmallVec<[T; 1]>;
