//! The files that are emitted, with one line that is as long as it may be, and one longer: the
//! readers say so, and nothing else.

use mailpol::compile::emit;
use mailpol::diagnostic::Diagnostics;
use mailpol::target::{Artifacts, Reading, TARGETS, Target};

use crate::{BASE, compile};

pub(super) const EXIM: &str = "etc/exim4/exim4.conf";
pub(super) const MAIN: &str = "etc/postfix/main.cf";
const MASTER: &str = "etc/postfix/master.cf";

/// The files of one target for a policy with logins.
pub(super) struct Files {
    target: &'static dyn Target,
    artifacts: Artifacts,
}

impl Files {
    pub(super) fn of(name: &str) -> Self {
        Self::asking(name, "\"dovecot\" socket=\"/run/dovecot/auth\"")
    }

    /// Returns those where this one checks passwords.
    pub(super) fn asking(name: &str, backend: &str) -> Self {
        let base = BASE.replace(
            "\"smtp\"",
            "\"smtp\" \"submission\"\n    tls certificate=\"/etc/a.pem\" key=\"/etc/a.key\"",
        );
        let logins = base.replace("\"john\"\n    alias", "\"john\" login=\"john\"\n    alias");
        Self::made(name, &format!("{logins}auth {backend}\n"))
    }

    /// Returns those for any policy.
    pub(super) fn made(name: &str, policy: &str) -> Self {
        let (policy, _) = compile(policy, &[]);
        let mut targets = TARGETS.iter().copied();
        let target = targets.find(|target| target.name() == name).unwrap();
        let artifacts = emit(&policy.unwrap(), target, &mut Diagnostics::new()).unwrap();
        Self { target, artifacts }
    }

    pub(super) fn text(&self, path: &str) -> String {
        self.artifacts.get(path).unwrap().source.text().to_owned()
    }

    /// Adds to the end of a file, or writes a new one.
    pub(super) fn add(mut self, path: &str, text: &str) -> Self {
        let before = self.artifacts.get(path);
        let before = before.map_or_else(String::new, |file| file.source.text().to_owned());
        self.artifacts.add(path, 0o644, before + text);
        self
    }

    /// Puts something in the place of what stands once in a file.
    pub(super) fn replace(mut self, path: &str, old: &str, new: &str) -> Self {
        let text = self.text(path);
        assert_eq!(text.matches(old).count(), 1, "{old}");
        self.artifacts.add(path, 0o644, text.replace(old, new));
        self
    }

    /// Returns what their reader makes of them, which has nothing to tell.
    #[track_caller]
    pub(super) fn read(&self) -> Reading {
        assert_eq!(self.told(), Vec::<String>::new());
        let read = self
            .target
            .interpret(&self.artifacts, &mut Diagnostics::new());
        read.unwrap()
    }

    /// Returns what their reader tells.
    fn told(&self) -> Vec<String> {
        let mut diagnostics = Diagnostics::new();
        let read = self.target.interpret(&self.artifacts, &mut diagnostics);
        let told = diagnostics.sorted();
        assert_eq!(read.is_ok(), told.is_empty(), "{told:?}");
        told.iter().map(|one| format!("{one:?}")).collect()
    }
}

/// Asserts that nothing is told of the largest, and these words of what is one larger.
#[track_caller]
pub(super) fn check(max: usize, words: &str, of: &dyn Fn(usize) -> Files) {
    assert_eq!(of(max).told(), Vec::<String>::new());
    let told = of(max + 1).told();
    assert!(told.iter().any(|one| one.contains(words)), "{told:?}");
}

/// Asserts that these words are said of what is one larger alone. Of both something else is said.
#[track_caller]
fn check_words(max: usize, words: &str, of: &dyn Fn(usize) -> Files) {
    let is_said = |size| of(size).told().iter().any(|one| one.contains(words));
    assert_eq!([is_said(max), is_said(max + 1)], [false, true]);
}

/// Returns a path of so many octets.
fn path(before: &str, octets: usize) -> String {
    format!("{before}{}", "a".repeat(octets - before.len()))
}

#[test]
fn sockets_of_dovecot() {
    let exim = |octets| {
        let socket = path("/run/", octets);
        let files = Files::of("exim");
        let text = files.text(EXIM).replace("/run/dovecot/auth", &socket);
        let mut files = files;
        files.artifacts.add(EXIM, 0o644, text);
        files
    };
    check(107, "the path of a socket has at most 107 octets", &exim);
    let postfix =
        |octets| Files::of("postfix").replace(MAIN, "/run/dovecot/auth", &path("/run/", octets));
    check(107, "the path of the socket is too long", &postfix);
}

