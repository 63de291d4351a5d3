// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/shared_storage.hpp"

#include <optional>
#include <utility>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

namespace shaman::tools {
namespace {

// The part of the path below the folder, by whichever links; nothing if it is not below.
std::optional<std::string> below(const std::string& folder, const std::string& path) {
  const std::string prefix = folder + (folder.ends_with('/') ? "" : "/");
  if (path.starts_with(prefix)) return path.substr(prefix.size());
  const auto real_folder = os::real_path(folder);
  const auto real = os::real_path(path);
  if (!real_folder || !real || !real->starts_with(*real_folder + "/")) return std::nullopt;
  return real->substr(real_folder->size() + 1);
}

}  // namespace

result<SharedStorageJob> find_on_shared_storage(manager::Manager& manager,
                                                const std::string& blendfile) {
  const auto shared = manager.shared_storage("users", manager::this_platform());
  if (!shared) return shared.error();
  SharedStorageJob place;
  place.storage = shared->root();
  auto trace = trace::trace(blendfile);
  if (!trace) return trace.error();
  place.trace = *std::move(trace);
  const auto own = below(place.storage, place.trace.blendfile);
  if (place.storage.empty() || !own)
    return Error{errc::invalid_argument,
                 text::printable(place.trace.blendfile) +
                     " is not on the farm's shared storage, which is at " +
                     text::in_quotes(place.storage) +
                     " on this machine: move the project there, or leave out --no-shaman"};
  place.blendfile = os::join(place.storage, *own);
  for (const std::string& file : place.trace.files())
    if (!below(place.storage, file)) place.outside.push_back(file);
  return place;
}

}  // namespace shaman::tools
