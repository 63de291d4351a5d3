// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/checkout_name.hpp"

#include "shaman/client/checkouts.hpp"
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

std::string why_no_component(std::string_view name) {
  if (name.empty()) return "a name between its slashes is empty";
  if (name == "." || name == "..") return "\"" + std::string(name) + "\" is not a folder's name";
  if (name.find('\\') != std::string_view::npos) return "folders are separated by \"/\"";
  if (name.size() > kLongestComponent)
    return "a name in it has more than " + std::to_string(kLongestComponent) + " bytes";
  if (!text::is_utf8(name) || name != text::printable(name))
    return "it has characters that cannot be printed";
  return {};
}

}  // namespace

result<std::string> checked_checkout_path(std::string_view given) {
  const std::string quoted = "the checkout path " + text::in_quotes(given);
  std::string_view path = given;
  while (path.ends_with('/'))
    path.remove_suffix(1);
  if (path.empty()) return Error{errc::malformed_request, quoted + " is empty"};
  std::string_view rest = path;
  for (;;) {
    const std::size_t slash = rest.find('/');
    if (const std::string why = why_no_component(rest.substr(0, slash)); !why.empty())
      return Error{errc::malformed_request,
                   quoted + " cannot be used: " + why + ". Write it like film/shot010"};
    if (slash == std::string_view::npos) return std::string(path);
    rest.remove_prefix(slash + 1);
  }
}

std::string default_checkout_path(std::string_view project, std::string_view blendfile) {
  std::string_view stem = os::file_name(blendfile);
  static constexpr std::string_view kSuffix = ".blend";
  if (stem.ends_with(kSuffix) && stem.size() > kSuffix.size()) stem.remove_suffix(kSuffix.size());

  const std::string_view folder = os::file_name(project);
  if (folder.empty()) return component_of(stem);  // the project is a whole disk
  return component_of(folder) + "/" + component_of(stem);
}

}  // namespace shaman::client
