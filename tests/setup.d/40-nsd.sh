#!/bin/bash
# Installs the name server that the tests of DNS ask and let load zone text, on Debian 12 as root.
# Only if it is missing; no daemon is started; no installed package is removed.
set -euo pipefail

status=$(dpkg-query --show --showformat='${db:Status-Status}' nsd 2>/dev/null || true)
[[ $status == installed ]] && exit 0

if [[ $EUID -ne 0 ]]; then
    echo "$0: the package nsd is missing, and only root can install it" >&2
    exit 1
fi

# Without this file Debian's maintainer scripts would start the daemon.
guard=/usr/sbin/policy-rc.d
if [[ ! -e $guard ]]; then
    trap 'rm -f "$guard"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$guard"
    chmod 755 "$guard"
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet=2
apt-get install --quiet=2 --yes --no-install-recommends --no-remove nsd
