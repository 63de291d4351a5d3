#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the preset dist twice, in two folders, and checks that the same bytes come out, that they name
# neither folder, and that the programs are hardened.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

usage() {
  cat <<'EOT'
Usage: tests/dist.sh [--keep DIR]

Builds copies of this tree, with all changes, in two temporary folders. About 12 minutes of CPU.

  --keep DIR  move the first build's programs to DIR
EOT
}

keep=''
while (($#)); do
  case $1 in
    --keep) keep=${2:?--keep needs a folder}; shift ;;
    -h | --help) usage; exit 0 ;;
    *) echo "dist.sh: unknown option '$1'; see tests/dist.sh --help" >&2; exit 2 ;;
  esac
  shift
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
programs=(shaman/shaman-server tools/shaman)
failed=0
fail() { echo "dist.sh: $1" >&2; failed=1; }

# What one compiler's cache would hand to the second build proves nothing.
export CCACHE_DISABLE=1

build() {
  local tree=$1
  mkdir -p "$tree"
  git ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do [[ -f $file ]] && printf '%s\0' "$file"; done |
    tar c --null -T - | tar x -C "$tree" || return
  (cd "$tree" && cmake --preset dist && cmake --build --preset dist --target shaman shaman-server) \
    >"$tree.log" 2>&1 || { tail -n 40 "$tree.log" >&2; return 1; }
}

# has FILE WHAT PATTERN COMMAND…: the command's output has a line with the pattern.
has() {
  local what=$1 pattern=$2
  shift 2
  "$@" 2>/dev/null | grep -E "$pattern" >/dev/null || fail "${*: -1}: $what"
}

check_hardening() {
  local file=$1
  has "not position-independent" 'Type: +DYN' readelf -hW "$file"
  has "the relocations stay writable" 'GNU_RELRO' readelf -lW "$file"
  has "symbols are not bound at the start" 'BIND_NOW|FLAGS_1.*NOW' readelf -dW "$file"
  has "the stack is executable" 'GNU_STACK.* RW ' readelf -lW "$file"
  has "no stack protector" '__stack_chk_fail' readelf --dyn-syms -W "$file"
  has "no fortified call" '__[a-z]+_chk@' readelf --dyn-syms -W "$file"
  has "no assertions of libstdc++" '__glibcxx_assert_fail' readelf --dyn-syms -W "$file"
  if [[ $(uname -m) == x86_64 ]]; then
    has "no landing pads for indirect branches" 'endbr64' objdump -d --no-show-raw-insn "$file"
  fi
  ! readelf -dW "$file" | grep -E 'R(UN)?PATH' || fail "$file: searches libraries in the folder above"
}

one=$work/one two=$work/another/place
build "$one" || exit
build "$two" || exit
for program in "${programs[@]}"; do
  cmp "$one/build/dist/$program" "$two/build/dist/$program" || fail "$program differs from build to build"
  for folder in "$work" "$PWD"; do
    ! grep -aqF "$folder" "$one/build/dist/$program" || fail "$program names $folder"
  done
  check_hardening "$one/build/dist/$program"
done
if [[ $keep ]]; then
  { mkdir -p "$keep" && mv "${programs[@]/#/$one/build/dist/}" "$keep"; } || fail "$keep could not be written"
fi
((failed)) || echo "dist: hardened, and the same bytes from two folders"
exit "$failed"
