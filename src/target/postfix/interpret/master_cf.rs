//! master.cf: the services (master(5); master_ent.c of 3.7.11), or the output of `postconf -M`.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use super::diagnostics::Syntax;
use super::text::{self, Text};
use crate::diagnostic::Diagnostics;
use crate::source::{Loc, Source};
use crate::target::digits::digits;

/// The longest name of a service: with `private/` before it and a zero behind it, it fills
/// `sun_path` (unix(7)).
const NAME_MAX: usize = 99;

/// The longest argument of a service, in octets: execve(2) of Linux takes none of 128 KiB.
const ARGUMENT_MAX: usize = 16 * 1024;

/// As long may all arguments of one service be together: a quarter of the stack is there for them.
const ARGUMENTS_MAX: usize = 256 * 1024;

/// One service.
#[derive(Debug)]
pub(super) struct Service {
    /// The first field: a name, or `[host:]port`.
    pub(super) name: Text,
    /// `inet`, `unix`, `unix-dgram`, `fifo` or `pass`.
    pub(super) kind: String,
    /// The program, such as `smtpd`.
    pub(super) command: String,
    /// Whether its socket is in the folder `private`, as it is without a word.
    pub(super) is_private: bool,
    /// Whether it runs as root: `n` in the field `unprivileged`.
    pub(super) is_privileged: bool,
    /// Whether it runs in the queue directory as its root; none: as `compatibility_level` says.
    pub(super) chroot: Option<bool>,
    /// Every so many seconds it is woken; `-` and `0` never, with `?` if it was used since.
    pub(super) wakeup: String,
    /// How many processes it may have; none: `default_process_limit`.
    pub(super) limit: Option<String>,
    /// What `-o` sets.
    pub(super) overrides: BTreeMap<String, Text>,
    /// Where the names of the `-o` stand.
    pub(super) override_places: Vec<(String, Loc)>,
    /// The other arguments.
    pub(super) arguments: Vec<Text>,
    /// The whole entry's first line.
    pub(super) at: Loc,
}

impl Service {
    /// Returns the address that an inet service is bound to, if it names one by number.
    pub(super) fn address(&self) -> Option<IpAddr> {
        bare(self.endpoint().0?)
    }

    /// Returns the host and the port of an inet service.
    pub(super) fn endpoint(&self) -> (Option<&str>, &str) {
        let name = self.name.as_str();
        match name.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() => (Some(host), port),
            Some((_, port)) => (None, port),
            None => (None, name),
        }
    }

    /// Returns the number of the port of an inet service; by `known_tcp_ports` of 3.7 and
    /// the names of the IANA registry that mail uses.
    pub(super) fn port(&self) -> Option<u16> {
        match self.endpoint().1 {
            "smtp" => Some(25),
            "submission" => Some(587),
            "submissions" | "smtps" => Some(465),
            "lmtp" => Some(24),
            "qmqp" => Some(628),
            port => digits(port),
        }
    }
}

/// Reads the services.
pub(super) fn read(source: &Arc<Source>, diagnostics: &mut Diagnostics) -> Vec<Service> {
    let mut services: Vec<Service> = Vec::new();
    for line in text::logical_lines(source) {
        if line.as_str().starts_with(text::is_space) {
            diagnostics.error(Syntax::new("the first line continues none", &line.at()));
            continue;
        }
        let service = match service(&line) {
            Ok(service) => service,
            Err(reason) => {
                diagnostics.error(Syntax::new(reason, &line.at()));
                continue;
            }
        };
        let is_twin = |other: &&Service| {
            if service.kind != "inet" || other.kind != "inet" {
                // One socket, or, in the folders `public` and `private`, one lock file.
                return other.kind != "inet"
                    && service.kind != "inet"
                    && other.name.as_str() == service.name.as_str();
            }
            let is_same = match (other.address(), service.address()) {
                (None, None) => other.endpoint().0 == service.endpoint().0,
                (one, two) => one == two,
            };
            is_same && other.port() == service.port()
        };
        // master_conf.c of 3.7.11: of the same kind the last counts; of another one, the second
        // takes the socket of the first away.
        if services.iter().find(is_twin).is_some() {
            diagnostics.error(Syntax::new("the service stands twice", &service.at));
        }
        services.push(service);
    }
    services
}

