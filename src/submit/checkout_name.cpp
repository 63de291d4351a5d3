// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/checkout_name.hpp"

#include "shaman/client/checkouts.hpp"
#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "protocol/checkout_path.hpp"

namespace shaman::client {
namespace {

std::string component_of(std::string_view name) {
  std::string clean(name);
  if (!text::is_utf8(clean)) {
    for (char& c : clean) {
      if (static_cast<unsigned char>(c) >= 0x80) c = '_';
    }
  }
  if (clean.size() > protocol::kMaxComponent) {
    clean.resize(protocol::kMaxComponent);
    while (!text::is_utf8(clean))
      clean.pop_back();
  }
  const auto path = protocol::checkout_path(clean);
  return path ? *path : "unnamed";
}

}  // namespace

// Also rejects characters that the server would change: the path would not be the requested one.
result<std::string> checked_checkout_path(std::string_view given) {
  const std::string_view path = protocol::without_last_slashes(given);
  const auto refused = [](const std::string& why) {
    return Error{errc::invalid_argument, why + ". Write it like film/shot010"};
  };
  auto checked = protocol::checkout_path(path);
  if (!checked) return refused(checked.error().message());
  const std::string quoted = "the checkout path " + text::in_quotes(given);
  if (*checked != path)
    return refused(quoted + " has characters that a checkout cannot have; the server would make " +
                   text::in_quotes(*checked) + " of it");
  if (path != text::printable(path))
    return refused(quoted + " has characters that cannot be printed");
  return checked;
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
