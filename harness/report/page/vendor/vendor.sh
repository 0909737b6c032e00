#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds vendor.js and vendor.txt again from the exact versions in package-lock.json. Needs npm and a
# registry; building deadpeer needs neither, for both results are kept in the repository.
#   vendor.sh [FOLDER]   where the results go; left out: beside this script
set -eu
here=$(cd "$(dirname "$0")" && pwd)
to=$(cd "${1:-$here}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp "$here/package.json" "$here/package-lock.json" "$here/entry.js" "$here/licences.js" "$work"
cd "$work"
npm ci --ignore-scripts --no-audit --no-fund --silent
npx --no-install esbuild entry.js --bundle --minify --format=iife --global-name=vendor \
	--target=es2022 --charset=utf8 --legal-comments=none --metafile=meta.json \
	--log-level=warning --outfile=vendor.js
node licences.js meta.json >vendor.txt
# A page holds the script inline: nothing in it may end the element.
if grep -qi '</script\|<!--' vendor.js; then
	echo "vendor.js holds </script or <!--" >&2
	exit 1
fi
cp vendor.js vendor.txt "$to"
