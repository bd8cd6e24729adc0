//! The tutorial's commands for the server, run as they stand on a machine with a real Postfix.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use libtest_mimic::Failed;

use super::machine::{doe, job, subject};
use crate::Test;
use crate::support::job::Mta;
use crate::support::namespace::start;

pub(crate) const TESTS: &[Test] = &[(
    "the commands of the tutorial make a running server",
    commands_make_a_running_server,
)];

/// What a Debian server has, and this machine has not: its addresses, a name server, an init system
/// that is asked with systemctl(1). The last line is the tutorial's folder.
const MACHINE: &str = r#"
exec </dev/null
echo mx.doe-family.com >/proc/sys/kernel/hostname
ip address add 198.51.100.25/32 dev lo
ip -6 address add 2001:db8:d0e::25/128 dev lo
ip address add 203.0.113.9/32 dev lo
printf '127.0.0.1 localhost\n198.51.100.25 mx.doe-family.com\n' >/etc/hosts
echo nameserver 127.0.0.1 >/etc/resolv.conf
dnsmasq --conf-file=/dev/null --no-resolv --no-hosts --user=root --local=/#/ \
    --listen-address=127.0.0.1 --bind-interfaces --pid-file=/run/dnsmasq.pid
rm -f /etc/postfix/main.cf /etc/postfix/master.cf
mkdir -p /run/bin
printf '#!/bin/sh\n[ "$1" = enable ] || exec "/etc/init.d/$2" "$1"\n' >/run/bin/systemctl
chmod 755 /run/bin/systemctl
export PATH=/run/bin:$PATH
mkdir -p /tmp/site/build/postfix
cp -r /run/mailpol/tree/. /tmp/site/build/postfix
cd /tmp/site
"#;

/// What has come of it: the accepted mail is in the mailboxes, and nothing else is anywhere.
const AFTER: &str = r#"
for second in $(seq 100); do
    [ -d /home/john/Maildir/new ] && [ -d /home/jane/Maildir/new ] && break
    sleep 0.2
done
grep -q '^From: friend@mail.example' /home/john/Maildir/new/*
grep -q '^From: john.doe@doe-family.com' /home/jane/Maildir/new/*
[ "$(find /home -path '*/Maildir/new/*' | wc -l)" = 2 ]
postqueue -p | grep -q 'Mail queue is empty'
"#;

/// Puts the server of the tutorial up by its commands, and sends the first mail.
fn commands_make_a_running_server() -> Result<(), Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("docs/tutorial.md"))?;
    let blocks: Vec<&str> = text
        .split("\n```sh\n")
        .skip(1)
        .filter_map(|rest| rest.split("\n```\n").next())
        .collect();
    if blocks.len() != 2 {
        return Err(format!("the tutorial has {} blocks for the server", blocks.len()).into());
    }
    let (tree, _) = job(&subject(&doe()?, Mta::Postfix)?)?;
    let directory = tempfile::tempdir()?;
    let script = directory.path().join("script");
    let commands = blocks.join("\n");
    fs::write(
        &script,
        format!("#!/bin/bash\nset -euxo pipefail\n{MACHINE}{commands}\n{AFTER}"),
    )?;
    fs::set_permissions(&script, Permissions::from_mode(0o755))?;
    Ok(start(directory.path(), tree.path(), &script, &[], 120)?)
}
