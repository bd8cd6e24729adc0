#!/bin/bash
# Installs what the tests with the real Postfix need, on Debian 12 as root.
# Only what is missing; no daemon is started; no installed package is removed.
set -euo pipefail

packages=(
    postfix postfix-pcre postfix-lmdb               # the judge and its table types
    libsasl2-modules sasl2-bin dovecot-core         # who may log in: saslauthd, or Dovecot
    dnsmasq-base                                    # the zones of a scene
    postfix-policyd-spf-python python3-dnspython    # SPF by policy service
    opendkim                                        # signs, as a Milter
    swaks libnet-ssleay-perl                        # the first mail of the tutorial
    openssl iproute2 util-linux procps passwd adduser ca-certificates
    gcc libc6-dev                                   # TLS of the tests' own client
)

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ $status == installed ]] || missing+=("$package")
done
[[ ${#missing[@]} -eq 0 ]] && exit 0

if [[ $EUID -ne 0 ]]; then
    echo "$0: these packages are missing, and only root can install them: ${missing[*]}" >&2
    exit 1
fi

# Without this file Debian's maintainer scripts would start the daemons.
guard=/usr/sbin/policy-rc.d
if [[ ! -e $guard ]]; then
    trap 'rm -f "$guard"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$guard"
    chmod 755 "$guard"
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet=2
echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
# --no-remove: another MTA that stands here already is its owner's business.
apt-get install --quiet=2 --yes --no-install-recommends --no-remove "${missing[@]}"
