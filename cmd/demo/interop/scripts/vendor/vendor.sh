#!/usr/bin/env bash
# Fetches uPlot and SortableJS from npm again, in the versions that CHECKSUMS names: they must come out byte for byte the
# same.
set -euo pipefail
cd "$(dirname "$0")"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

fetch() { # name
	local version
	version=$(sed -n "s/^# $1 \([0-9][^ ]*\)\$/\1/p" CHECKSUMS)
	(cd "$tmp" && npm pack --silent "$1@$version" >/dev/null)
	mkdir "$tmp/$1"
	tar -xzf "$tmp/$1-$version.tgz" -C "$tmp/$1"
}

fetch uplot
fetch sortablejs
install -m 644 "$tmp"/uplot/package/dist/{uPlot.esm.js,uPlot.min.css} .
install -m 644 "$tmp/uplot/package/LICENSE" LICENSE.uplot
install -m 644 "$tmp/sortablejs/package/modular/sortable.esm.js" .
install -m 644 "$tmp/sortablejs/package/LICENSE" LICENSE.sortablejs
sha256sum --check --strict CHECKSUMS
