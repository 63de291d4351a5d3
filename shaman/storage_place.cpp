// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage_place.hpp"

#include "shaman/os.hpp"
#include "shaman/text.hpp"

namespace shaman::program {
namespace {

std::string format_file_of(const std::string& folder) {
  return os::join(os::join(folder, kServersFolder), "format");
}

bool is_missing(const std::string& path) {
  const auto info = os::info(path);
  return !info && info.error().code == errc::not_found;
}

// A start makes the folder itself, but not the one that it is in.
std::string real_parent(const std::string& storage) {
  if (const auto real = os::real_path(storage)) return std::string(os::parent(*real));
  const std::string parent(os::parent(storage));
  const auto real = os::real_path(parent);
  return real ? *real : parent;
}

}  // namespace

result<void> check_ingest_folder(const std::string& folder) {
  const auto real = os::real_path(folder);
  for (std::string above = real ? *real : folder;; above = os::parent(above)) {
    if (os::info(format_file_of(above)))
      return Error{errc::invalid_argument, text::in_quotes(folder) + " is in the storage " +
                                               text::in_quotes(above) +
                                               "; name a folder outside of it"};
    if (above == "/" || above.empty()) return {};
  }
}

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

bool is_new_storage(const std::string& storage) {
  return is_missing(format_file_of(storage)) && is_missing(os::join(storage, "file-store/stored"));
}

}  // namespace shaman::program
