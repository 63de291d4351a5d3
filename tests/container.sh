#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the container's image on a Debian of its own, so that no registry of images is needed, and runs it
# as docs/admin.md says: with a volume, read-only, as another user, and without the right to write.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

usage() {
  cat <<'EOT'
Usage: tests/container.sh [--image NAME]

Builds tools/container/Dockerfile with podman and tests the image. About 12 minutes of CPU.
Needs root, podman and debootstrap (tools/setup.sh --container).

  --image NAME  test this image, which podman has already, and build none

Exit status 77: something that the test needs is missing on this machine.
EOT
}

image=''
while (($#)); do
  case $1 in
    --image) image=${2:?--image needs a name}; shift ;;
    -h | --help) usage; exit 0 ;;
    *) echo "container.sh: unknown option '$1'; see tests/container.sh --help" >&2; exit 2 ;;
  esac
  shift
done

skip() { echo "container.sh: $1: skipped"; exit 77; }
[[ $(id -u) == 0 ]] || skip "not root"
for program in podman debootstrap; do
  command -v "$program" >/dev/null || skip "$program is not installed (tools/setup.sh --container)"
done

work=$(mktemp -d)
# Images and containers of this test alone, unless an image of the machine's is to be tested.
podman=(podman --log-level error)
[[ $image ]] || podman+=(--root "$work/images" --runroot "$work/run")
limits=()
server=''
# This test runs health checks itself; podman would ask systemd for a timer.
export DISABLE_HC_SYSTEMD=true
# shellcheck disable=SC2317  # called by the trap
clean_up() {
  [[ ! $server ]] || "${podman[@]}" rm -f -t 0 "$server" >/dev/null 2>&1
  [[ $image ]] || "${podman[@]}" system reset -f >/dev/null 2>&1
  umount -R "$work"/images/* 2>/dev/null
  # What is still mounted is not ours to delete.
  rm -rf --one-file-system "$work"
}
trap clean_up EXIT
failed=0
fail() { echo "container.sh: $1" >&2; failed=1; }
give_up() { fail "$1"; exit 1; }

# --- the image --------------------------------------------------------------------------------

make_base() {
  debootstrap --variant=minbase bookworm "$work/debian" >"$work/debootstrap.log" 2>&1 ||
    skip "debootstrap cannot fetch Debian ($(tail -n 1 "$work/debootstrap.log"))"
  rm -rf "$work"/debian/var/cache/apt/archives/*.deb "$work"/debian/var/lib/apt/lists/*
  tar -C "$work/debian" -c . | "${podman[@]}" import -q - debian:12 >/dev/null || give_up "the base was not imported"
}

# With chroot isolation, the steps of the build need neither a runtime nor name spaces.
make_image() {
  image=localhost/shaman
  "${podman[@]}" build --isolation chroot --format docker --build-arg DEBIAN=localhost/debian:12 \
    --build-arg COMMIT=0123abc -f tools/container/Dockerfile -t "$image" . >"$work/build.log" 2>&1 ||
    { tail -n 40 "$work/build.log" >&2; give_up "the image was not built"; }
}

# Podman's own choice of runtime and limits does not work on each machine, such as one whose root must not
# raise limits.
find_runtime() {
  local said
  said=$(run --rm --entrypoint true "$image" 2>&1) && return
  podman+=(--runtime runc)
  limits=(--ulimit nofile=8192:8192 --ulimit nproc=8192:8192)
  run --rm --entrypoint true "$image" >/dev/null 2>&1 || skip "podman cannot run a container here ($said)"
}

inspect() { "${podman[@]}" image inspect --format "$1" "$image"; }

check_image() {
  [[ $(inspect '{{.Config.User}}') == 900:900 ]] || fail "the image's user is not 900:900"
  [[ $(inspect '{{index .Config.Labels "org.opencontainers.image.licenses"}}') == GPL-3.0-or-later ]] ||
    fail "the image does not state its licence"
  local tools
  tools=$(run --rm --entrypoint sh "$image" -c 'command -v gcc g++ cc c++ cmake ninja ld git; ls -d /source /packages /var/lib/apt/lists/* 2>/dev/null')
  [[ -z $tools ]] || fail "the image has leftovers of the build: $tools"
  echo "The image: $(($(inspect '{{.Size}}') / 1000000)) MB"
}

# --- containers -------------------------------------------------------------------------------

run() { "${podman[@]}" run "${limits[@]}" "$@"; }

# start OPTION…: a server, when it is healthy.
start() {
  server=$(run -d "$@" "$image") || give_up "the container did not start"
  for _ in {1..100}; do
    "${podman[@]}" healthcheck run "$server" >/dev/null 2>&1 && return
    sleep 0.2
  done
  "${podman[@]}" logs "$server" >&2
  give_up "the server did not become healthy"
}

# Seconds are enough: podman kills what does not stop.
stop() {
  "${podman[@]}" stop -t 10 "$server" >/dev/null 2>&1
  [[ $("${podman[@]}" inspect --format '{{.State.ExitCode}}' "$server") == 0 ]] ||
    { fail "the server did not stop cleanly on SIGTERM"; "${podman[@]}" logs "$server" >&2; }
  "${podman[@]}" rm -f "$server" >/dev/null
  server=''
}

# The demo's scene, by the client in the image: prints how many files were sent.
submit() {
  run --rm --network container:"$server" --tmpfs /tmp -e XDG_CACHE_HOME=/tmp -v "$PWD/tools/demo/scene":/scene:ro --entrypoint shaman "$image" \
    submit /scene/film/shots/shot010.blend --project /scene/film --json | tail -n 1 |
    sed -n 's/.*"uploadedFiles": *\([0-9]*\).*/\1/p'
}

