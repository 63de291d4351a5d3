// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/making/manifest.hpp"

#include <algorithm>
#include <vector>

namespace shaman {
namespace {

// Paths have no control characters, so JSON demands an escape for these two characters only. No
// other character is escaped, so that each path has one spelling.
void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
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

}  // namespace shaman
