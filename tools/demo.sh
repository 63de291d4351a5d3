#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Shows what Shaman does: a scene is submitted, repainted in one place, and submitted again.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'EOF'
Usage: tools/demo.sh [--storage DIR] [--no-install] [--preset NAME]

Installs missing packages, builds, starts a server on a local folder, submits a .blend
whose textures and libraries are in several folders, one of them outside the project,
and shows the checkout. Then one texture is repainted and the scene submitted again.
The first build takes about 6 minutes of CPU; everything else takes seconds.

  --storage DIR  keep the server's storage in DIR (default: a temporary folder)
  --no-install   install nothing
  --preset NAME  build with this preset of CMake (default: quick)

SHAMAN_BUILD     build folder (default: build/)
EOF
}

storage='' install=1 preset=quick
while (($#)); do
  case $1 in
    --storage) storage=${2:?--storage needs a folder}; shift ;;
    --no-install) install='' ;;
    --preset) preset=${2:?--preset needs a name}; shift ;;
    -h | --help) usage; exit 0 ;;
    *) echo "demo.sh: unknown option '$1'; see tools/demo.sh --help" >&2; exit 2 ;;
  esac
  shift
done

bold='' dim='' green='' cyan='' plain=''
if [[ -t 1 ]]; then
  bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' cyan=$'\e[36m' plain=$'\e[0m'
fi
heading() { printf '\n%s── %s %s\n' "$bold$cyan" "$1" "$plain"; }
say() { printf '%s\n' "$*"; }
run() {
  printf '%s$ %s%s\n' "$dim" "$*" "$plain"
  "$@"
}
give_up() {
  printf '\ndemo.sh: %s\n' "$1" >&2
  if [[ -s ${log:-} ]]; then
    echo "The server's last words:" >&2
    tail -n 20 "$log" >&2
  fi
  exit 1
}

work=$(mktemp -d)
log=$work/server.log
server=''
clean_up() {
  if [[ $server ]]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap clean_up EXIT
storage=${storage:-$work/storage}

# --- packages and programs --------------------------------------------------------------------

# Ninja's lines scroll by in one line on a terminal. Elsewhere one line every ten seconds shows the progress.
build_programs() {
  local builder status=0 waited=0 last=''
  if [[ -t 1 ]]; then
    cmake --build "$build" --target shaman-server shaman
    return
  fi
  cmake --build "$build" --target shaman-server shaman >"$work/build.log" 2>&1 &
  builder=$!
  while kill -0 "$builder" 2>/dev/null; do
    sleep 1
    ((++waited % 10)) && continue
    last=$(grep -oE '^\[[0-9]+/[0-9]+\]' "$work/build.log" | tail -n 1 | tr -d '[]')
    say "  ${last:-0} steps of the build are done after $((SECONDS - start)) s"
  done
  wait "$builder" || status=$?
  ((status == 0)) || tail -n 80 "$work/build.log" >&2
  return "$status"
}

say "This installs missing packages, builds shaman-server and shaman, starts a server on a temporary folder,"
say "and submits a scene twice. The first build takes about 6 minutes of CPU ($(nproc) cores here), later ones"
say "and everything else take seconds."
heading "Installing and building"
[[ $install ]] && tools/setup.sh
build=${SHAMAN_BUILD:-$PWD/build}/$preset
start=$SECONDS
cmake --preset "$preset" -B "$build" >"$work/build.log" 2>&1 ||
  { tail -n 40 "$work/build.log" >&2; give_up "the build could not be configured"; }
build_programs || give_up "the build failed"
server_program=$build/shaman/shaman-server
PATH=$build/tools:$PATH
say "Built in $((SECONDS - start)) s: shaman-server and shaman."

# --- the artist's files -----------------------------------------------------------------------

# A copy, because one of its textures will change.
cp -r tools/demo/scene "$work/studio"
cd "$work/studio"
mv repainted ../repainted
# The client's memory of digests; the user's own is left alone.
export XDG_CACHE_HOME=$work/cache

heading "An artist's files"
say "The project is ${bold}film/${plain}; the chair and the sky come from the studio's ${bold}library/${plain}, outside of it."
tree() {
  # Prints "path<TAB>remark" lines, sorted by path, as a tree.
  awk -F '\t' '
    { parts = split($1, part, "/")
      for (depth = 1; depth < parts; depth++) {
        folder = ""
        for (i = 1; i <= depth; i++) folder = folder part[i] "/"
        if (!(folder in seen)) { seen[folder] = 1; printf "  %*s%s/\n", 3 * (depth - 1), "", part[depth] }
      }
      printf "  %*s%-*s %s\n", 3 * (parts - 1), "", 34 - 3 * (parts - 1), part[parts], $2 }'
}
find film library -type f -printf '%p\t%8s bytes\n' | LC_ALL=C sort | tree

# --- the server -------------------------------------------------------------------------------

heading "Starting the server"
: >"$log"
"$server_program" --storage "$storage" --listen 127.0.0.1:0 >"$log" 2>&1 &
server=$!
url=''
for _ in {1..100}; do
  url=$(sed -n 's|.*\(http://127\.0\.0\.1:[0-9]*\).*|\1|p' "$log" | head -n 1)
  [[ $url ]] && break
  kill -0 "$server" 2>/dev/null || { server=''; give_up "the server did not start"; }
  sleep 0.1
done
[[ $url ]] || give_up "the server did not log its address"
say "It listens on $url and keeps its files in $storage."
run shaman status --server "$url"

heading "What the shot depends on"
run shaman list film/shots/shot010.blend

# --- submissions ------------------------------------------------------------------------------

blobs() { (cd "$storage" && find file-store/stored -name '*.blob' | LC_ALL=C sort); }
figure() { sed -n "s/.*\"$1\": *\"\{0,1\}\([^\",}]*\).*/\1/p" "$work/answer.json"; }

# Submits the shot, and shows its checkout with the number of files sent for it.
submit() {
  blobs >"$work/before"
  run shaman submit film/shots/shot010.blend --project film --server "$url" \
    --checkout-path film/shot010 --json >"$work/output" || give_up "the submission failed"
  head -n -1 "$work/output"
  tail -n 1 "$work/output" >"$work/answer.json"
  checkout=$(figure checkoutPath)
  files=$(figure files) sent=$(figure uploadedFiles) bytes=$(figure uploadedBytes)
  [[ $checkout && -d $storage/jobs/$checkout ]] || give_up "there is no checkout $checkout"
  say
  say "The checkout ${bold}jobs/$checkout${plain}, each file a link into the store:"
  find "$storage/jobs/$checkout" -type l ! -name '.shaman-*' -printf '%P\t%l\n' |
    LC_ALL=C sort | while IFS=$'\t' read -r path target; do
    blob=file-store/${target##*file-store/}
    short=${blob:18:2}${blob:21:6}…
    if grep -qxF "$blob" "$work/before"; then
      printf '%s\t→ %s  known already\n' "$path" "$short"
    else
      printf '%s\t→ %s  %ssent%s\n' "$path" "$short" "$green" "$plain"
    fi
  done | tree
  say
  say "Sent: ${bold}$sent of $files files, $bytes bytes${plain}. What a worker opens: jobs/$checkout/$(figure blendfile)"
  local broken
  broken=$(find "$storage/jobs/$checkout" -xtype l)
  [[ -z $broken ]] || give_up "links of the checkout lead nowhere: $broken"
}

heading "First submission: everything is new"
submit
((files == 12 && sent == files)) || give_up "all 12 files should have been sent"
first=$checkout

heading "The artist repaints one texture, and submits the scene again"
run cp ../repainted/floor.png film/textures/floor.png
submit
((sent == 1)) || give_up "one file should have been sent"
[[ $checkout != "$first" ]] || give_up "the second submission took the first one's place"

heading "Stopping the server"
kill "$server"
wait "$server" || give_up "the server did not stop cleanly"
server=''
# Without the server's own links, which describe the checkouts.
kept=$(find "$storage/jobs/$first" "$storage/jobs/$checkout" -type l ! -name '.shaman-*' -printf '%l\n' |
  sed 's|.*/file-store/||' | sort -u | wc -l)
((kept == 13)) || give_up "the two checkouts should share all files but the floor"
say "The farm has both checkouts: $first with the old floor, $checkout with the new one. A name that is"
say "taken gets a few letters more. Their $((2 * files)) links lead to $kept files, each stored once."
if [[ $storage == "$work"/* ]]; then
  say
  say "This storage was temporary, and is deleted now; tools/demo.sh --storage DIR keeps one."
fi
say "How to go on with a server of your own: README.md, \"Use it\"."
