#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes a release: version, changelog, commit, tag, packages, checksums and a bill of materials.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'EOT'
Usage: tools/release.sh [--dry-run] [--output DIR] VERSION

Sets the version (1.2.3), gives CHANGELOG.md's "Unreleased" that version and today's date, commits, tags
vVERSION, builds the preset dist and its packages, and writes SHA256SUMS and an SPDX bill of materials.
The tree must be clean. Nothing is pushed.

  --dry-run     print the steps, and change nothing
  --output DIR  folder for the packages (default: build/release-VERSION)
EOT
}

dry_run='' output='' version=''
while (($#)); do
  case $1 in
    --dry-run) dry_run=1 ;;
    --output) output=${2:?--output needs a folder}; shift ;;
    -h | --help) usage; exit 0 ;;
    -*) echo "release.sh: unknown option '$1'; see tools/release.sh --help" >&2; exit 2 ;;
    *) [[ ! $version ]] || { echo "release.sh: only one version is allowed; unexpected '$1'" >&2; exit 2; }; version=$1 ;;
  esac
  shift
done

give_up() { echo "release.sh: $1" >&2; exit 1; }
# run COMMAND…: runs it or, in a dry run, prints it.
run() {
  if [[ $dry_run ]]; then printf 'would run: %s\n' "$*"; else "$@"; fi
}

[[ $version ]] || { usage >&2; exit 2; }
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || { echo "release.sh: '$version' is not a version such as 1.2.3" >&2; exit 2; }
output=${output:-$PWD/build/release-$version}
date=$(date -u +%F)

[[ -z $(git status --porcelain) ]] || give_up "the tree has changes; commit or stash them first"
! git rev-parse -q --verify "refs/tags/v$version" >/dev/null || give_up "there is a tag v$version already"
grep -q '^## Unreleased$' CHANGELOG.md || give_up "CHANGELOG.md has no line '## Unreleased'"
entries=$(sed -n '/^## Unreleased$/,/^## [0-9]/p' CHANGELOG.md | grep -c '^- ' || true)
((entries)) || give_up "CHANGELOG.md has nothing under 'Unreleased'"
[[ ! -e $output ]] || give_up "$output is there already"

set_version() {
  sed -i -E "s/^(project\(shaman VERSION )[0-9.]+/\1$version/" CMakeLists.txt
  sed -i "s/^## Unreleased\$/## Unreleased\n\n## $version ($date)/" CHANGELOG.md
}

echo "Release $version of $date, with $entries entries in CHANGELOG.md, into $output"
if [[ $dry_run ]]; then
  echo "would set the version in CMakeLists.txt to $version, and head the entries in CHANGELOG.md with '## $version ($date)'"
else
  set_version
fi
run git commit -q -m "Release $version" -- CMakeLists.txt CHANGELOG.md
run git tag -a -m "Shaman $version" "v$version"

build=$PWD/build/dist
# For the same bytes whenever this commit is built.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
run mkdir -p "$output"
run cmake --preset dist
run cmake --build --preset dist
run cpack --config "$build/CPackConfig.cmake" -B "$build/cpack"
if [[ $dry_run ]]; then
  echo "would write the source archive, the packages, shaman-$version.spdx.json and SHA256SUMS to $output"
  exit 0
fi
git archive --format=tar.gz --prefix="shaman-$version/" -o "$output/shaman-$version.tar.gz" "v$version"
mv "$build"/cpack/*.deb "$output"
tools/sbom.py --version "$version" "$build/shaman/shaman-server" "$build/tools/shaman" >"$output/shaman-$version.spdx.json"
(cd "$output" && sha256sum -- * >SHA256SUMS.new && mv SHA256SUMS.new SHA256SUMS)
echo "Done. To publish: git push origin HEAD v$version, and what is in $output"
