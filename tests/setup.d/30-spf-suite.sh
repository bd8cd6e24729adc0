#!/usr/bin/env bash
# The openspf test suite for RFC 7208, and pyspf as a second opinion, from pyspf's own package.
set -euo pipefail
if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends python3-venv
fi
exec "$(dirname "$0")/../spf/setup.sh"
