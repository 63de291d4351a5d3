// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/health/readiness.hpp"

#include <algorithm>

#include "shaman/units.hpp"

#include "base/json_writer.hpp"

namespace shaman::http {
namespace {

// A look usually takes milliseconds, but the remains of dead servers may keep it busy for long.
constexpr std::chrono::seconds kLongestLook{60};

ReadinessCheck check_server(bool is_stopping) {
  if (is_stopping) return {"server", false, "the server is stopping", {}};
  return {"server", true, "the server accepts requests", {}};
}

ReadinessCheck check_storage(const StoreHealth& store) {
  if (store.unanswered > kLongestLook)
    return {"storage",
            false,
            "the storage has not answered for " +
                units::duration_text(
                    std::chrono::duration_cast<std::chrono::seconds>(store.unanswered)) +
                "; check its disk, or the network to it",
            {}};
  if (!store.problem.empty())
    return {"storage", false, "the storage is not in its place; the server's log says more",
            store.problem};
  if (!store.may_write)
    return {"storage",
            false,
            "the server may not write to the storage: it is mounted read-only, or its access rights"
            " have changed",
            {}};
  return {"storage", true, "the storage is in its place, and the server may write to it", {}};
}

ReadinessCheck check_space(const StoreHealth& store) {
  if (store.upload_bytes == 0 || store.free_inodes == 0)
    return {"space", false,
            "the storage has no room for uploads; collect garbage, erase checkouts, or add space",
            units::size_text(store.free_bytes) + " and " + std::to_string(store.free_inodes) +
                " inodes are free on its file system"};
  return {"space", true, "the storage has room for uploads",
          units::size_text(store.upload_bytes) + " for uploads"};
}

ReadinessCheck check_journal(const JournalState& journal) {
  if (!journal.is_used)
    return {"journal", true, "this storage has no journal; each file is flushed by itself", {}};
  if (journal.is_failing)
    return {"journal",
            false,
            "the disk refused the journal; small files are flushed one by one. The server's log"
            " says more",
            {}};
  return {"journal", true, "the journal works", {}};
}

}  // namespace

std::vector<ReadinessCheck> check_readiness(const ReadinessFacts& facts) {
  std::vector<ReadinessCheck> checks{check_server(facts.is_stopping), check_storage(facts.store),
                                     check_space(facts.store), check_journal(facts.store.journal)};
  if (!facts.manager) return checks;
  if (facts.manager->empty())
    checks.push_back({"manager", true, "the Manager answers", {}});
  else
    checks.push_back({"manager", false,
                      "the Manager does not answer; start it, or check the network"
                      " to it",
                      *facts.manager});
  return checks;
}

bool is_ready(const std::vector<ReadinessCheck>& checks) {
  return std::ranges::all_of(checks, &ReadinessCheck::is_good);
}

std::string readiness_json(const std::vector<ReadinessCheck>& checks, bool has_details) {
  std::string list;
  for (const ReadinessCheck& check : checks) {
    list += list.empty() ? "[" : ",";
    JsonObject object(list);
    object.text("name", check.name)
        .text("state", check.is_good ? "ok" : "failed")
        .text("message", check.message);
    if (has_details && !check.detail.empty()) object.text("detail", check.detail);
  }
  std::string out;
  JsonObject(out)
      .text("state", is_ready(checks) ? "ready" : "not ready")
      .raw("checks", list.empty() ? "[]" : list + "]");
  return out;
}

}  // namespace shaman::http
