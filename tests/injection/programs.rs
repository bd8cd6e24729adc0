//! The real programs, asked about the files: what they read there is what they read of the harmless
//! files, with the text in its place.
//!
//! One machine answers for all trees of one position.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use crate::inert;
use crate::positions::{Kind, Position};
use crate::site::Tree;
use crate::support::job::Mta;
use crate::support::smtp::base64;
use crate::support::{self, Context, namespace};
use crate::tried::{Made, Tried, harmless};

/// What stands before the answers about a tree, and before each answer.
const TREE: &str = "=== tree ";
const QUESTION: &str = "--- ";
/// What all trees of a position may take.
const SECONDS: u64 = 300;
/// Exim's tables of addresses that mail is for.
const RECIPIENTS: [&str; 4] = ["accounts", "aliases", "boxes", "forwards"];

/// Asks Postfix: all parameters that differ from defaults, as written and expanded, all services,
/// and every row of every table that differs.
const POSTFIX: &str = r#"
rm -rf /etc/postfix
for tree in /run/mailpol/tree/*; do
    echo "=== tree ${tree##*/}"
    ln -sfn "$tree/etc/postfix" /etc/postfix
    echo "--- postconf -n"; postconf -n 2>&1
    echo "--- postconf -x"; postconf -nx 2>&1
    echo "--- postconf -M"; postconf -M 2>&1
    for keys in "$tree"/keys/*; do
        [ -e "$keys" ] || continue
        table=${keys##*/}
        echo "--- postmap -q $table"; postmap -q - "texthash:/etc/postfix/$table" <"$keys" 2>&1
        echo "--- postmap -s $table"; postmap -s "texthash:/etc/postfix/$table" 2>&1
    done
done
exit 0
"#;

/// Asks Exim: whether it likes the file, every option, driver and list as it has read them, every
/// row of every table, and where each of our addresses leads.
const EXIM: &str = r#"
cp /run/mailpol/job/exim4 /usr/sbin/exim4
chmod 4755 /usr/sbin/exim4
install -d -o Debian-exim -g Debian-exim -m 0750 /var/spool/exim4 /var/spool/exim4/db /var/log/exim4
for tree in /run/mailpol/tree/*; do
    echo "=== tree ${tree##*/}"
    rm -rf /etc/exim4 && cp -r "$tree/etc/exim4" /etc/exim4
    exim() { exim4 -C /etc/exim4/exim4.conf "$@"; }
    echo "--- exim -bV"; exim -bV 2>&1
    echo "--- exim -bP"; exim -bP 2>&1
    echo "--- exim -bP config"; exim -bP config 2>&1
    [ -e "$tree/lookups" ] || continue
    echo "--- exim -be"; exim -be <"$tree/lookups" 2>&1
    echo "--- exim -bt"; exim -bt <"$tree/addresses" 2>&1
done
exit 0
"#;

/// Asks about every tree of a position.
pub(crate) fn ask(position: &Position, mta: Mta, tried: &Tried) -> Vec<String> {
    let target = mta.name();
    let before = match harmless(position.server, target) {
        Ok(before) => before,
        Err(why) => return vec![why],
    };
    // Where the text is only in records, there is nothing new to ask.
    let asked = |one: &&Made| {
        one.target == target && one.spelled.is_some() && own(&one.tree) != own(&before)
    };
    let mut shapes = BTreeSet::new();
    let mut made: Vec<&Made> = tried.made.iter().filter(asked).collect();
    made.retain(|one| shapes.insert(shape(position, one, &before)));
    if made.is_empty() {
        return Vec::new();
    }
    let trees: Vec<&Tree> = [before.as_ref()]
        .into_iter()
        .chain(made.iter().map(|one| &one.tree))
        .collect();
    let answers = match answers(mta, &trees) {
        Ok(answers) => answers,
        Err(why) => return vec![why],
    };
    let mut faults = Vec::new();
    for (one, said) in made.iter().zip(answers.iter().skip(1)) {
        if let Err(why) = same(position, one, &answers[0], said) {
            faults.push(format!("{}: {:?}: {why}", one.value, one.text));
        }
    }
    faults
}

