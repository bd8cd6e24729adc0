#!/bin/sh
# Brings what the SPF tests compare with: the RFC 7208 suite of openspf (inside pyspf's source
# archive, BSD) and pyspf itself. All of it goes below target/ and is not part of this package.
set -eu

cd "$(dirname "$0")/../.."
directory=target/spf-suite
version=2.0.14
mkdir -p "$directory"

if [ ! -x "$directory/venv/bin/python" ]; then
    python3 -m venv "$directory/venv"
fi
python="$directory/venv/bin/python"

# The archive is unpacked, not installed: the suite is only in the archive.
if [ ! -f "$directory/pyspf-$version/spf.py" ]; then
    "$python" -m pip download --quiet --disable-pip-version-check --no-binary :all: --no-deps \
        --dest "$directory" "pyspf==$version"
    tar -xzf "$directory/pyspf-$version.tar.gz" -C "$directory"
fi
if ! "$python" -c 'import yaml' 2>/dev/null; then
    "$python" -m pip install --quiet --disable-pip-version-check PyYAML
fi

"$python" tests/spf/suite_to_json.py "$directory/pyspf-$version/test/rfc7208-tests.yml" \
    > "$directory/rfc7208-tests.json.new"
mv "$directory/rfc7208-tests.json.new" "$directory/rfc7208-tests.json"
