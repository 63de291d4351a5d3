#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the Debian packages, has lintian look at them, and installs, starts, upgrades and purges them in a
# copy of this machine's system that is thrown away.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

usage() {
  cat <<'EOT'
Usage: tests/package.sh [--packages DIR]

Builds the preset dist and its packages, and tests them.

  --packages DIR  leave the packages in DIR (default: a temporary folder)

SHAMAN_BUILD      where to build (default: build/)
EOT
}

packages=''
while (($#)); do
  case $1 in
    --packages) packages=${2:?--packages needs a folder}; shift ;;
    -h | --help) usage; exit 0 ;;
    *) echo "package.sh: unknown option '$1'; see tests/package.sh --help" >&2; exit 2 ;;
  esac
  shift
done

build=${SHAMAN_BUILD:-$PWD/build}/dist
# Root mounts in a name space of its own, so that nothing stays mounted however this ends.
if [[ $(id -u) == 0 && ! ${SHAMAN_PACKAGE_UNSHARED:-} ]]; then
  SHAMAN_PACKAGE_UNSHARED=1 exec unshare --mount -- tests/package.sh ${packages:+--packages "$packages"}
fi

work=$(mktemp -d)
# shellcheck disable=SC2317  # called by the trap
clean_up() {
  umount -R "$work/root" "$work/layer" 2>/dev/null
  # What is still mounted is not ours to delete.
  rm -rf --one-file-system "$work"
}
trap clean_up EXIT
packages=${packages:-$work/packages}
failed=0
fail() { echo "package.sh: $1" >&2; failed=1; }

build_packages() {
  mkdir -p "$packages" || return
  if ! { cmake --preset dist -B "$build" && cmake --build "$build" &&
    cpack --config "$build/CPackConfig.cmake" -B "$work/cpack"; } >"$work/build.log" 2>&1; then
    tail -n 40 "$work/build.log" >&2
    return 1
  fi
  mv "$work"/cpack/*.deb "$packages"
}

package() { find "$packages" -name "$1_*.deb"; }

check_with_lintian() {
  command -v lintian >/dev/null || { echo "package.sh: lintian is not installed: skipped"; return; }
  # Packages of a farm close no bug of Debian's; a library of LTO objects and machine code is meant so.
  lintian --allow-root --fail-on error \
    --suppress-tags initial-upload-closes-no-bugs,unstripped-static-library,bogus-mail-host "$packages"/*.deb ||
    fail "lintian found errors"
}

# --- in the copy ------------------------------------------------------------------------------

# What is written goes to a layer above the machine's own file system. Nothing in it sees systemd.
make_root() {
  [[ $(id -u) == 0 ]] || { echo "package.sh: not root: installation skipped"; return 1; }
  root=$work/root
  mkdir -p "$root" "$work/layer"
  # On a file system of its own, as not every one can be a layer.
  if ! { mount -t tmpfs none "$work/layer" && mkdir "$work/layer/upper" "$work/layer/work" &&
    mount -t overlay overlay -o "lowerdir=/,upperdir=$work/layer/upper,workdir=$work/layer/work" "$root"; }; then
    echo "package.sh: this machine has no overlay file system: installation skipped"
    return 1
  fi
  mount -t proc proc "$root/proc" && mount --bind /dev "$root/dev" && mount -t tmpfs tmpfs "$root/run" &&
    mount -t tmpfs tmpfs "$root/tmp" && cp "$packages"/*.deb "$root/tmp"
}

inside() { chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"; }

# Starts the server as the unit would, and asks it by the client.
check_server() {
  local port='' server
  chroot --userspec=shaman:shaman "$root" shaman-server --config /etc/shaman/shaman.yaml --listen 127.0.0.1:0 \
    --port-file /var/lib/shaman/port >"$work/server.log" 2>&1 &
  server=$!
  for _ in {1..100}; do
    port=$(cat "$root/var/lib/shaman/port" 2>/dev/null) && [[ $port ]] && break
    sleep 0.1
  done
  inside shaman status --server "http://127.0.0.1:$port" >/dev/null ||
    { fail "the server that was installed does not answer"; cat "$work/server.log" >&2; }
  kill "$server"
  wait "$server" || fail "the server did not stop cleanly"
  rm -f "$root/var/lib/shaman/port"
}

check_unit() {
  command -v systemd-analyze >/dev/null || return 0
  # What it says of other units is none of this.
  systemd-analyze verify --man=no --root="$root" shaman-server.service 2>&1 | grep -i shaman >"$work/verify.log"
  [[ ! -s $work/verify.log ]] || { fail "systemd-analyze finds fault with the unit"; cat "$work/verify.log" >&2; }
}

# The same package with the next version.
next_version() {
  local tree=$work/next
  dpkg-deb -R "$(package shaman-server)" "$tree" &&
    sed -i 's/^Version: .*/&+next/' "$tree/DEBIAN/control" && echo "# Of the next version." >>"$tree/etc/shaman/shaman.yaml" &&
    dpkg-deb --root-owner-group -b "$tree" "$root/tmp/next.deb" >/dev/null
}

test_installation() {
  make_root || return 0
  cd "$work" || return
  inside sh -c 'cd /tmp && dpkg --install shaman-server_*.deb shaman_*.deb' >"$work/install.log" 2>&1 ||
    { fail "installing failed"; cat "$work/install.log" >&2; return; }
  inside getent passwd shaman >/dev/null || fail "there is no user shaman"
  [[ $(inside stat -c %U:%G:%a /var/lib/shaman) == shaman:shaman:2775 ]] || fail "/var/lib/shaman is not as it should be"
  check_unit
  check_server

  echo "# Changed by the admin." >>"$root/etc/shaman/shaman.yaml"
  if ! { next_version && inside dpkg --force-confold --install /tmp/next.deb; } >"$work/upgrade.log" 2>&1; then
    fail "the upgrade failed"
    cat "$work/upgrade.log" >&2
  fi
  grep -q "Changed by the admin" "$root/etc/shaman/shaman.yaml" || fail "the upgrade lost the admin's configuration"
  check_server

  inside dpkg --purge shaman-server shaman >"$work/purge.log" 2>&1 || { fail "purging failed"; cat "$work/purge.log" >&2; }
  [[ ! -e $root/etc/shaman && ! -e $root/usr/bin/shaman-server ]] || fail "purging left something behind"
  [[ -d $root/var/lib/shaman/file-store ]] || fail "purging erased the storage"
  ((failed)) || echo "package: installed, started, upgraded and purged"
}

build_packages || exit
(cd "$packages" && ls -l ./*.deb)
check_with_lintian
test_installation
exit "$failed"
