#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the libraries that a Windows build of the client links statically, from Debian's source packages.
set -euo pipefail

usage() {
  cat <<'EOF'
Usage: tools/windows/build_dependencies.sh [--force]

Builds OpenSSL, SQLite, zstd, LZ4, libzip, utf8proc, yaml-cpp and GoogleTest for Windows with mingw-w64, and adds the
header-only libraries of this machine, in SHAMAN_WINDOWS_DEPS (~/.cache/shaman-windows).
About 5 minutes on 2 cores; does nothing if all exist. `tools/setup.sh --windows` installs its own
requirements. Exit status 77: the sources are not available here.
EOF
}

force=''
case ${1:-} in
  '') ;;
  --force) force=1 ;;
  -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac

here=$(cd "$(dirname "$0")/../.." && pwd)
stage=${SHAMAN_WINDOWS_DEPS:-$HOME/.cache/shaman-windows}
readonly triple=x86_64-w64-mingw32
jobs=$(nproc)

say() { echo "build_dependencies.sh: $*"; }
give_up() { say "$*" >&2; exit 77; }

for program in $triple-g++-posix cmake ninja make perl tclsh dpkg-source; do
  command -v "$program" >/dev/null ||
    give_up "$program is not installed; run tools/setup.sh --windows"
done

mkdir -p "$stage"
exec 9>"$stage/.lock"
flock 9

if [[ $force ]]; then rm -rf "${stage:?}"/{include,lib,share,bin,stamps}; fi

sources=$stage/sources
log=$stage/build.log
: >"$log"
trap 'status=$?; if ((status)); then tail -n 30 "$log" >&2; say "failed; the whole log: $log" >&2; fi' EXIT

# The source lines of the archives that this machine installs from: `LINE SUITE…`.
source_lines() {
  local codename
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  # shellcheck disable=SC2016  # apt expands these
  apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI)' 'Created-By: Packages' \
    2>/dev/null | sort -u | while read -r origin suite uri; do
    [[ $origin == Debian && $suite == "$codename"* ]] || continue
    [[ $1 == all || $suite == "$codename" ]] || continue
    echo "deb-src $uri $suite main"
  done
}

# fetch PACKAGE: its unpacked source. The newest; if the mirror lacks a part of it, that of
# the release.
fetch() {
  local package=$1 which private
  for which in all release; do
    private=$stage/apt-$which
    mkdir -p "$private/lists/partial" "$private/cache/archives/partial"
    source_lines "$which" >"$private/sources.list"
    [[ -s $private/sources.list ]] || give_up "apt knows no mirror of Debian; run apt-get update first"
    local options=(-q -o "Dir::Etc::sourcelist=$private/sources.list" -o Dir::Etc::sourceparts=/dev/null
      -o "Dir::State::lists=$private/lists" -o "Dir::Cache=$private/cache" -o APT::Sandbox::User=
      -o Acquire::Languages=none)
    [[ -f $private/.updated ]] || { apt-get "${options[@]}" update && touch "$private/.updated"; } >>"$log" 2>&1 || continue
    rm -rf "${sources:?}/$package"
    mkdir -p "$sources/$package"
    if (cd "$sources/$package" && apt-get "${options[@]}" source "$package") >>"$log" 2>&1; then
      return
    fi
  done
  give_up "the source of $package cannot be fetched"
}

# unpacked PACKAGE: the folder that `fetch` made.
unpacked() { find "$sources/$1" -mindepth 1 -maxdepth 1 -type d | head -n 1; }

build_openssl() {
  fetch openssl
  cd "$(unpacked openssl)"
  # OpenSSL reads its configuration, engines and modules from folders that are compiled in. They
  # must be ones that only an administrator of that Windows machine can write.
  local folder=C:/Windows/System32/shaman-openssl
  local folders=("OPENSSLDIR=$folder" "ENGINESDIR=$folder/engines" "MODULESDIR=$folder/modules")
  ./Configure mingw64 --cross-compile-prefix=$triple- CC=gcc-posix --prefix=/ossl --libdir=lib \
    no-shared no-tests no-engine no-dso no-module no-legacy no-autoload-config no-comp no-dtls no-cms \
    no-ts no-ct no-cmp no-srp no-psk no-idea no-seed no-rc2 no-rc4 no-des no-bf no-cast no-camellia \
    no-aria no-md4 no-mdc2 no-rmd160 no-whirlpool no-sm2 no-sm3 no-sm4 no-gost no-ssl3 no-weak-ssl-ciphers
  make -j"$jobs" "${folders[@]}" build_libs
  make "${folders[@]}" DESTDIR="$stage/openssl" install_dev
  cp -a "$stage/openssl/ossl/include/openssl" "$stage/include/"
  cp -a "$stage/openssl/ossl/lib/"*.a "$stage/lib/"
  rm -rf "$stage/openssl"
}

