#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds, and runs the tests. Goes on after a failure, and tells at the end.
# shellcheck disable=SC2317  # the functions are called through step
set -uo pipefail
cd "$(dirname "$0")/.." || exit

usage() {
  cat <<'EOF'
Usage: tests/run.sh [--full] [--nightly] [--no-blender] [--no-install]

Builds the programs and runs every test; then, with AddressSanitizer and
UndefinedBehaviorSanitizer, the unit tests and the fuzz corpus of what reads files and requests.
About 15 minutes on 2 cores.

  --full        as released (-O2), and every test with ASan+UBSan and with ThreadSanitizer too,
                which takes hours; clang-tidy, Blender 4.2 to 5.2, the hardened build, the
                packages, the container's image, and the client for Windows, tested under Wine
  --nightly     --full, with the tests that take longer
  --no-blender  do not install Blender; tests that need it are skipped where it is missing
  --no-install  install nothing

SHAMAN_CORPUS   a folder of real .blend files; without it, tests that need them are skipped
SHAMAN_BUILD    where to build (default: build/)
EOF
}

full='' nightly='' blender=1 install=1
while (($#)); do
  case $1 in
    --full) full=1 ;;
    --nightly) full=1 nightly=1 ;;
    --no-blender) blender='' ;;
    --no-install) install='' ;;
    -h | --help) usage; exit 0 ;;
    *) echo "run.sh: unknown option '$1'; see tests/run.sh --help" >&2; exit 2 ;;
  esac
  shift
done

builds=${SHAMAN_BUILD:-$PWD/build}
logs=$builds/test-logs
mkdir -p "$logs"
[[ $nightly ]] && export SHAMAN_NIGHTLY=1
# A test that forgets to say where its cache or configuration is must not read or spoil the user's.
cache=$(mktemp -d)
export XDG_CACHE_HOME=$cache XDG_CONFIG_HOME=$cache
# ccache would follow XDG_CACHE_HOME into the folder that is thrown away.
export CCACHE_DIR=${CCACHE_DIR:-$HOME/.cache/ccache}
trap 'rm -rf "$cache"' EXIT

summary=() closing=() failed=0

# step NAME COMMAND…: runs one step under a heading and remembers how it ended.
step() {
  local name=$1 start=$SECONDS status=0
  shift
  printf '\n━━━ %s\n' "$name"
  "$@" || status=$?
  local took=$((SECONDS - start))
  if ((status == 0)); then
    summary+=("ok      $(printf '%4d s  %s' "$took" "$name")")
  else
    summary+=("FAILED  $(printf '%4d s  %s' "$took" "$name")")
    failed=1
  fi
  return "$status"
}

# build PRESET [TARGET…]
build() {
  local preset=$1
  shift
  cmake --preset "$preset" -B "$builds/$preset" >"$logs/configure-$preset.log" 2>&1 ||
    { tail -n 40 "$logs/configure-$preset.log"; return 1; }
  # Ninja's lines scroll by in one line on a terminal; elsewhere only failures are worth reading.
  if [[ -t 1 ]]; then
    cmake --build "$builds/$preset" ${1:+--target "$@"}
  else
    cmake --build "$builds/$preset" ${1:+--target "$@"} >"$logs/build-$preset.log" 2>&1 ||
      { grep -vE '^\[[0-9]+/[0-9]+\]' "$logs/build-$preset.log" | tail -n 80; return 1; }
    tail -n 1 "$logs/build-$preset.log"
  fi
}

# reasons_of_skipped LOG: what ctest leaves out of its output. A program of which only some tests are skipped tells them
# in its own words.
reasons_of_skipped() {
  local found
  found=$(awk '/ Testing: / { name = $NF } /^skipped: / { print "  " name " was " $0 }' "$1")
  [[ -z $found ]] || printf '\nSkipped:\n%s\n' "$found"
}

# tests PRESET [CTEST OPTION…]: keeps ctest's closing lines for the summary. Three times as many tests as cores run at
# once, because most wait for more than half of their time.
tests() {
  local preset=$1 status=0
  shift
  ctest --test-dir "$builds/$preset" --output-on-failure --no-tests=error -j "$((3 * $(nproc)))" \
    --timeout 600 "$@" 2>&1 | tee "$logs/ctest-$preset.log" || status=$?
  reasons_of_skipped "$builds/$preset/Testing/Temporary/LastTest.log"
  closing+=("$preset: $(grep -E '^[0-9]+% tests passed' "$logs/ctest-$preset.log" || echo 'no test was run')")
  return "$status"
}

# unless_skipped COMMAND…: a script that lacks what it needs says so (status 77), and nothing else is lost.
unless_skipped() {
  local status=0
  "$@" || status=$?
  ((status == 77)) || return "$status"
}

export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1

if [[ $install ]]; then
  step "Install what is missing" tools/setup.sh --tests --lint ${blender:+--blender} ${full:+--container} || exit 1
fi
[[ ${SHAMAN_CORPUS:-} ]] || echo "SHAMAN_CORPUS is not set: tests on a collection of real .blend files are skipped."

step "Format and scripts" tests/lint.sh
# As a unity build without line numbers, which takes a third of the time. clang-tidy needs each source by itself.
release=check
[[ $full ]] && release=release
if step "Build" build "$release"; then
  # With every Blender that artists use, where that many tests are wanted.
  every=(-LE '^full$')
  [[ $full ]] && every=()
  SHAMAN_ALL_BLENDERS=${full:+1} step "All tests" tests "$release" "${every[@]}"
  # With --full as users run it, with a build of its own.
  demo=(--preset "$release")
  [[ $full ]] && demo=()
  SHAMAN_BUILD=$builds step "The demo" tools/demo.sh --no-install "${demo[@]}"
fi
if [[ $full ]]; then
  step "clang-tidy" tests/lint.sh --tidy "$builds/release"
  step "ASan+UBSan: build" build asan && step "ASan+UBSan: all tests" tests asan
  step "TSan: build" build tsan && step "TSan: all tests" tests tsan
  step "Dist: hardened and reproducible" tests/dist.sh
  SHAMAN_BUILD=$builds step "Packages" tests/package.sh
  step "Container" unless_skipped tests/container.sh
  step "Windows: build, tests under Wine" unless_skipped tests/windows.sh "$builds/windows" "$builds/release/tools/shaman"
else
  # Where memory errors come from: what strangers write. Building the other tests again would take six minutes.
  # Without the corpus, which takes minutes here and was read above.
  unset SHAMAN_CORPUS
  step "ASan+UBSan: build the readers' tests" build asan input_tests &&
    step "ASan+UBSan: the readers' tests" tests asan -L '^input$'
fi

printf '\n━━━ Summary (logs in %s)\n' "$logs"
printf '%s\n' "${summary[@]}"
if ((failed)); then echo "Something failed: see above."; else echo "All is well."; fi
# Last, so that whoever looks only at the end sees how many tests there were.
printf '%s\n' "${closing[@]}"
exit "$failed"
