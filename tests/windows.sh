#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the client for Windows and tests it under Wine: the unit tests of its parts, and that
# `shaman.exe list` gives the same answers as the program for this machine, and that a worker on Windows pulls
# checkouts and pushes frames.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

usage() {
  cat <<'EOF'
Usage: tests/windows.sh [BUILD_FOLDER [SHAMAN]]

BUILD_FOLDER   where to build for Windows (build/windows)
SHAMAN         the same program for this machine, in a build folder with the server
               (build/release/tools/shaman)

SHAMAN_CORPUS  a folder of real .blend files to list besides the demo's
Exit status 77: the compiler, Wine or a source package is missing and cannot be had here.
EOF
}

[[ ${1:-} == -h || ${1:-} == --help ]] && { usage; exit 0; }
build=${1:-build/windows}
native=${2:-build/release/tools/shaman}

tools/setup.sh --windows || { echo "windows.sh: what a Windows build needs cannot be installed" >&2; exit 77; }
tools/windows/build_dependencies.sh || exit
mkdir -p "$build"
log=$build/build.log
cmake --preset windows -B "$build" >"$log" 2>&1 || { tail -n 40 "$log"; exit 1; }
cmake --build "$build" --target shaman unit_tests >>"$log" 2>&1 ||
  { grep -E 'error|FAILED' "$log" | head -n 40; exit 1; }

# The server of this machine, and the client for Windows.
on_workers() {
  local starter native_build status=0
  native_build=$(realpath "$(dirname "$native")/..")
  starter=$(mktemp) || return
  printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$PWD/tools/windows/wine.sh" "$(realpath "$build")/tools/shaman.exe" >"$starter"
  chmod +x "$starter"
  for test in pull_test outputs_client_test; do
    echo "$test, with the client under Wine"
    SHAMAN_UNDER_WINE=1 SHAMAN_PROGRAM=$starter SHAMAN_SERVER_PROGRAM=$native_build/shaman/shaman-server \
      SHAMAN_SOURCE=$PWD SHAMAN_BUILD_FOLDER=$native_build PYTHONPATH=tests/support:tests/integration/workers:tests/integration/access:tests/integration/storage \
      PYTHONDONTWRITEBYTECODE=1 python3 "tests/integration/workers/$test.py" || status=1
  done
  rm -f "$starter"
  return "$status"
}

failed=0
# Wine's first start makes its C: drive; without that in a test's time.
tools/windows/wine.sh cmd /c ver >/dev/null || { echo "windows.sh: Wine does not start" >&2; exit 1; }
ctest --test-dir "$build" -L '^unit$' --output-on-failure --no-tests=error --timeout 600 || failed=1

if [[ -x $native ]]; then
  python3 tests/support/same_answers.py "$native" tools/windows/wine.sh "$build/tools/shaman.exe" \
    tools/demo ${SHAMAN_CORPUS:+"$SHAMAN_CORPUS"} || failed=1
  on_workers || failed=1
else
  echo "windows.sh: $native is not built; answers not compared, nothing pulled"
fi
exit "$failed"
