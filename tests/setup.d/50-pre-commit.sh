#!/usr/bin/env bash
# pre-commit, in a folder of its own below target/: what runs the hooks in the tests.
set -euo pipefail
cd "$(dirname "$0")/../.."
where=target/pre-commit
version=4.2.0
if [[ -x $where/bin/pre-commit ]] && "$where/bin/pre-commit" --version | grep -qF "$version"; then
    exit 0
fi
if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends python3-venv
fi
if ! command -v git >/dev/null; then
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends git
fi
python3 -m venv "$where"
"$where/bin/pip" install --quiet --disable-pip-version-check "pre-commit==$version"
