#!/bin/bash
# Puts the real Exim beside the installed Postfix, on Debian 12 as root: the two packages cannot be
# installed together, so Exim's is only unpacked, below target/exim. Its libraries are installed.
# Only what is missing; no daemon is started; no installed package is removed.
set -euo pipefail
cd "$(dirname "$0")/../.."

packages=(
    libidn12 libmariadb3 libspf2-2 libpq5 libldap-2.5-0 libnsl2 libdb5.3 libpcre2-8-0 libperl5.36
    libsqlite3-0 libgnutls30 libgnutls-dane0 libidn2-0 libpam0g libsasl2-2
    tinycdb                                         # the index of large tables
)
program=target/exim/usr/sbin/exim4
user=Debian-exim

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ $status == installed ]] || missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 && -x $program ]] && getent passwd "$user" >/dev/null; then
    exit 0
fi

if [[ $EUID -ne 0 ]]; then
    echo "$0: only root can install Exim's libraries and make its user" >&2
    exit 1
fi

if [[ ${#missing[@]} -gt 0 || ! -x $program ]]; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update --quiet=2
fi
if [[ ${#missing[@]} -gt 0 ]]; then
    apt-get install --quiet=2 --yes --no-install-recommends --no-remove "${missing[@]}"
fi

# Exim refuses even to print its version without its user.
getent passwd "$user" >/dev/null ||
    useradd --system --user-group --no-create-home --home-dir /var/spool/exim4 \
        --shell /usr/sbin/nologin "$user"

if [[ ! -x $program ]]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    (cd "$work" && apt-get download --quiet=2 -o APT::Sandbox::User=root exim4-daemon-heavy)
    dpkg -x "$work"/exim4-daemon-heavy_*.deb "$work/unpacked"
    rm -rf target/exim
    mkdir -p target/exim/usr/sbin
    # Last, so that it is there only if all went well.
    cp -p "$work/unpacked/usr/sbin/exim4" "$program.new"
    mv "$program.new" "$program"
fi
