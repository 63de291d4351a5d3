// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/making/identity.hpp"

#include <string_view>

#include "checkout/path_rules.hpp"
#include "store/linked_blob.hpp"

namespace shaman {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::size_t kDigits = 32;
// Keeps identities by manifest apart from random numbers.
constexpr std::string_view kByManifest = "files-";

void append_hex(std::string& out, std::uint64_t number) {
  for (int shift = 60; shift >= 0; shift -= 4)
    out += kHexDigits[(number >> static_cast<unsigned>(shift)) & 0xfU];
}

// The number in the name of the link; empty for every other entry.
std::string_view number_in(const fs::Entry& entry) {
  std::string_view name = entry.name;
  if (entry.type != fs::EntryType::link || !name.starts_with(path_rules::kIdentityPrefix))
    return {};
  name.remove_prefix(path_rules::kIdentityPrefix.size());
  const bool is_number = name.size() == kDigits && name.find_first_not_of(kHexDigits) == name.npos;
  return is_number ? name : std::string_view();
}

}  // namespace

std::string new_identity_link(fs::FileSystem& file_system) {
  std::string name(path_rules::kIdentityPrefix);
  append_hex(name, file_system.random());
  append_hex(name, file_system.random());
  return name;
}

fs::result<std::string> identity_of(fs::FileSystem& file_system, const fs::Folder& checkout) {
  const auto entries = file_system.list(checkout);
  if (!entries) return entries.error();
  // Only another program can have added a second link. The choice is always the same.
  std::string_view least;
  for (const fs::Entry& entry : *entries)
    if (const std::string_view number = number_in(entry);
        !number.empty() && (least.empty() || number < least))
      least = number;
  if (!least.empty()) return std::string(least);
  const auto manifest = linked_blob(file_system, checkout, path_rules::kManifestName);
  if (!manifest) return manifest.error();
  if (!*manifest) return std::string();
  return std::string(kByManifest) + (*manifest)->digest.hex().substr(0, kDigits);
}

}  // namespace shaman