# check_storage FOLDER OWNER: the checkout leads to files that belong to the owner, and its group can write to it.
check_storage() {
  local blend
  blend=$(find "$1/jobs" -name shot010.blend | head -n 1)
  [[ $blend && -s $blend ]] || { fail "there is no checkout in $1/jobs"; return; }
  [[ $(stat -L -c %u:%g "$blend") == "$2" ]] || fail "$blend does not belong to $2"
  [[ -z $(find "$1/jobs" -type d ! -perm -g=w) ]] || fail "the group cannot write to folders of checkouts"
}

test_volume() {
  local sent volume
  start -v shaman-test:/srv/shaman -p 127.0.0.1::8080
  curl -sf "http://$("${podman[@]}" port "$server" 8080)/api/v3/shaman/info" >/dev/null ||
    fail "the server cannot be reached by the published port"
  sent=$(submit)
  [[ $sent == 12 ]] || fail "12 files should have been sent, not '$sent'"
  volume=$("${podman[@]}" volume inspect --format '{{.Mountpoint}}' shaman-test)
  [[ $(stat -c %u:%g:%a "$volume") == 900:900:2775 ]] || fail "the volume is $(stat -c %u:%g:%a "$volume")"
  check_storage "$volume" 900:900
  stop
  start -v shaman-test:/srv/shaman
  sent=$(submit)
  [[ $sent == 0 ]] || fail "a new container does not know the volume's files: '$sent' were sent"
  stop
  "${podman[@]}" volume rm shaman-test >/dev/null
}

# A farm's storage, which belongs to the farm's user.
test_other_user() {
  local farm=$work/farm
  install -d -o 1234 -g 1235 -m 2775 "$farm"
  start --read-only --cap-drop ALL --user 1234:1235 -v "$farm":/srv/shaman
  [[ $(submit) == 12 ]] || fail "submitting to a mounted folder failed"
  check_storage "$farm" 1234:1235
  stop
}

test_without_rights() {
  local farm=$work/locked said status=0
  install -d -o 1234 -g 1235 -m 755 "$farm"
  said=$(run --rm -v "$farm":/srv/shaman "$image" 2>&1) || status=$?
  ((status == 2)) || fail "the server ended with status $status where it cannot write"
  grep -q '/srv/shaman.*Permission denied; the server must be allowed to' <<<"$said" || fail "this does not say what is wrong: $said"
}

chmod 755 "$work"
[[ $image ]] || { make_base && make_image; }
find_runtime
check_image
test_volume
test_other_user
test_without_rights
((failed)) || echo "container: built, filled, stopped, and run as another user"
exit "$failed"
