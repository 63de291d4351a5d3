// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/journal/pending.hpp"

#include <algorithm>
#include <string>

#include "store/layout.hpp"

namespace shaman {
namespace {

// A journal is used on local disks alone, where a lock decides.
bool is_dead(fs::FileSystem& file_system, const fs::Folder& private_folder,
             const std::string& server) {
  const auto lock =
      file_system.open_file(private_folder, std::string(layout::kLocks) + "/" + server);
  if (!lock) return true;
  const auto locked = file_system.try_lock(*lock);
  return locked && locked.value();
}

}  // namespace

result<void> check_no_journal_is_pending(fs::FileSystem& file_system,
                                         const fs::Folder& private_folder) {
  const auto journals = file_system.open_folder(private_folder, layout::kJournal);
  const auto servers =
      journals ? file_system.list(*journals) : fs::result<std::vector<fs::Entry>>(journals.error());
  // Most storages have none.
  if (!servers) return {};
  if (std::ranges::none_of(*servers, [&](const fs::Entry& server) {
        return is_dead(file_system, private_folder, server.name);
      }))
    return {};
  return Error{errc::busy,
               "a server of this storage has ended without warning, and files that it stored are "
               "still in its journal (.shaman/journal): start a server, which puts them in place, "
               "and try again"};
}

}  // namespace shaman
