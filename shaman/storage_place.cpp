// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage_place.hpp"

#include "shaman/os.hpp"
#include "shaman/text.hpp"

namespace shaman::program {
namespace {

std::string format_file_of(const std::string& folder) {
  return os::join(os::join(folder, kServersFolder), "format");
}

// A start makes the folder itself, but not the one that it is in.
std::string real_parent(const std::string& storage) {
  if (const auto real = os::real_path(storage)) return std::string(os::parent(*real));
  const std::string parent(os::parent(storage));
  const auto real = os::real_path(parent);
  return real ? *real : parent;
}

}  // namespace

result<void> check_outermost(const std::string& storage) {
  if (storage == "/") return {};
  std::string above = real_parent(storage);
  for (;; above = os::parent(above)) {
    if (os::info(format_file_of(above)))
      return Error{errc::not_a_store, "cannot use the storage folder " + text::in_quotes(storage) +
                                          ": it is inside the storage " + text::in_quotes(above) +
                                          "; use that storage, or a folder outside of it"};
    if (above == "/" || above.empty()) return {};
  }
}

}  // namespace shaman::program