/// Returns what makes a text another one to the programs: in comments, which odd letters it has; in
/// a name, which ones, and where; whatever is said in their own language, all of it.
fn shape(position: &Position, made: &Made, before: &Tree) -> String {
    let spelled = made.spelled.clone().unwrap_or_default();
    let is_odd = |c: &char| !c.is_ascii_alphanumeric();
    if inert::without_comments(&made.tree, before) {
        let odd: BTreeSet<char> = spelled.chars().filter(is_odd).collect();
        return odd.into_iter().collect();
    }
    if position.kind != Kind::Name {
        return spelled;
    }
    let mut letters: Vec<char> = spelled
        .chars()
        .map(|c| if is_odd(&c) { c } else { 'a' })
        .collect();
    letters.dedup_by(|one, other| *one == 'a' && *other == 'a');
    letters.into_iter().collect()
}

/// Returns the files that the programs read.
fn own(tree: &Tree) -> Vec<(&String, &String)> {
    let folders = ["etc/postfix/", "etc/exim4/"];
    let is_read = |path: &str| folders.iter().any(|folder| path.starts_with(folder));
    tree.iter().filter(|(path, _)| is_read(path)).collect()
}

/// Returns what the programs say of each tree: by question, the answer.
pub(crate) fn answers(mta: Mta, trees: &[&Tree]) -> Result<Vec<BTreeMap<String, String>>, String> {
    let folder = tempfile::tempdir().map_err(|why| why.to_string())?;
    for (number, tree) in trees.iter().enumerate() {
        let top = folder.path().join(format!("{number:04}"));
        // What differs in comments only was asked of the harmless files.
        let harmless = (number > 0).then_some(trees[0]);
        write(mta, tree, &top, harmless).map_err(|why| why.to_string())?;
    }
    let script = match mta {
        Mta::Postfix => POSTFIX,
        Mta::Exim => EXIM,
    };
    let said = run(mta, folder.path(), script).map_err(|why| why.to_string())?;
    let parts = said.split(TREE).skip(1);
    let answers: Vec<_> = parts.map(questions).collect();
    if answers.len() == trees.len() {
        return Ok(answers);
    }
    Err(format!(
        "{} of {} trees were asked about:\n{said}",
        answers.len(),
        trees.len()
    ))
}

/// Runs a script of bash on a machine of its own, beside this MTA, and returns what it printed.
fn run(mta: Mta, tree: &Path, script: &str) -> support::Result<String> {
    let directory = tempfile::tempdir().context("making a temporary directory")?;
    namespace::bring(mta, directory.path())?;
    let tree = tree.canonicalize().context(tree.display())?;
    let bash = Path::new("/bin/bash");
    namespace::start(directory.path(), &tree, bash, &["-c", script], SECONDS)?;
    let said = fs::read(directory.path().join(namespace::OUTPUT)).context("reading the output")?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}

fn questions(part: &str) -> BTreeMap<String, String> {
    let mut answers = BTreeMap::new();
    let mut question = String::new();
    for line in part.lines().skip(1) {
        if let Some(asked) = line.strip_prefix(QUESTION) {
            asked.clone_into(&mut question);
            answers.insert(question.clone(), String::new());
        } else if let Some(answer) = answers.get_mut(&question) {
            let _written = writeln!(answer, "{line}");
        }
    }
    answers
}

/// Compares what was said of a tree with what was said of the harmless one.
fn same(
    position: &Position,
    made: &Made,
    before: &BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
) -> Result<(), String> {
    let says = |question: &str| {
        before
            .get(question)
            .is_some_and(|said| !said.trim().is_empty())
    };
    let first = ["postconf -n", "exim -bP config"];
    let asked = |question: &&str| after.contains_key(*question);
    if !first.iter().any(asked) || !first.into_iter().any(says) {
        return Err(format!("other questions: {:?}", after.keys()));
    }
    for (question, after) in after {
        let before = before.get(question).ok_or(format!("{question} is new"))?;
        let (before, after) = (steady(before), steady(after));
        let (before, after) = match position.kind {
            Kind::Setting => beside(position, &before, &after),
            _ => (before, after),
        };
        let path = format!("answers/{question}");
        let spelled = made.spelled.as_deref().unwrap_or_default();
        inert::same_lines(position, spelled, &path, &before, &after)
            .map_err(|why| format!("{question}: {why}\n{after}"))?;
    }
    Ok(())
}

