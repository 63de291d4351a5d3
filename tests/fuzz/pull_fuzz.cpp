// SPDX-License-Identifier: GPL-3.0-or-later
// What a pull makes of a server's manifest and contents, and of the state in a folder: no path
// leads out, nothing that is given is wrong, and what is understood is written again the same way.
#include <algorithm>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "fuzz_target.hpp"
#include "protocol/checkout_path.hpp"
#include "pull/manifest.hpp"
#include "pull/pull_state.hpp"
#include "pull/receive/content_reader.hpp"

using namespace shaman;

namespace {

void look_at(const std::vector<pull::PulledFile>& files) {
  for (const pull::PulledFile& file : files)
    if (!protocol::check_file_path(file.path)) std::abort();
  if (!std::ranges::is_sorted(files, {}, &pull::PulledFile::path)) std::abort();
}

void state(std::string_view text) {
  static_cast<void>(pull::read_state_head(text));
  const auto read = pull::read_state(text);
  if (!read) return;
  look_at(read->files);
  const auto reread = pull::read_state(pull::state_text(*read));
  if (!reread || *reread != *read) std::abort();
}

void contents(std::span<const std::byte> bytes) {
  const std::vector<BlobId> expected{
      {Sha256::of("a"), 1}, {Sha256::of(""), 0}, {Sha256::of("bc"), 2}};
  std::size_t given = 0;
  const auto is_whole = [&given](const BlobId& id, std::span<const std::byte> content) {
    if (Sha256::of(content) != id.digest || content.size() != id.size) std::abort();
    ++given;
    return result<void>();
  };
  const auto is_missing = [&given](const BlobId&) {
    ++given;
    return result<void>();
  };
  pull::ContentReader whole(expected, {is_whole, is_missing});
  const bool is_taken = whole.write(bytes).has_value();
  const std::size_t given_whole = std::exchange(given, 0);
  pull::ContentReader pieces(expected, {is_whole, is_missing});
  bool are_taken = true;
  for (std::size_t at = 0; at < bytes.size() && are_taken; ++at)
    are_taken = pieces.write(bytes.subspan(at, 1)).has_value();
  if (is_taken != are_taken || given != given_whole) std::abort();
}

}  // namespace

FUZZ_TARGET(pull) {
  const std::span<const std::uint8_t> bytes(data, size);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  state(text);
  contents(std::as_bytes(bytes));
  for (const pull::NameRules rules : {pull::NameRules{}, pull::NameRules{true, true}})
    if (const auto files = pull::read_manifest(text, rules)) look_at(*files);
  return 0;
}
