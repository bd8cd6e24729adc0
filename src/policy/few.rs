//! Lists of one thing, nearly always.

use std::ops::Deref;

/// A list. One thing alone needs no memory beside that of the list.
#[derive(Debug, Clone)]
pub struct Few<T>(Kept<T>);

#[derive(Debug, Clone)]
enum Kept<T> {
    One(T),
    All(Vec<T>),
}

impl<T> Few<T> {
    /// Returns a list of nothing.
    pub const fn new() -> Self {
        Self(Kept::All(Vec::new()))
    }

    /// Adds one thing at the end.
    pub fn push(&mut self, one: T) {
        self.0 = match std::mem::replace(&mut self.0, Kept::All(Vec::new())) {
            Kept::All(all) if all.is_empty() => Kept::One(one),
            Kept::One(first) => Kept::All(vec![first, one]),
            Kept::All(mut all) => {
                all.push(one);
                Kept::All(all)
            }
        };
    }

    /// Puts the list in order.
    pub fn sort(&mut self)
    where
        T: Ord,
    {
        match &mut self.0 {
            Kept::One(_) => {}
            Kept::All(all) => all.sort(),
        }
    }
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.0 {
            Kept::One(one) => std::slice::from_ref(one),
            Kept::All(all) => all,
        }
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(all: I) -> Self {
        let mut few = Self::new();
        all.into_iter().for_each(|one| few.push(one));
        few
    }
}

impl<'a, T> IntoIterator for &'a Few<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::Few;

    #[test]
    fn a_few_things_are_a_list() {
        for count in 0..5 {
            let things: Vec<u32> = (0..count).rev().collect();
            let mut few: Few<u32> = things.iter().copied().collect();
            assert_eq!(*few, *things);
            assert!(few.into_iter().eq(&things));
            few.sort();
            assert!(few.is_sorted());
            assert_eq!(few.len(), things.len());
        }
    }
}
