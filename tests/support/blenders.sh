#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Gives tests the Blenders that artists use.
set -euo pipefail

usage() {
  cat <<'EOF'
Usage: tests/support/blenders.sh list                 versions that can be run now, one a line
       tests/support/blenders.sh setup [VERSION…]     make all (or these) runnable
       tests/support/blenders.sh run VERSION ARG…     run that Blender: run 5.2 -b scene.blend …
       tests/support/blenders.sh exec VERSION CMD…    run another program where that Blender lives
       tests/support/blenders.sh remove [VERSION…]    delete what setup made

  3.4             the system's own (Debian 12)
  4.3, 5.2        from Debian 13 and Debian unstable, each in a folder of its own made by debootstrap
                  as root. They see the machine's /tmp, /home, /srv, … under the same names, so that
                  paths mean the same inside and outside.
  4.2, 4.5, 5.0   the Python module bpy, by pip for Python 3.11. `run` understands only
                  -b, FILE, -P, --python-expr, --python-exit-code, -f and what follows --.

All lie below SHAMAN_BLENDERS (/var/cache/shaman-blenders), about 1 GB and 1 minute each.

Exit status 77: that version cannot be had here (not root, no mirror, another processor).
EOF
}

readonly cannot=77
cache=${SHAMAN_BLENDERS:-/var/cache/shaman-blenders}
here=$(cd "$(dirname "$0")" && pwd)

say() { echo "blenders.sh: $*" >&2; }
give_up() { say "$*"; exit "$cannot"; }

readonly installable=(4.2 4.3 4.5 5.0 5.2)

# Which release of Debian has which Blender; empty for what comes as a Python module.
release_of() {
  case $1 in
    4.3) echo trixie ;;
    5.2) echo sid ;;
    4.2 | 4.5 | 5.0) ;;
    *) give_up "nobody is known to have Blender $1" ;;
  esac
}

version_of() { sed -nE 's/^Blender ([0-9]+\.[0-9]+).*/\1/p' | head -n 1; }

system_version() {
  command -v blender >/dev/null || return 0
  # With an empty home: reading the user's settings is not ours, nor is failing on them.
  HOME=/nonexistent blender --version 2>/dev/null | version_of
}

is_ready() { [[ -f $cache/$1/.shaman-ready ]]; }

# Runnable by this user: a folder of debootstrap's takes root.
is_usable() { is_ready "$1" && { [[ ! $(release_of "$1") ]] || [[ $(id -u) == 0 ]]; }; }

list() {
  system_version
  local version
  for version in "${installable[@]}"; do
    if is_usable "$version"; then echo "$version"; fi
  done
}

# The mirror that this machine installs from: the archive of its own Debian release.
mirror() {
  local codename
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  # shellcheck disable=SC2016  # apt expands these
  apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    sed -n "s/^Debian $codename //p" | head -n 1
}

# What apt here needs to reach the mirror (a proxy) is needed inside as well.
copy_apt_settings() {
  apt-config dump --format '%F "%v";%n' Acquire::http Acquire::https Acquire::Retries 2>/dev/null |
    grep -E '^Acquire::' >"$1/etc/apt/apt.conf.d/90shaman" || true
  # Mirrors keep a release file of unstable for longer than it says.
  printf '%s\n' 'Acquire::Check-Valid-Until "false";' 'APT::Install-Recommends "false";' \
    'APT::Sandbox::User "root";' >>"$1/etc/apt/apt.conf.d/90shaman"
  # What is here can be made again at any time: no need to wait for the disk, nor for manuals.
  mkdir -p "$1/etc/dpkg/dpkg.cfg.d"
  printf '%s\n' force-unsafe-io 'path-exclude=/usr/share/doc/*' 'path-exclude=/usr/share/man/*' \
    'path-exclude=/usr/share/locale/*' >"$1/etc/dpkg/dpkg.cfg.d/90shaman"
  cp -L /etc/resolv.conf "$1/etc/resolv.conf"
}