#[test]
fn names_of_hosts() {
    let name = |octets: usize| {
        let labels = format!("{0}.{0}.{0}.", "a".repeat(50));
        format!("{labels}{}", "b".repeat(octets - labels.len()))
    };
    let words = "the files of a Maildir, which end in it, could not be made";
    let line = "myhostname = mx.example.org";
    let postfix = |octets| {
        let new = format!("myhostname = {}", name(octets));
        Files::of("postfix").replace(MAIN, line, &new)
    };
    check_words(180, words, &postfix);
    let line = "primary_hostname = mx.example.org";
    let exim = |octets| {
        let new = format!("primary_hostname = {}", name(octets));
        Files::of("exim").replace(EXIM, line, &new)
    };
    check_words(180, words, &exim);
}

#[test]
fn named_lists_of_exim() {
    let of = |count: usize| {
        let lists = (1..count).map(|number| format!("domainlist l{number} = a.test"));
        let lists = lists.collect::<Vec<_>>().join("\n");
        Files::of("exim").replace(EXIM, "begin acl\n", &format!("{lists}\nbegin acl\n"))
    };
    check(16, "there are more than 16 lists of its kind", &of);
}

#[test]
fn names_of_sections_and_macros_of_exim() {
    let acl = |octets: usize| {
        let acl = format!("begin acl\n\n{}:\n  accept\n", "a".repeat(octets));
        Files::of("exim").replace(EXIM, "begin acl\n", &acl)
    };
    check(63, "a name has at most 63 characters", &acl);
}

#[test]
fn times_between_two_runs_of_the_queue() {
    let of = |seconds: usize| {
        let mut files = Files::of("exim");
        let text = files.text("etc/default/exim4");
        let start = text.find("QUEUEINTERVAL=").unwrap();
        let end = start + text[start..].find('\n').unwrap();
        let text = format!(
            "{}QUEUEINTERVAL='{seconds}s'{}",
            &text[..start],
            &text[end..]
        );
        files.artifacts.add("etc/default/exim4", 0o644, text);
        files
    };
    check(3600, "would wait for more than an hour", &of);
    // The fields of master.cf are aligned.
    let wakes = |seconds: usize| {
        let mut files = Files::of("postfix");
        let text = files.text(MASTER);
        let line = text
            .lines()
            .find(|line| line.starts_with("pickup"))
            .unwrap();
        let fields: Vec<&str> = line.split_whitespace().collect();
        let wakeup = seconds.to_string();
        let new = [&fields[..5], &[wakeup.as_str()], &fields[6..]]
            .concat()
            .join(" ");
        files.artifacts.add(MASTER, 0o644, text.replace(line, &new));
        files
    };
    check(3600, "it is not woken every hour", &wakes);
}

#[test]
fn keys_and_texts_of_tables_of_postfix() {
    let key = |octets: usize| {
        let row = format!("{} DUNNO\n", "k".repeat(octets));
        Files::of("postfix").add("etc/postfix/logins", &row)
    };
    check(
        511,
        "postmap(1) makes no index of a key of that length",
        &key,
    );
    let text = |octets: usize| {
        let row = format!("other.test 554 {}\n", "t".repeat(octets));
        Files::of("postfix").add("etc/postfix/own-domains", &row)
    };
    check(400, "clients need not take so long a line", &text);
}

#[test]
fn replies_of_postfix() {
    let of = |octets: usize| {
        let new = format!("smtpd_banner = {}", path("$myhostname ESMTP ", octets));
        let host = "mx.example.org".len() - "$myhostname".len();
        let new = new[..new.len() - host].to_owned();
        Files::of("postfix").replace(MAIN, "smtpd_banner = $myhostname ESMTP", &new)
    };
    check(400, "clients need not take so long a line", &of);
}

#[test]
fn classes_of_postfix_that_name_each_other() {
    let of = |count: usize| {
        let names: Vec<String> = (1..=count).map(|number| format!("class{number}")).collect();
        let mut files = Files::of("postfix").replace(
            MAIN,
            "smtpd_restriction_classes =\n",
            &format!("smtpd_restriction_classes =\n    {}\n", names.join(" ")),
        );
        files = files.replace(
            MAIN,
            "smtpd_client_restrictions =\n",
            "smtpd_client_restrictions = class1\n",
        );
        let lines = (1..count).map(|number| format!("class{number} = class{}\n", number + 1));
        let last = format!("class{count} = permit\n");
        files.add(MAIN, &(lines.collect::<String>() + &last))
    };
    check(20, "restriction classes name each other without end", &of);
}

