#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the scenes that the tracer is judged by: generate.sh VERSION FOLDER [MAKER…]
# Below FOLDER, each maker has a folder; beside each .blend is what it needs (scene_kit.py).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
version=${1:?which Blender? see tests/support/blenders.sh list}
mkdir -p "${2:?into which folder?}"
folder=$(realpath "$2")
shift 2
if ((! $#)); then
  for maker in "$here"/make_*.py; do set -- "$@" "$(basename "$maker" .py)"; done
fi
log=$folder/generate.log
for maker in "$@"; do
  if ! "$here/../support/blenders.sh" run "$version" -b --factory-startup --python-exit-code 3 \
    -P "$here/$maker.py" -- "$folder" >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "generate.sh: Blender $version failed in $maker.py (log: $log)" >&2
    exit 1
  fi
done
