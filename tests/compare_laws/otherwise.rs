//! What is accepted or refused as before, and said or recorded otherwise: of every envelope that a
//! sentence names it is true, and both replies are in its words.

use mailpol::compare::{Change, Kind};
use mailpol::decision::Verdict;
use mailpol::prove::{Pair, Said};

/// Returns a refusal as a sentence has it, without the word before it.
fn reply(said: &Said) -> String {
    match said {
        Said::Closed => "there is no such listener".to_owned(),
        Said::Reply { reply, because, .. } => format!("{reply} ({because})"),
    }
}

/// Returns whether words tell a refusal, under the word for its verdict.
fn tells(words: &str, said: &Said) -> bool {
    let verdict = match said {
        Said::Closed => "",
        Said::Reply {
            verdict: Verdict::Defer,
            ..
        } => "deferred ",
        Said::Reply { .. } => "rejected ",
    };
    let mut parts = words.split("; ");
    parts.any(|part| part.starts_with(verdict) && part.contains(&reply(said)))
}

/// Returns how many replies words tell.
fn replies(words: &str) -> usize {
    let told = words.split("; ").filter(|part| !part.starts_with("some "));
    told.map(|part| part.split(", ").count()).sum()
}

/// Returns of which kinds the sentences are that hold an envelope: what goes elsewhere may be
/// recorded otherwise, too.
pub(super) fn kinds(pair: &Pair) -> Vec<Kind> {
    let all = Kind::ALL.into_iter();
    all.filter(|kind| kind.is(pair)).collect()
}

/// Returns whether a sentence is true of an envelope that it names, and that differs or not.
pub(super) fn holds(change: &Change, pair: &Pair, differs: bool) -> bool {
    let accepted = [pair.before.accepts(), pair.after.accepts()];
    if change.accepted == [true; 2] {
        let headers = |said: &Said| match said {
            Said::Closed => Vec::new(),
            Said::Reply { headers, .. } => headers.iter().copied().collect(),
        };
        let (was, is) = (headers(&pair.before), headers(&pair.after));
        let (words, _) = change.sentence.split_once(": mail of ").unwrap();
        let (with, without) = words.split_once("without ").unwrap_or((words, ""));
        let gone = was.iter().filter(|one| !is.contains(one));
        let new = is.iter().filter(|one| !was.contains(one));
        return accepted == [true; 2]
            && differs
            && gone.clone().all(|one| without.contains(one.name()))
            && new.clone().all(|one| with.contains(one.name()))
            && (gone.count() == 0) == without.is_empty()
            && (new.count() > 0) == with.contains(" with ");
    }
    if accepted != [false; 2] {
        return !change.whole && change.sentence.contains("refused mail of ");
    }
    let (before, after) = (&change.before, &change.after);
    let told = tells(before, &pair.before) && tells(after, &pair.after);
    if differs {
        // Which reply stands where which did is plain, or it is said that there are several.
        let several = change.sentence.contains(", with other replies: ");
        return told && several != (replies(before) == 1 || replies(after) == 1);
    }
    let part = change.sentence.contains(": some refused mail of ");
    let same = pair.before == pair.after && tells(after, &pair.after);
    part || (same && before.ends_with("; some of it was so already"))
}

/// Returns the words of a sentence that name who sends, and those that name as whom and to whom.
pub(super) fn who_and_what(change: &Change) -> Option<(String, String)> {
    // Of these none is asked.
    let odd = ["recipients written ", "of the delivery domain"];
    if change.kind != Kind::Otherwise || odd.iter().any(|odd| change.sentence.contains(odd)) {
        return None;
    }
    let (_, whom) = change.sentence.split_once("mail of ")?;
    // Behind a login stands as whom it sends, in the same words.
    let marked = whom.replace("authenticated as ", "authenticated-as ");
    let ends = [" as ", " to ", " where "].map(|end| marked.find(end).unwrap_or(marked.len()));
    let (who, what) = marked.split_at(ends.into_iter().min()?);
    Some((who.replace("-as ", " as "), what.to_owned()))
}

/// Returns the names of a part of a sentence: those between backticks, or addresses; and those that
/// stand behind "but".
pub(super) fn named(part: &str) -> [Vec<&str>; 2] {
    let (these, others) = part.split_once(" but ").unwrap_or((part, ""));
    [these, others].map(|words| {
        let words = words.split([' ', ',', ';', '(', ')']);
        let names = words.filter(|word| word.contains(['@', '`']));
        names.map(|word| word.trim_matches(['`', ':'])).collect()
    })
}