#[test]
fn lines_of_lists_and_names_of_files_of_exim() {
    let line = |octets: usize| {
        let comment = path("#", octets - 1) + "\n";
        Files::of("exim")
            .replace(
                EXIM,
                "local_domains = example.org\n",
                "local_domains = example.org : /etc/exim4/more\n",
            )
            .add("etc/exim4/more", &comment)
    };
    check(
        1023,
        "Exim reads the rest of so long a line as another line",
        &line,
    );
    let name = |octets: usize| {
        let file = path("/etc/exim4/", octets);
        let mut files = Files::of("exim");
        let text = files.text(EXIM).replace("/etc/exim4/catch-all", &file);
        let table = files.text("etc/exim4/catch-all");
        files.artifacts.add(EXIM, 0o644, text);
        files.artifacts.add(&file[1..], 0o644, table);
        files
    };
    check(200, "the name of a file has at most 200 characters", &name);
}

#[test]
fn conditionals_and_files_of_exim_inside_each_other() {
    let conditionals = |depth: usize| {
        let text = ".ifndef NO_NAME\n".repeat(depth) + &".endif\n".repeat(depth);
        Files::of("exim").replace(EXIM, "begin acl\n", &format!("{text}begin acl\n"))
    };
    check(10, "more than 10 stand in one another", &conditionals);
    let files = |depth: usize| {
        let first = ".include /etc/exim4/f1\nbegin acl\n";
        let files = Files::of("exim").replace(EXIM, "begin acl\n", first);
        let more = (1..depth).fold(files, |files, number| {
            let next = format!(".include /etc/exim4/f{}\n", number + 1);
            files.add(&format!("etc/exim4/f{number}"), &next)
        });
        more.add(&format!("etc/exim4/f{depth}"), "# the last\n")
    };
    check(20, "files include one another too deeply", &files);
}

#[test]
fn acls_of_exim_that_run_each_other() {
    // The one that RCPT asks is the first.
    let of = |count: usize| {
        let first = "acl_check_rcpt:\n\n  warn acl = a2\n";
        let files = Files::of("exim").replace(EXIM, "acl_check_rcpt:\n", first);
        let acls = (2..count).map(|number| format!("a{number}:\n  warn acl = a{}\n", number + 1));
        let last = format!("a{count}:\n  accept\n\nbegin routers\n");
        let acls = acls.collect::<String>() + &last;
        files.replace(EXIM, "begin routers\n", &acls)
    };
    check(20, "ACLs run one another too deeply", &of);
}

#[test]
fn numbers_of_exim() {
    let factor = |factor: usize| {
        Files::of("exim").replace(EXIM, "G,16h,1h,1.5", &format!("G,16h,1h,{factor}"))
    };
    check(20, "G,16h,1h,21", &factor);
    let delay = |seconds: usize| {
        let delayed = format!("acl_check_rcpt:\n\n  warn delay = {seconds}s\n");
        Files::of("exim").replace(EXIM, "acl_check_rcpt:\n", &delayed)
    };
    check(180, "clients would not wait so long", &delay);
    let space = |kibibytes: usize| {
        let set = format!("check_spool_space = {kibibytes}\nnever_users");
        Files::of("exim").replace(EXIM, "never_users", &set)
    };
    check(10_485_760, "check_spool_space", &space);
    let digits = |count: usize| {
        let condition = format!("condition = {}", "9".repeat(count));
        let first = format!("acl_check_rcpt:\n\n  warn {condition}\n");
        Files::of("exim").replace(EXIM, "acl_check_rcpt:\n", &first)
    };
    check(9, "so long a number may be another one to Exim", &digits);
}

#[test]
fn how_long_a_lookup_of_spf_takes() {
    let of = |seconds: usize| {
        let conf = "etc/postfix-policyd-spf-python/spf-received.conf";
        let new = format!("Lookup_Time = {seconds}\n");
        Files::of("postfix").replace(conf, "Lookup_Time = 20\n", &new)
    };
    check(30, "Lookup_Time", &of);
}