/// Reads an address, in brackets or not.
pub(super) fn bare(text: &str) -> Option<IpAddr> {
    let inside = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    inside.unwrap_or(text).parse().ok()
}

/// Returns whether a service has a socket of just this name (`mail_pathname` in mail_pathname.c,
/// `unix_listen` in unix_listen.c of 3.7.11): a slash leads elsewhere.
fn is_socket_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    name.len() <= NAME_MAX && !name.starts_with(['.', '-']) && name.bytes().all(is_plain)
}

fn service(line: &Text) -> Result<Service, String> {
    let words = line.arguments();
    let mut fields = words.iter();
    let mut field = |name: &str| {
        let found = fields.next();
        found
            .cloned()
            .ok_or_else(|| format!("the field `{name}` is missing"))
    };
    let name = field("service")?;
    let kind = field("type")?.as_str().to_owned();
    if !matches!(
        kind.as_str(),
        "inet" | "unix" | "unix-dgram" | "fifo" | "pass"
    ) {
        return Err(format!("`{kind}` is no type of service"));
    }
    if kind != "inet" && !is_socket_name(name.as_str()) {
        return Err("the name of the service is no plain name of a socket".to_owned());
    }
    let private = field("private")?;
    let mut switch = |name: &str| match field(name)?.as_str() {
        "y" => Ok(Some(true)),
        "n" => Ok(Some(false)),
        "-" => Ok(None),
        _ => Err(format!("the field `{name}` is neither `y`, `n` nor `-`")),
    };
    let unprivileged = switch("unprivileged")?;
    let chroot = switch("chroot")?;
    match (kind.as_str(), private.as_str()) {
        (_, "n") => {}
        ("inet", _) => return Err("an inet service cannot be private".to_owned()),
        (_, "y" | "-") => {}
        _ => return Err("the field `private` is neither `y`, `n` nor `-`".to_owned()),
    }
    let wakeup = field("wakeup")?.as_str().to_owned();
    let number = |name: &str, value: &str| {
        let number = match name {
            "wakeup" => value.strip_suffix('?').unwrap_or(value),
            _ => value,
        };
        // atoi(3) makes a negative one of what is too large, and master(8) does not start.
        if value != "-" && digits::<i32>(number).is_none() {
            return Err(format!("the field `{name}` is neither a number nor `-`"));
        }
        Ok(Some(number.to_owned()).filter(|number| number != "-"))
    };
    number("wakeup", &wakeup)?;
    let limit = number("maxproc", field("maxproc")?.as_str())?;
    let command = field("command")?.as_str().to_owned();
    let mut service = Service {
        at: name.at(),
        name,
        kind,
        command,
        is_private: private.as_str() != "n",
        is_privileged: unprivileged == Some(false),
        chroot,
        wakeup,
        limit,
        overrides: BTreeMap::new(),
        override_places: Vec::new(),
        arguments: Vec::new(),
    };
    let rest: Vec<Text> = fields.cloned().collect();
    let lengths = || rest.iter().map(|word| word.as_str().len());
    // `master_spawn` in master_spawn.c of 3.7.11: it ends, and is never there.
    if lengths().any(|length| length > ARGUMENT_MAX) || lengths().sum::<usize>() > ARGUMENTS_MAX {
        return Err("its arguments are so long that it may not start".to_owned());
    }
    take_arguments(&mut service, &rest)?;
    Ok(service)
}

