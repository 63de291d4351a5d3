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

// The files still in the trash, until when and why: their space is not free yet.
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
        ", longer than configured, because a server that is running or was killed may have told "
        "clients that these files are stored; to delete files at once, run gc with --min-age " +
        units::duration_option(results.min_age_of_servers) +
        ", which keeps those that were used since then, or stop all servers of this storage and "
        "run it again";
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
  const bool is_one = results.unread_places == 1;
  const std::string places = text_of_places(results.unread_places, results.unreadable);
  if (!results.kept_all_checkouts)
    return places + "; the files of " + (is_one ? "its checkout" : "their checkouts") + " are kept";
  return places + "; every file that was ever in a checkout is kept, because " +
         (is_one ? "this place may link to it: let the server read it, or remove it"
                 : "these may link to it: let the server read them, or remove them");
}

std::string text_of_shortfall(const GcResults& results, const GcOptions& options) {
  const GcShortfall& by = results.shortfall;
  std::string goals;
  const auto add_goal = [&](const char* policy, const std::string& goal, const std::string& lack) {
    goals += (goals.empty() ? "" : ", and ") + std::string(policy) + " (" + goal +
             ") was missed by " + lack;
  };
  if (by.free_bytes > 0)
    add_goal("min-free", units::size_text(options.min_free_space), units::size_text(by.free_bytes));
  if (by.free_inodes > 0)
    add_goal("min-free-inodes", std::to_string(options.min_free_inodes),
             text::count_of(by.free_inodes, "inode", "inodes"));
  if (by.store_bytes > 0)
    add_goal("max-store-size", units::size_text(options.max_store_size),
             units::size_text(by.store_bytes));
  std::string kept = "of the stored files, " + units::size_text(results.used_bytes) +
                     " are in use, and " + units::size_text(results.young_bytes) +
                     " were used less than " + units::duration_text(options.min_age) +
                     " ago (min-age)";
  if (results.in_trash > 0)
    kept += "; " + units::size_text(results.in_trash_bytes) + " remain in the trash";
  return goals + ": " + kept + "; erase or unpin checkouts to free more";
}

namespace {

// The blobs that the policies let go, and those of them that were kept.
std::string text_of_old(const GcResults& results) {
  if (results.old_blobs == 0) return "No file is old enough to be collected.";
  return text::count_of(results.old_blobs, "file is", "files are") +
         " old enough to be collected: " + std::to_string(results.old_used) + " in use, " +
         std::to_string(results.old_unused) + " unused.";
}

std::string text_of_moves(const GcResults& results) {
  const bool is_dry = results.is_dry_run;
  return (is_dry ? "Dry run: would move " : "Moved ") +
         text::count_of(results.collected, "file", "files") + " (" +
         units::size_text(results.collected_bytes) + ") to the trash, " +
         (is_dry ? "bring back " : "brought back ") + std::to_string(results.restored) +
         (results.restored > 0 ? " (in use, or used less than min-age ago), and " : ", and ") +
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
  add(out, "missedFreeBytes", std::to_string(results.shortfall.free_bytes));
  add(out, "missedFreeInodes", std::to_string(results.shortfall.free_inodes));
  add(out, "excessStoreBytes", std::to_string(results.shortfall.store_bytes));
  add(out, "usedBytes", std::to_string(results.used_bytes));
  add(out, "youngBytes", std::to_string(results.young_bytes));
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
