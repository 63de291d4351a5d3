#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Checks format, scripts and licence lines of every file that git knows; with --tidy BUILD_FOLDER also runs
# clang-tidy over what that folder compiles (slow).
set -uo pipefail
cd "$(dirname "$0")/.." || exit

failed=0
fail() { echo "lint: $1" >&2; failed=1; }

# Files that git knows and that are there: a file just moved away is no fault of the format.
files() {
  local file
  git ls-files -z --cached --others --exclude-standard -- "$@" |
    while IFS= read -r -d '' file; do [[ -f $file ]] && printf '%s\0' "$file"; done
}

check_format() {
  if ! command -v clang-format-14 >/dev/null; then
    echo "lint: clang-format-14 is not installed: format not checked"
    return
  fi
  local wrong
  wrong=$(files '*.cpp' '*.hpp' | xargs -0r clang-format-14 --dry-run 2>&1 |
    sed -n 's/^\([^:]*\):[0-9]*:[0-9]*: warning: code should be clang-formatted.*/\1/p' | sort | uniq -c)
  [[ -z $wrong ]] ||
    fail $'places that clang-format-14 -i would change:\n'"$wrong"
}

check_scripts() {
  if command -v shellcheck >/dev/null; then
    files '*.sh' .ci/run | xargs -0r shellcheck || fail "shellcheck has something to say"
  else
    echo "lint: shellcheck is not installed: shell scripts not checked"
  fi
  local cache
  cache=$(mktemp -d)
  files '*.py' | PYTHONPYCACHEPREFIX=$cache xargs -0r python3 -W error -m py_compile ||
    fail "a Python file does not compile"
  rm -rf "$cache"
}

check_licence() {
  local file
  while IFS= read -r -d '' file; do
    head -n 3 "$file" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later' ||
      fail "$file: no SPDX line at its start"
  done < <(files '*.cpp' '*.hpp' '*.py' '*.sh')
}

check_white_space() {
  files ':!LICENSE' | xargs -0r grep -nI $'\t$\| $' -- && fail "the lines above end in white space"
}

tidy() {
  local build=$1
  command -v clang-tidy-14 >/dev/null ||
    { echo "lint: clang-tidy-14 is not installed: skipped"; return; }
  [[ -f $build/compile_commands.json ]] ||
    { fail "$build has no compile_commands.json; build first"; return; }
  # clang cannot read GCC's precompiled headers, and does not know some of GCC's warnings.
  local database
  database=$(mktemp -d)
  sed -E 's/ -Winvalid-pch| -include [^ ]*cmake_pch\.hxx| -fpch-preprocess| -Wno-[a-z-]+//g' \
    "$build/compile_commands.json" >"$database/compile_commands.json"
  sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$database/compile_commands.json" |
    grep -vE '/src/net/(asio|beast)\.cpp$|cmake_pch|/_deps/' | sort -u |
    xargs -r -P "$(nproc)" -n 1 clang-tidy-14 --quiet -p "$database" 2>/dev/null ||
    fail "clang-tidy has something to say"
  rm -rf "$database"
}

if [[ ${1:-} == --tidy ]]; then
  tidy "${2:?give the build folder}"
else
  check_format
  check_scripts
  check_licence
  check_white_space
fi
exit "$failed"
