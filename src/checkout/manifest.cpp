// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/manifest.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

namespace shaman {
namespace {

// Paths have no control characters, so these two are all that JSON wants escaped; what could be
// escaped otherwise is not, as there must be one way only.
void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

// Takes the text from the front, if it is there.
bool take(std::string_view& rest, std::string_view expected) {
  if (!rest.starts_with(expected)) return false;
  rest.remove_prefix(expected.size());
  return true;
}

// As append_string() writes it, without the first quote.
std::optional<std::string> take_string(std::string_view& rest) {
  std::string text;
  while (!rest.empty()) {
    char c = rest.front();
    rest.remove_prefix(1);
    if (c == '"') return text;
    if (c == '\\') {
      if (rest.empty()) return std::nullopt;
      c = rest.front();
      rest.remove_prefix(1);
    }
    text += c;
  }
  return std::nullopt;
}

std::optional<std::pair<std::string, BlobId>> take_file(std::string_view& rest) {
  if (!take(rest, "{\"path\":\"")) return std::nullopt;
  auto path = take_string(rest);
  if (!path || !take(rest, ",\"sha\":\"")) return std::nullopt;
  const auto digest = Digest::from_hex(rest.substr(0, 2 * Digest::kBytes));
  rest.remove_prefix(std::min(rest.size(), 2 * Digest::kBytes));
  if (!digest || !take(rest, "\",\"size\":")) return std::nullopt;
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), size);
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (error != std::errc() || !take(rest, "}")) return std::nullopt;
  return std::pair(*std::move(path), BlobId{*digest, size});
}

}  // namespace

std::string manifest_of(std::span<const PlannedFile> files) {
  std::vector<const PlannedFile*> sorted;
  sorted.reserve(files.size());
  std::size_t bytes = 0;
  for (const PlannedFile& file : files) {
    sorted.push_back(&file);
    bytes += file.path.size() + 112;
  }
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* left, const auto* right) { return left->path < right->path; });
  std::string json;
  json.reserve(bytes);
  json += '[';
  for (const PlannedFile* const file : sorted) {
    json += json.size() == 1 ? "\n{\"path\":" : ",\n{\"path\":";
    append_string(json, file->path);
    json += ",\"sha\":\"" + file->id.digest.hex() + "\",\"size\":";
    json += std::to_string(file->id.size) + "}";
  }
  return json += "\n]\n";
}

bool read_manifest(std::string_view manifest,
                   const std::function<void(std::string path, const BlobId&)>& taken) {
  std::string_view rest = manifest;
  if (!take(rest, "[")) return false;
  for (bool is_first = true; !take(rest, "\n]\n"); is_first = false) {
    if (!take(rest, is_first ? "\n" : ",\n")) return false;
    auto file = take_file(rest);
    if (!file) return false;
    taken(std::move(file->first), file->second);
  }
  return rest.empty();
}

}  // namespace shaman
