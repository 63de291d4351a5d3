#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes what docs/ has from the program's table of options: tools/docs.sh build/release/shaman/shaman-server
set -eu
program=${1:?usage: tools/docs.sh SHAMAN_SERVER_PROGRAM}
docs=$(dirname "$0")/../docs
"$program" --sample-config > "$docs/shaman.yaml"
{
  sed '/^<!-- generated -->$/q' "$docs/configuration.md"
  "$program" --options-as-markdown
} > "$docs/configuration.md.new"
mv "$docs/configuration.md.new" "$docs/configuration.md"