/// Leaves out the lines of what was set by hand: each program prints it as it has read it.
fn beside(position: &Position, before: &str, after: &str) -> (String, String) {
    let of_it = |line: &&str| line.contains(position.harmless);
    let set = before.lines().find(of_it);
    let name = set.and_then(|line| line.split(' ').next());
    let kept = |text: &str| -> String {
        let other = text.lines().filter(|line| {
            let is_it = name.is_some_and(|name| line.split(' ').next() == Some(name));
            // Postfix has a word about `$local_part` or `{` in a banner.
            !is_it && !line.starts_with("postconf: warning: ")
        });
        other.fold(String::new(), |all, line| all + line + "\n")
    };
    (kept(before), kept(after))
}

/// Leaves out what differs from call to call, or with the order of addresses.
fn steady(text: &str) -> String {
    let text = text.replace(" [duplicate, would not be delivered]", "");
    let kept = text.lines().filter(|line| !line.contains("Size of off_t"));
    kept.fold(String::new(), |all, line| all + line.trim_end() + "\n")
}

/// Writes a tree, and what is asked about it, as far as it differs from the harmless one.
fn write(mta: Mta, tree: &Tree, top: &Path, harmless: Option<&Tree>) -> std::io::Result<()> {
    for (path, text) in tree {
        let path = top.join(path);
        fs::create_dir_all(path.parent().unwrap_or(top))?;
        fs::write(&path, text)?;
        // Postfix waits until `main.cf` is two seconds old.
        let file = fs::File::options().write(true).open(&path)?;
        file.set_modified(SystemTime::UNIX_EPOCH)?;
    }
    match mta {
        Mta::Postfix => {
            fs::create_dir_all(top.join("keys"))?;
            for (table, keys) in tables(tree, "etc/postfix/", "main.cf", "texthash:") {
                let path = format!("etc/postfix/{table}");
                let is_as_before = harmless.and_then(|harmless| harmless.get(&path));
                if is_as_before.is_none_or(|before| rows(before) != rows(&tree[&path])) {
                    fs::write(top.join("keys").join(table), keys.join("\n") + "\n")?;
                }
            }
        }
        Mta::Exim if harmless.is_some_and(|one| inert::without_comments(one, tree)) => {}
        Mta::Exim => {
            let (mut lookups, mut addresses) = (String::from("asked\n"), BTreeSet::new());
            for (table, keys) in tables(tree, "etc/exim4/", "exim4.conf", "lsearch{") {
                let file = format!("lsearch{{/etc/exim4/{table}}}");
                for key in keys {
                    let coded = base64(key.as_bytes());
                    let coded = format!("${{base64d:{coded}}}");
                    let found = format!("${{lookup{{{coded}}}{file}{{<$value>}}{{nothing}}}}");
                    let _written = writeln!(lookups, "{table} {coded} {found}");
                    if RECIPIENTS.contains(&table) && key.contains('@') {
                        addresses.insert(key);
                    }
                }
            }
            addresses.insert("nobody@victim.example");
            let addresses: Vec<&str> = addresses.into_iter().collect();
            fs::write(top.join("lookups"), lookups)?;
            fs::write(top.join("addresses"), addresses.join("\n") + "\n")?;
        }
    }
    Ok(())
}

/// Returns the tables that the settings of a tree name as such, and their keys.
fn tables<'t>(
    tree: &'t Tree,
    folder: &str,
    settings: &str,
    kind: &str,
) -> Vec<(&'t str, Vec<&'t str>)> {
    let settings = &tree[&format!("{folder}{settings}")];
    let keys = |text: &'t str| {
        let keys = rows(text)
            .into_iter()
            .filter_map(|row| row.split('\t').next());
        keys.collect()
    };
    let named = tree
        .iter()
        .filter_map(|(path, text)| Some((path.strip_prefix(folder)?, keys(text))));
    named
        .filter(|(table, _)| settings.contains(&format!("{kind}/{folder}{table}")))
        .collect()
}

fn rows(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}