/// Reads `-o name=value`, `-oname=value` and `-o { name = value }`; the rest stays as it is. Behind
/// a word that is no option there are none (`GETOPT` in sys_defs.h of 3.7.11: `+`).
fn take_arguments(service: &mut Service, words: &[Text]) -> Result<(), String> {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let setting = match word.as_str().strip_prefix("-o") {
            Some("") => words.next().ok_or("`-o` has no setting")?.clone(),
            Some(rest) if rest.starts_with('{') => {
                return Err("a blank is missing before the brace of an `-o`".to_owned());
            }
            Some(_) => word.slice(2, word.as_str().len()),
            None => {
                service.arguments.push(word.clone());
                if !word.as_str().starts_with('-') {
                    service.arguments.extend(words.cloned());
                    return Ok(());
                }
                continue;
            }
        };
        let bare = if setting.as_str().starts_with('{') {
            let inner = setting.inside_braces();
            inner.ok_or("the braces of an `-o` do not match")?.trim()
        } else {
            setting
        };
        let (name, value) = bare.name_and_value()?;
        let key = name.as_str().to_owned();
        service.override_places.push((key.clone(), name.at()));
        service.overrides.insert(key, value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn services(text: &str) -> (Vec<Service>, usize) {
        let mut diagnostics = Diagnostics::new();
        let services = read(&Source::new("master.cf", text), &mut diagnostics);
        (services, diagnostics.errors())
    }

    #[test]
    fn entries_are_read_as_master_5_says() {
        let (services, errors) = services(
            "# comment\nsmtp inet n - y - - smtpd\n  -o a=b\n# between\n  -o { c = d, e }\n\n  -v\n\
             127.0.0.1:10025 inet n - n - - smtpd\nsmtp unix - - y - - smtp\n",
        );
        assert_eq!(errors, 0);
        let first = services.first().unwrap();
        assert_eq!(first.endpoint(), (None, "smtp"));
        assert_eq!(first.port(), Some(25));
        assert_eq!(first.overrides.get("a").unwrap().as_str(), "b");
        assert_eq!(first.overrides.get("c").unwrap().as_str(), "d, e");
        assert_eq!(first.arguments.len(), 1);
        let second = services.get(1).unwrap();
        assert_eq!(second.endpoint(), (Some("127.0.0.1"), "10025"));
        assert_eq!(services.len(), 3);
    }

    #[test]
    fn behind_a_word_there_are_no_options() {
        let (services, errors) =
            services("a unix - n n - 0 spawn -o a=b -v user=nobody -o c=d argv=/x -o e=f\n");
        assert_eq!(errors, 0);
        let spawn = services.first().unwrap();
        let arguments: Vec<&str> = spawn.arguments.iter().map(Text::as_str).collect();
        let wanted = ["-v", "user=nobody", "-o", "c=d", "argv=/x", "-o", "e=f"];
        assert_eq!(arguments, wanted);
        assert_eq!(spawn.overrides.len(), 1);
    }

    #[test]
    fn what_master_does_not_start_with_is_an_error() {
        for text in [
            "smtp inet n - y - -\n",
            "smtp inet - - y - - smtpd\n",
            "smtp tcp n - y - - smtpd\n",
            "smtp inet n - x - - smtpd\n",
            "smtp inet n - y - - smtpd\n25 inet n - y - - smtpd\n",
            "[192.0.2.1]:25 inet n - y - - smtpd\n192.0.2.1:smtp inet n - y - - smtpd\n",
            "local unix - n n - - local\nlocal fifo - n n - - local\n",
            "local unix - n n - - local\nlocal unix n n n - - local\n",
            "../private/local unix - - n - - discard\n",
            "./local unix - - n - - discard\n",
            "a/b unix - - n - - smtp\n",
            "smtp unix - - n - 2147483648 smtp\n",
            "smtp unix - - n - +5 smtp\n",
            "flush unix n - n 2147483648? 0 flush\n",
            "smtp inet n - y - - smtpd -o\n",
            "smtp inet n - y - - smtpd -o ab\n",
        ] {
            assert_eq!(services(text).1, 1, "{text}");
        }
        let named = |length| format!("{} unix - - n - - smtp\n", "a".repeat(length));
        assert_eq!(services(&named(NAME_MAX)).1, 0);
        assert_eq!(services(&named(NAME_MAX + 1)).1, 1);
    }

    #[test]
    fn arguments_have_a_greatest_length() {
        let of = |lengths: &[usize]| {
            let words: Vec<String> = lengths.iter().map(|length| "a".repeat(*length)).collect();
            services(&format!("a unix - n n - 0 spawn {}\n", words.join(" "))).1
        };
        assert_eq!([of(&[ARGUMENT_MAX]), of(&[ARGUMENT_MAX + 1])], [0, 1]);
        let all = [ARGUMENT_MAX; ARGUMENTS_MAX / ARGUMENT_MAX];
        assert_eq!([of(&all), of(&[&all[..], &[1]].concat())], [0, 1]);
    }
}
