// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/checkout_name.hpp"

#include "shaman/os.hpp"
#include "shaman/text.hpp"

namespace shaman::client {
namespace {

constexpr std::size_t kLongestComponent = 250;  // bytes; docs/protocol.md

std::string component_of(std::string_view name) {
  static constexpr std::string_view kNotAllowed = "?*:;{}\\";
  std::string clean;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_control = byte < 0x20 || byte == 0x7F;
    clean += is_control || kNotAllowed.find(c) != std::string_view::npos ? '_' : c;
  }
  if (!text::is_utf8(clean)) {
    for (char& c : clean) {
      if (static_cast<unsigned char>(c) >= 0x80) c = '_';
    }
  }
  if (clean.size() > kLongestComponent) {
    clean.resize(kLongestComponent);
    while (!text::is_utf8(clean))
      clean.pop_back();
  }
  if (clean.empty() || clean == "." || clean == "..") return "unnamed";
  return clean;
}

}  // namespace

std::string default_checkout_path(std::string_view project, std::string_view blendfile) {
  std::string_view stem = os::file_name(blendfile);
  static constexpr std::string_view kSuffix = ".blend";
  if (stem.ends_with(kSuffix) && stem.size() > kSuffix.size()) stem.remove_suffix(kSuffix.size());

  const std::string_view folder = os::file_name(project);
  if (folder.empty()) return component_of(stem);  // the project is a whole disk
  return component_of(folder) + "/" + component_of(stem);
}

}  // namespace shaman::client