build_sqlite() {
  fetch sqlite3
  cd "$(unpacked sqlite3)"
  # The amalgamation is generated natively; only its one file is for Windows.
  ./configure --disable-tcl
  make sqlite3.c sqlite3.h
  $triple-gcc-posix -O2 -DSQLITE_THREADSAFE=1 -DSQLITE_DQS=0 -DSQLITE_OMIT_LOAD_EXTENSION -c sqlite3.c -o sqlite3-windows.o
  $triple-ar rcs "$stage/lib/libsqlite3.a" sqlite3-windows.o
  cp sqlite3.h "$stage/include/"
}

# cross_cmake NAME SOURCE OPTION…
cross_cmake() {
  local name=$1 source=$2
  shift 2
  SHAMAN_WINDOWS_DEPS=$stage cmake -S "$source" -B "$stage/build/$name" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_TOOLCHAIN_FILE="$here/cmake/toolchains/mingw-w64.cmake" -DCMAKE_INSTALL_PREFIX="$stage" \
    -DCMAKE_INSTALL_LIBDIR=lib "$@"
  ninja -C "$stage/build/$name" -j"$jobs" install
}

build_zstd() {
  fetch libzstd
  cross_cmake zstd "$(unpacked libzstd)/build/cmake" -DZSTD_BUILD_SHARED=OFF -DZSTD_BUILD_PROGRAMS=OFF \
    -DZSTD_BUILD_TESTS=OFF -DZSTD_LEGACY_SUPPORT=OFF
}

build_lz4() {
  fetch lz4
  cross_cmake lz4 "$(unpacked lz4)/build/cmake" -DBUILD_SHARED_LIBS=OFF -DBUILD_STATIC_LIBS=ON \
    -DLZ4_BUILD_CLI=OFF -DLZ4_BUILD_LEGACY_LZ4C=OFF
}

build_libzip() {
  fetch libzip
  cross_cmake libzip "$(unpacked libzip)" -DBUILD_SHARED_LIBS=OFF -DBUILD_TOOLS=OFF -DBUILD_REGRESS=OFF \
    -DBUILD_EXAMPLES=OFF -DBUILD_DOC=OFF -DENABLE_BZIP2=OFF -DENABLE_LZMA=OFF -DENABLE_ZSTD=OFF \
    -DENABLE_OPENSSL=OFF -DENABLE_GNUTLS=OFF -DENABLE_MBEDTLS=OFF -DENABLE_WINDOWS_CRYPTO=OFF
}

build_utf8proc() {
  fetch utf8proc
  cross_cmake utf8proc "$(unpacked utf8proc)" -DBUILD_SHARED_LIBS=OFF
}

build_yaml_cpp() {
  fetch yaml-cpp
  cross_cmake yaml-cpp "$(unpacked yaml-cpp)" -DYAML_BUILD_SHARED_LIBS=OFF -DYAML_CPP_BUILD_TESTS=OFF \
    -DYAML_CPP_BUILD_TOOLS=OFF -DYAML_CPP_BUILD_CONTRIB=OFF
}

build_googletest() {
  fetch googletest
  cross_cmake googletest "$(unpacked googletest)" -DBUILD_SHARED_LIBS=OFF
}

# Never the machine's whole include folder, which has glibc's headers: links to the needed ones.
link_headers() {
  local name
  for name in boost nlohmann spdlog fmt CLI; do
    [[ -d /usr/include/$name ]] || give_up "/usr/include/$name is missing; run tools/setup.sh"
    ln -sfn "/usr/include/$name" "$stage/include/$name"
  done
}

# stamp PACKAGE: changes with how it is built, and with the compiler.
stamp() {
  { declare -f "build_$1" cross_cmake; $triple-gcc-posix --version; cat "$here/cmake/toolchains/mingw-w64.cmake"; } |
    sha256sum
}

mkdir -p "$stage"/{include,lib,build,stamps} "$sources"
link_headers
for package in zstd lz4 sqlite libzip utf8proc yaml_cpp googletest openssl; do
  stamp=$(stamp "$package")
  if [[ -f $stage/stamps/$package && $(<"$stage/stamps/$package") == "$stamp" ]]; then continue; fi
  start=$SECONDS
  say "building $package"
  (build_"$package") >>"$log" 2>&1 9>&-
  echo "$stamp" >"$stage/stamps/$package"
  say "$package: $((SECONDS - start)) s"
done
rm -rf "$stage/build" "$sources"
