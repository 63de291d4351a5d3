// SPDX-License-Identifier: GPL-3.0-or-later
#include "gc/gc_report.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/gc.hpp"
#include "shaman/text.hpp"
#include "shaman/units.hpp"

namespace shaman {
namespace {

std::string time_text(fs::Time time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  if (::gmtime_r(&seconds, &parts) == nullptr) return "?";
  std::string text(32, '\0');
  text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts));
  return text;
}

std::string_view name_of(GcExplanation::State state) {
  return state == GcExplanation::State::stored ? "stored" : "in-trash";
}

std::string as_json(std::string_view value) {
  std::string out = "\"";
  for (const char c : text::escape(value)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

void add(std::string& out, std::string_view name, const std::string& raw) {
  out += out.empty() ? "{" : ",";
  out.append("\"").append(name).append("\":").append(raw);
}

std::string json_of(const GcExplanation& explanation) {
  std::string users;
  for (const std::string& user : explanation.users)
    users += (users.empty() ? "" : ",") + as_json(user);
  std::string out;
  add(out, "sha", as_json(explanation.id.digest.hex()));
  add(out, "size", std::to_string(explanation.id.size));
  add(out, "state", as_json(name_of(explanation.state)));
  add(out, "marked", as_json(time_text(explanation.marked)));
  add(out, "verdict", as_json(explanation.verdict));
  add(out, "users", "[" + users + "]");
  return out + "}";
}

// What is still there, until when and why: space that was hoped for is not free yet.
std::string text_of_trash(const GcResults& results) {
  const bool is_one = results.in_trash == 1;
  std::string out = text::count_of(results.in_trash, "file", "files") + " (" +
                    units::size_text(results.in_trash_bytes) + ") " +
                    (is_one ? "remains" : "remain") + " in the trash and " +
                    (is_one ? "takes" : "take") + " space; the first collection after " +
                    time_text(*results.deletable_from) + " deletes " + (is_one ? "it" : "them") +
                    " (grace of " + units::duration_text(results.grace);
  if (results.is_grace_of_servers)
    out +=
        ", longer than given, because a server that is running or was killed may have told clients "
        "that these files are stored; stop all servers of this storage to delete files at once";
  return out + ")";
}

}  // namespace

std::string text_of_places(std::uint64_t count, const std::vector<std::string>& named) {
  constexpr std::size_t kShown = 5;
  std::string out = text::count_of(count, "place", "places") + " cannot be read: ";
  for (std::size_t i = 0; i < std::min(kShown, named.size()); ++i)
    out += (i == 0 ? "" : ", ") + named[i];
  return count > kShown ? out + ", …" : out;
}

std::string text_of_unread(const GcResults& results) {
  return text_of_places(results.unread_places, results.unreadable) +
         (results.kept_all_checkouts
              ? "; every file that was ever in a checkout is kept, as these may link to it: "
                "let the server read them, or remove them"
              : "; the files of the checkouts that they are in are kept");
}

namespace {

// What the policies let go, and what of it was left alone.
std::string text_of_old(const GcResults& results) {
  if (results.old_blobs == 0) return "No file is due for collection.";
  return text::count_of(results.old_blobs, "file is", "files are") +
         " due for collection: " + std::to_string(results.old_used) + " in use, " +
         std::to_string(results.old_unused) + " unused.";
}

std::string text_of_moves(const GcResults& results) {
  const bool is_dry = results.is_dry_run;
  return (is_dry ? "Dry run: would move " : "Moved ") +
         text::count_of(results.collected, "file", "files") + " (" +
         units::size_text(results.collected_bytes) + ") to the trash, " +
         (is_dry ? "bring back " : "brought back ") + std::to_string(results.restored) + ", and " +
         (is_dry ? "delete " : "deleted ") + std::to_string(results.deleted) + " from the trash (" +
         units::size_text(results.bytes_freed) + (is_dry ? ")." : " freed).");
}

// In a sentence; empty where there is nothing.
std::string text_of_set_aside(const GcResults& results) {
  std::string out;
  if (results.kept_bytes > 0)
    out += units::size_text(results.kept_bytes) + " from erased checkouts in jobs/.kept";
  if (results.quarantine_bytes > 0)
    out += (out.empty() ? "" : " and ") + units::size_text(results.quarantine_bytes) +
           " of damaged files in .shaman/quarantine";
  return out.empty() ? out : "No collection deletes the " + out + ".";
}

std::string text_of(const GcExplanation& explanation) {
  std::string out = explanation.id.digest.hex() + " of " +
                    text::count_of(explanation.id.size, "byte", "bytes") + " (" +
                    std::string(name_of(explanation.state)) + ", last used " +
                    time_text(explanation.marked) + ") " + explanation.verdict;
  for (const std::string& user : explanation.users)
    out += "\n  " + text::printable(user);
  return out;
}

}  // namespace

std::string to_text(const GcResults& results, std::string_view between) {
  std::vector<std::string> parts{"Checked " + text::count_of(results.blobs, "file", "files") +
                                     " (" + units::size_text(results.blob_bytes) + ") and " +
                                     text::count_of(results.links_checked, "link", "links") + ".",
                                 text_of_old(results), text_of_moves(results)};
  if (results.in_trash > 0) parts.push_back(text_of_trash(results) + ".");
  if (const std::string aside = text_of_set_aside(results); !aside.empty()) parts.push_back(aside);
  if (results.was_stopped) parts.emplace_back("Stopped before the end.");
  if (results.unread_places > 0) parts.push_back(text_of_unread(results) + ".");
  for (const GcExplanation& explanation : results.explanations)
    parts.push_back(text_of(explanation));
  std::string out;
  for (const std::string& part : parts)
    out.append(out.empty() ? "" : between).append(part);
  return out;
}

std::string to_json(const GcResults& results) {
  std::string explanations;
  for (const GcExplanation& explanation : results.explanations)
    explanations += (explanations.empty() ? "" : ",") + json_of(explanation);
  std::string unreadable;
  for (const std::string& place : results.unreadable)
    unreadable += (unreadable.empty() ? "" : ",") + as_json(place);
  std::string out;
  add(out, "symlinksChecked", std::to_string(results.links_checked));
  add(out, "blobs", std::to_string(results.blobs));
  add(out, "blobBytes", std::to_string(results.blob_bytes));
  add(out, "oldBlobs", std::to_string(results.old_blobs));
  add(out, "oldUsed", std::to_string(results.old_used));
  add(out, "oldUnused", std::to_string(results.old_unused));
  add(out, "collected", std::to_string(results.collected));
  add(out, "collectedBytes", std::to_string(results.collected_bytes));
  add(out, "restored", std::to_string(results.restored));
  add(out, "deleted", std::to_string(results.deleted));
  add(out, "bytesFreed", std::to_string(results.bytes_freed));
  add(out, "inTrash", std::to_string(results.in_trash));
  add(out, "inTrashBytes", std::to_string(results.in_trash_bytes));
  add(out, "deletableFrom",
      results.deletable_from ? as_json(time_text(*results.deletable_from)) : "null");
  add(out, "graceSeconds", std::to_string(results.grace.count()));
  add(out, "graceOfServers", results.is_grace_of_servers ? "true" : "false");
  add(out, "stopped", results.was_stopped ? "true" : "false");
  add(out, "unreadPlaces", std::to_string(results.unread_places));
  add(out, "unreadable", "[" + unreadable + "]");
  add(out, "keptAllCheckouts", results.kept_all_checkouts ? "true" : "false");
  add(out, "quarantineBytes", std::to_string(results.quarantine_bytes));
  add(out, "keptBytes", std::to_string(results.kept_bytes));
  add(out, "explanations", "[" + explanations + "]");
  return out + "}";
}

}  // namespace shaman
