#!/bin/bash
# Installs the shells that load the completions in the tests, on Debian 12 as root.
# Only what is missing; no installed package is removed.
set -euo pipefail

missing=()
for package in zsh fish elvish; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ $status == installed ]] || missing+=("$package")
done
[[ ${#missing[@]} -eq 0 ]] && exit 0

if [[ $EUID -ne 0 ]]; then
    echo "$0: these packages are missing, and only root can install them: ${missing[*]}" >&2
    exit 1
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet=2
apt-get install --quiet=2 --yes --no-install-recommends --no-remove "${missing[@]}"
