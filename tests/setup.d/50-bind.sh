#!/bin/bash
# Installs the name server and the client that the tests of updates drive, on Debian 12 as root.
# Only what is missing; no daemon is started; no installed package is removed.
set -euo pipefail

missing=()
for package in bind9 bind9-dnsutils; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ $status == installed ]] || missing+=("$package")
done
[[ ${#missing[@]} -eq 0 ]] && exit 0

if [[ $EUID -ne 0 ]]; then
    echo "$0: these packages are missing, and only root can install them: ${missing[*]}" >&2
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
apt-get install --quiet=2 --yes --no-install-recommends --no-remove "${missing[@]}"