# in_root ROOT COMMAND…: in a mount namespace of its own, so that whatever happens nothing stays mounted.
in_root() {
  # shellcheck disable=SC2016  # expanded by the inner shell
  unshare --mount --propagation private bash -euc '
    root=$1; shift
    for folder in /*/ /var/tmp/; do
      folder=${folder%/}
      case $folder in
        /bin | /boot | /etc | /lib* | /lost+found | /run | /sbin | /usr | /var) continue ;;
      esac
      [[ -L $folder ]] && continue
      mkdir -p "$root$folder"
      mount --rbind "$folder" "$root$folder"
    done
    if [[ -d $root$PWD ]]; then exec chroot "$root" env --chdir="$PWD" "$@"; fi
    exec chroot "$root" "$@"' bash "$@"
}

# The modules are compiled for exactly this Python.
python311() {
  local python
  for python in python3.11 python3; do
    if "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      command -v "$python"
      return
    fi
  done
}

# install_module VERSION FOLDER LOG
install_module() {
  local python
  python=$(python311)
  [[ $python ]] || give_up "Blender $1 comes as a module for Python 3.11, which is not here"
  # Blender fixes its settings' format with the first release: any patch level will do.
  "$python" -m pip install -q --disable-pip-version-check --no-compile --target "$2" "bpy==$1.*" \
    >"$3" 2>&1 9>&- || { tail -n 5 "$3" >&2; give_up "pip cannot install bpy $1 (log: $3)"; }
}

# install_release SUITE FOLDER LOG
install_release() {
  local suite=$1 partial=$2 log=$3 from
  [[ $(id -u) == 0 ]] || give_up "only root can set up a Debian $suite"
  [[ $(dpkg --print-architecture 2>/dev/null) == amd64 ]] || give_up "needs Debian on amd64"
  from=$(mirror)
  [[ $from ]] || give_up "apt knows no mirror of Debian; run apt-get update first"
  command -v debootstrap >/dev/null ||
    DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends debootstrap >/dev/null 2>&1 ||
    give_up "debootstrap is not installed, and apt-get cannot install it"
  debootstrap --variant=minbase --include=ca-certificates "$suite" "$partial" "$from" >"$log" 2>&1 9>&- ||
    { tail -n 5 "$log" >&2; give_up "debootstrap of $suite failed (log: $log)"; }
  copy_apt_settings "$partial"
  local get='export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
    apt-get -q update && apt-get -q -y install blender strace && apt-get clean && rm -rf /var/lib/apt/lists/*'
  in_root "$partial" bash -euc "$get" >>"$log" 2>&1 9>&- ||
    { tail -n 5 "$log" >&2; give_up "apt-get could not install Blender from $suite (log: $log)"; }
}

setup() {
  local version=$1 suite partial log=$cache/$1.log got
  is_ready "$version" && return
  suite=$(release_of "$version")
  mkdir -p "$cache"
  exec 9>"$cache/.lock"
  flock 9
  is_ready "$version" && return
  partial=$cache/$version.partial
  rm -rf "$partial"
  say "installing Blender $version into $cache/$version (1 to 2 minutes)"
  # In a process of its own, so that giving up in it leaves nothing half done.
  if [[ $suite ]]; then
    (install_release "$suite" "$partial" "$log") || { rm -rf "$partial"; exit "$cannot"; }
  else
    (install_module "$version" "$partial" "$log") || { rm -rf "$partial"; exit "$cannot"; }
  fi
  mv "$partial" "$cache/$version"
  touch "$cache/$version/.shaman-ready"
  got=$(exec_in "$version" blender --version 2>>"$log" 9>&- | version_of)
  if [[ $got != "$version" ]]; then
    rm -rf "${cache:?}/$version"
    give_up "what was installed is Blender '${got:-none}', not $version (log: $log)"
  fi
}

# exec_in VERSION COMMAND…: Blender's settings and caches go to a folder that nobody else uses.
exec_in() {
  local version=$1 home status=0
  shift
  home=$(mktemp -d)
  # shellcheck disable=SC2064  # the folder is known now, not when the trap runs
  trap "rm -rf '$home'" EXIT
  local settings=("HOME=$home" "XDG_CONFIG_HOME=$home/config" "XDG_CACHE_HOME=$home/cache"
    LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1)
  if is_usable "$version" && [[ $(release_of "$version") ]]; then
    in_root "$cache/$version" env "${settings[@]}" "$@" || status=$?
  elif is_usable "$version"; then
    # The module does not come with the program: a stand-in of that name is put in the way.
    mkdir "$home/bin"
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$(python311)" "$here/bpy_as_blender.py" >"$home/bin/blender"
    chmod +x "$home/bin/blender"
    settings+=("PYTHONPATH=$cache/$version" "PATH=$home/bin:$PATH")
    env "${settings[@]}" "$@" || status=$?
  elif [[ $version == "$(system_version)" ]]; then
    env "${settings[@]}" "$@" || status=$?
  else
    give_up "Blender $version is not here; try: tests/support/blenders.sh setup $version"
  fi
  return "$status"
}

command=${1:-}
shift || true
case $command in
  list) list ;;
  setup)
    (($#)) || set -- "${installable[@]}"
    status=0
    # In a process each: one that cannot be had is no reason to go without the other.
    for version in "$@"; do (setup "$version") || status=$?; done
    exit "$status"
    ;;
  run) exec_in "${1:?which version?}" blender "${@:2}" ;;
  exec) exec_in "${1:?which version?}" "${@:2}" ;;
  remove)
    (($#)) || set -- "${installable[@]}"
    for version in "$@"; do rm -rf "${cache:?}/$version" "$cache/$version.partial" "$cache/$version.log"; done
    ;;
  -h | --help) usage ;;
  *) usage >&2; exit 2 ;;
esac
