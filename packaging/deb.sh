#!/usr/bin/env bash
# Makes the Debian package of a built mailpol: `packaging/deb.sh BINARY OUTPUT-FOLDER`.
#
# What goes into it stands in Cargo.toml, under `package.metadata.deb`, as cargo-deb reads it; this
# script needs nothing but dpkg-deb, which compresses as DEB_COMPRESSION says (xz). Completions and manual pages come from the binary itself.
set -euo pipefail
cd "$(dirname "$0")/.."
binary=$(realpath "$1")
out=$(realpath -m "$2")

field() { # a key of a table of Cargo.toml, as one line
    awk -v table="[$1]" -v key="$2" '
        $0 == table { inside = 1; next }
        /^\[/ { inside = 0 }
        inside && index($0, key " = ") == 1 {
            value = substr($0, length(key) + 4)
            gsub(/^"|"$/, "", value)
            print value
            exit
        }' Cargo.toml
}

version=$(field package version)
architecture=$(dpkg --print-architecture)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
made=$stage/made
root=$stage/root
mkdir -p "$made/completions" "$made/man" "$root/DEBIAN"

"$binary" completions bash >"$made/completions/mailpol"
"$binary" completions zsh >"$made/completions/_mailpol"
"$binary" completions fish >"$made/completions/mailpol.fish"
"$binary" man --out "$made/man" --quiet
gzip --no-name --best "$made"/man/*.1

# Each asset: a source, a folder or a path below the root, a mode.
awk '/^assets = \[/ { inside = 1; next } inside && /^\]/ { exit } inside { print }' Cargo.toml |
    sed -n 's/^ *\["\([^"]*\)", "\([^"]*\)", "\([^"]*\)"\],$/\1\t\2\t\3/p' >"$stage/assets"
while IFS=$'\t' read -r source target mode; do
    case $source in
    target/release/mailpol) files=("$binary") ;;
    target/package/*) files=("$made"/${source#target/package/}) ;;
    *) files=($source) ;;
    esac
    for file in "${files[@]}"; do
        [[ $target == */ ]] && place=$root/$target$(basename "$file") || place=$root/$target
        install -D --mode="$mode" "$file" "$place"
    done
done <"$stage/assets"

size=$(du --summarize --apparent-size --block-size=1024 "$root/usr" | cut -f1)
cat >"$root/DEBIAN/control" <<END
Package: mailpol
Version: $version-1
Architecture: $architecture
Maintainer: $(field package.metadata.deb maintainer)
Installed-Size: $size
Depends: $(field package.metadata.deb depends)
Suggests: $(field package.metadata.deb suggests)
Section: $(field package.metadata.deb section)
Priority: $(field package.metadata.deb priority)
Description: $(field package description)
 Reads one mail policy, proves that nobody outside can relay through the
 server, and writes the complete configuration of Postfix or Exim, with the
 DNS records that go with it. What was written is read back and compared.
END
mkdir -p "$out"
package=$out/mailpol_$version-1_$architecture.deb
dpkg-deb --root-owner-group -Z"${DEB_COMPRESSION:-xz}" --build "$root" "$package" >/dev/null
echo "$package"
