#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the release, starts a server on each requested kind of storage, and runs shaman-bench
# against it.
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() {
  cat <<'EOF'
Usage: tools/bench/run.sh [OPTION…] [disk | loop | shm]…

  disk  the file system that holds the build folder
  loop  a journaled ext4 in an image file on it (needs root)
  shm   memory (/dev/shm)
Without one: loop (as root) and shm. Each needs 16 GB of free space.

  --only LIST           benches to run, comma-separated (shaman-bench --list)
  --repeat N            rounds, of which the medians are printed (default 3)
  --quick               small sizes, for a quick test
  --durability WORD     as shaman-server takes it (default group)
  --json DIR            also write DIR/<storage>.json
  --server-option TEXT  one more option for shaman-server; can be repeated
  --no-build            use the programs that are already built

SHAMAN_BUILD            build folder (default: build/)
SHAMAN_SERVER_PROGRAM   with --no-build: the programs to use, if they are not in
SHAMAN_BENCH_PROGRAM    SHAMAN_BUILD/release
EOF
}

bench_options=() server_options=() storages=() json='' build_first=1 durability=group needed_gb=16
while (($#)); do
  case $1 in
    --only | --repeat) bench_options+=("$1" "${2:?$1 wants a value}"); shift ;;
    --quick) bench_options+=("$1"); needed_gb=2 ;;
    --durability) durability=${2:?--durability wants a word}; shift ;;
    --json) json=$(realpath -m "${2:?--json wants a folder}"); shift ;;
    --server-option) server_options+=("${2:?--server-option wants an option}"); shift ;;
    --no-build) build_first='' ;;
    -h | --help) usage; exit 0 ;;
    disk | loop | shm) storages+=("$1") ;;
    *) echo "run.sh: unknown word '$1'; see tools/bench/run.sh --help" >&2; exit 2 ;;
  esac
  shift
done
if ((${#storages[@]} == 0)); then
  storages=(shm)
  ((EUID == 0)) && storages=(loop shm)
fi

builds=${SHAMAN_BUILD:-$PWD/build}
build=$builds/release
if [[ $build_first ]]; then
  cmake --preset release -B "$build" >/dev/null
  cmake --build "$build" --target shaman-server shaman-bench
fi
server_program=$(realpath "${SHAMAN_SERVER_PROGRAM:-$build/shaman/shaman-server}")
bench_program=$(realpath "${SHAMAN_BENCH_PROGRAM:-$build/tools/bench/shaman-bench}")

work='' mounted=''
stop_server() {
  local pid
  [[ $work && -s $work/server.pid ]] || return 0
  pid=$(<"$work/server.pid")
  rm -f "$work/server.pid"
  kill "$pid" 2>/dev/null || return 0
  # Not a child of this shell when the bench has restarted it.
  while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
}
clean_up() {
  stop_server
  if [[ $mounted ]]; then umount "$mounted" || umount --lazy "$mounted"; mounted=''; fi
  [[ $work ]] && rm -rf "$work" "$work_in_memory"
  work='' work_in_memory=''
}
work_in_memory=''
trap clean_up EXIT
trap 'exit 130' INT TERM

# make_storage KIND: sets $storage to a new folder on that kind of storage.
make_storage() {
  mkdir -p "$builds"
  work=$(mktemp -d "$(realpath "$builds")/bench.XXXXXX")
  case $1 in
    disk) storage=$work/on-disk ;;
    loop)
      ((EUID == 0)) || { echo "run.sh: mounting an image needs root; try disk or shm" >&2; exit 2; }
      truncate -s "$((needed_gb + 8))G" "$work/image"
      mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 "$work/image"
      mkdir "$work/mount"
      mount -o loop "$work/image" "$work/mount"
      mounted=$work/mount
      storage=$mounted/bench
      ;;
    shm)
      work_in_memory=$(mktemp -d /dev/shm/shaman-bench.XXXXXX)
      storage=$work_in_memory/storage
      ;;
  esac
  mkdir "$storage"
  local free_gb
  free_gb=$(($(stat -f -c '%a * %S' "$storage") / 1000000000))
  [[ $1 == loop ]] && free_gb=$(($(stat -f -c '%a * %S' "$work") / 1000000000))
  if ((free_gb < needed_gb)); then
    echo "run.sh: $1 has $free_gb GB free, and the bench writes up to $needed_gb GB" >&2
    exit 1
  fi
}

# Writes a script that (re)starts the server and returns when it listens; the first time on any
# port, then on the same. No setsid: the kernel shares cores between sessions first (autogroup in
# sched(7)), and the waits between threads would be lost in that.
write_server_script() {
  cat >"$work/restart" <<EOF
#!/bin/bash
set -euo pipefail
cd $(printf '%q' "$work")
if [[ -s server.pid ]]; then
  pid=\$(<server.pid)
  kill "\$pid"
  while kill -0 "\$pid" 2>/dev/null; do sleep 0.05; done
fi
address=127.0.0.1:0
[[ -s address ]] && address=\$(<address)
: >server.log
$(printf '%q ' "$server_program" --storage "$storage/store" --durability "$durability" \
    --log-level info "${server_options[@]}") --listen "\$address" </dev/null >>server.log 2>&1 &
echo \$! >server.pid
for _ in {1..600}; do
  sed -n 's|.*listening on http://\(127\.0\.0\.1:[0-9]*\).*|\1|p' server.log | head -n 1 >address.new
  if [[ -s address.new ]]; then mv address.new address; exit 0; fi
  kill -0 "\$(<server.pid)" 2>/dev/null || break
  sleep 0.1
done
echo "The server did not start:" >&2
cat server.log >&2
exit 1
EOF
  chmod +x "$work/restart"
}

status=0
for kind in "${storages[@]}"; do
  make_storage "$kind"
  mkdir "$storage/scratch"
  write_server_script
  "$work/restart"
  printf '\n## %s, durability %s, %s, %s cores, Linux %s\n\n' "$kind" "$durability" \
    "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" "$(uname -r)"
  command=("$bench_program" --server "http://$(<"$work/address")" --scratch "$storage/scratch"
    --pid-file "$work/server.pid" --storage "$storage/store" --restart "$work/restart"
    --collect "$(printf '%q ' "$server_program" gc --storage "$storage/store") >/dev/null"
    "${bench_options[@]}")
  if [[ $json ]]; then
    mkdir -p "$json"
    "${command[@]}" --json "$json/$kind.json" || status=1
  else
    "${command[@]}" || status=1
  fi
  clean_up
done
exit "$status"
