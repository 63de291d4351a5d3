#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs the packages that building Shaman needs and, on demand, those of its tests and checks.
set -euo pipefail

usage() {
  cat <<'EOF'
Usage: tools/setup.sh [--tests] [--blender] [--bench] [--lint] [--windows] [--container]

Installs with apt the missing packages for building Shaman on Debian 12 or 13. Quick and
silent if none is missing. Needs root or sudo only if a package is missing.

  --tests      also the packages for tests/run.sh (Python, curl, strace, mkfs, Go, lintian, other shells)
  --blender    also Blender, which judges checkouts (about 500 MB)
  --windows    also the packages for building for Windows and running under Wine (1.3 GB)
  --bench      also the programs for tools/bench: Blender, rsync, nginx and ab
  --lint       also clang-format, clang-tidy and shellcheck
  --container  also the packages for building and running an image (tests/container.sh)
EOF
}

# Libraries, compiler and build tools. GoogleTest is among them because the presets build the tests.
packages=(
  g++ cmake ninja-build pkg-config ccache git
  libssl-dev nlohmann-json3-dev libspdlog-dev libcli11-dev libyaml-cpp-dev libjwt-dev libsystemd-dev
  libsqlite3-dev prometheus-cpp-dev libzstd-dev liblz4-dev zlib1g-dev libzip-dev libutf8proc-dev
  libgtest-dev libgmock-dev
)

while (($#)); do
  case $1 in
    --tests)
      packages+=(
        python3 python3-yaml curl strace procps e2fsprogs xfsprogs nginx openssl golang-go
        binutils dpkg-dev file lintian prometheus groff-base man-db zsh fish
      )
      ;;
    --blender) packages+=(blender) ;;
    --windows)
      packages+=(g++-mingw-w64-x86-64-posix libz-mingw-w64-dev wine wine64 make perl tcl dpkg-dev)
      ;;
    --container) packages+=(podman runc netavark iptables debootstrap curl) ;;
    --bench) packages+=(blender rsync python3 nginx apache2-utils) ;;
    --lint) lint=1 ;;
    -h | --help) usage; exit 0 ;;
    *) echo "setup.sh: unknown option '$1'; see tools/setup.sh --help" >&2; exit 2 ;;
  esac
  shift
done

# Debian 12 has 1.74 under the plain name, which is too old, and 1.81 in a separate package.
# shellcheck source=/dev/null
debian=$(. /etc/os-release && echo "${VERSION_ID:-}")
if [[ $debian == 12 ]]; then
  packages+=(libboost1.81-dev)
else
  packages+=(libboost-dev)
fi

# The format depends on the version; where it is no longer packaged, tests/lint.sh says so.
if [[ ${lint:-} ]]; then
  packages+=(python3 shellcheck)
  if [[ $debian == 12 ]]; then packages+=(clang-format-14 clang-tidy-14); fi
fi

installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null |
  sed -n 's/^installed //p' || true)
missing=()
for package in "${packages[@]}"; do
  grep -qxF "$package" <<<"$installed" || missing+=("$package")
done
((${#missing[@]})) || exit 0

as_root=()
if [[ $(id -u) != 0 ]]; then
  if ! command -v sudo >/dev/null; then
    echo "setup.sh: these packages are missing, and there is no sudo to install them; as root, run:" >&2
    echo "  apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "Installing: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" >>"$log" 2>&1; }
# One unreachable source among many is not an error: only the install counts.
apt update || echo "setup.sh: 'apt-get update' was not complete; continuing with the existing lists" >&2
if ! apt install --no-install-recommends "${missing[@]}"; then
  tail -n 30 "$log" >&2
  echo "setup.sh: apt-get could not install the missing packages (its last lines are above)" >&2
  exit 1
fi
