//! What came of all texts in one position.

use std::sync::{Arc, OnceLock};

use libtest_mimic::Failed;
use mailpol::diagnostic::Diagnostics;
use mailpol::prove::prove;

use crate::inert;
use crate::positions::{Kind, POSITIONS, Position, Server};
use crate::site::{Outcome, Site, Standing, Tree, target, zone};
use crate::values::VALUES;

/// The targets, by name.
pub(crate) const TARGETS: [&str; 2] = ["postfix", "exim"];

/// A tree that was made with a text in a position.
pub(crate) struct Made {
    pub(crate) target: &'static str,
    pub(crate) value: &'static str,
    pub(crate) text: String,
    /// How the text is spelled in the tree, if it means nothing of its own.
    pub(crate) spelled: Option<String>,
    pub(crate) tree: Tree,
}

/// What came of a position.
#[derive(Default)]
pub(crate) struct Tried {
    pub(crate) refused: usize,
    pub(crate) made: Vec<Made>,
    pub(crate) faults: Vec<String>,
}

/// Returns what came of a position; it is tried once.
pub(crate) fn tried(number: usize) -> Arc<Tried> {
    static ALL: [OnceLock<Arc<Tried>>; POSITIONS.len()] =
        [const { OnceLock::new() }; POSITIONS.len()];
    Arc::clone(ALL[number].get_or_init(|| Arc::new(position(&POSITIONS[number]))))
}

/// Tries every value in a position, by itself; and if that is refused, between two letters.
fn position(position: &Position) -> Tried {
    let mut tried = Tried::default();
    let unsound = TARGETS.map(|target| harmless(position.server, target).err());
    tried.faults.extend(unsound.into_iter().flatten());
    if !Site::new(position, "a").is_placed(position) {
        tried
            .faults
            .push(format!("`{}` is nowhere", position.harmless));
    }
    if !tried.faults.is_empty() {
        return tried;
    }
    for value in VALUES {
        let mut texts = vec![value.text.to_owned()];
        if position.kind == Kind::Name {
            texts.push(format!("a{}b", value.text));
        }
        for text in texts {
            let before = tried.made.len();
            tried.one(position, value.name, &text);
            if tried.made.len() > before {
                break;
            }
        }
    }
    tried
}

impl Tried {
    fn one(&mut self, position: &Position, value: &'static str, text: &str) {
        let site = Site::new(position, text);
        let policy = match site.load() {
            Ok(policy) => policy,
            Err(diagnostics) => {
                self.refused += 1;
                if let Err(why) = site.refused(&diagnostics, text) {
                    self.faults.push(format!("{value}: {why}"));
                }
                return;
            }
        };
        let mut diagnostics = Diagnostics::new();
        let Ok((proven, _)) = prove(&policy, &mut diagnostics) else {
            self.refused += 1;
            if let Err(why) = site.refused(&diagnostics, text) {
                self.faults.push(format!("{value}: {why}"));
            }
            return;
        };
        let zone = match zone(&policy) {
            Ok(zone) => zone,
            Err(why) => return self.faults.push(format!("{value}: {why}")),
        };
        for target_name in TARGETS {
            let Ok(harmless) = harmless(position.server, target_name) else {
                continue;
            };
            let standing = |tree: &Tree| {
                if *tree == *harmless {
                    Standing::Same
                } else if position.kind == Kind::File || inert::without_comments(tree, &harmless) {
                    Standing::Alike
                } else {
                    Standing::Differs
                }
            };
            let both = (&policy, &proven);
            let checked = match site.compile(both, (target(target_name), &zone), text, standing) {
                Ok(Outcome::Made(tree)) => {
                    inert::check(position, text, &harmless, &tree).map(|spelled| {
                        self.made.push(Made {
                            target: target_name,
                            value,
                            text: text.to_owned(),
                            spelled,
                            tree,
                        });
                    })
                }
                Ok(Outcome::Refused) => {
                    self.refused += 1;
                    Ok(())
                }
                Err(why) => Err(why),
            };
            if let Err(why) = checked {
                self.faults.push(format!("{value}, {target_name}: {why}"));
            }
        }
    }
}

/// Returns the files of a policy with nothing hostile in it.
pub(crate) fn harmless(server: Server, target_name: &str) -> Result<Arc<Tree>, String> {
    type Once = OnceLock<Result<Arc<Tree>, String>>;
    static MADE: [[Once; 2]; 5] = [const { [const { OnceLock::new() }; 2] }; 5];
    let number = TARGETS.iter().position(|name| *name == target_name);
    let made = MADE[server as usize][number.unwrap_or(0)].get_or_init(|| {
        let site = Site::harmless(server);
        let policy = site.load().map_err(|told| Site::shown(&told))?;
        let mut diagnostics = Diagnostics::new();
        let (proven, _) =
            prove(&policy, &mut diagnostics).map_err(|_| Site::shown(&diagnostics))?;
        let both = (&policy, &proven);
        let beside = (target(target_name), zone(&policy)?);
        match site.compile(both, (beside.0, &beside.1), "", |_| Standing::Differs)? {
            Outcome::Made(tree) => Ok(Arc::new(tree)),
            Outcome::Refused => Err("the harmless policy is refused".to_owned()),
        }
    });
    made.clone()
}

/// Returns the outcome of a trial.
pub(crate) fn verdict(faults: &[String]) -> Result<(), Failed> {
    const SHOWN: usize = 6;
    if faults.is_empty() {
        return Ok(());
    }
    let shown: Vec<&str> = faults.iter().take(SHOWN).map(String::as_str).collect();
    Err(format!("{} faults\n{}", faults.len(), shown.join("\n\n")).into())
}
