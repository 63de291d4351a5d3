#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes the parts of docs/ that come from the programs: the options and the picture of a session:
# tools/docs.sh build/release
set -eu
build=$(realpath "${1:?usage: tools/docs.sh BUILD_FOLDER}")
program=$build/shaman/shaman-server
tools=$(dirname "$0")
docs=$tools/../docs
"$program" --sample-config > "$docs/shaman.yaml"
{
  sed '/^<!-- generated -->$/q' "$docs/configuration.md"
  "$program" --options-as-markdown
} > "$docs/configuration.md.new"
mv "$docs/configuration.md.new" "$docs/configuration.md"
SHAMAN_SERVER_PROGRAM=$program SHAMAN_PROGRAM=$build/tools/shaman "$tools/pictures/session.py"
