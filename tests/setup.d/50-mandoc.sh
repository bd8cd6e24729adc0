#!/bin/bash
# Installs mandoc, which looks through the manual pages in the tests, on Debian 12 as root.
# Only if it is missing; no installed package is removed.
set -euo pipefail

status=$(dpkg-query --show --showformat='${db:Status-Status}' mandoc 2>/dev/null || true)
[[ $status == installed ]] && exit 0

if [[ $EUID -ne 0 ]]; then
    echo "$0: the package mandoc is missing, and only root can install it" >&2
    exit 1
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet=2
apt-get install --quiet=2 --yes --no-install-recommends --no-remove mandoc
