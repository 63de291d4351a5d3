// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/submit_preview.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "shaman/text.hpp"
#include "shaman/units.hpp"

#include "base/utc.hpp"
#include "protocol/names.hpp"
#include "report/local_time.hpp"
#include "report/scene_warnings.hpp"
#include "scene_warnings.hpp"
#include "submit_report.hpp"

namespace shaman::tools {

using client::Preview;
using client::PreviewFile;
using nlohmann::json;

namespace {

constexpr std::size_t kMostOutside = 20;
constexpr std::size_t kMostLibraries = 10;
constexpr std::int64_t kNanoseconds = 1'000'000'000;

std::string utc_time(std::int64_t nanoseconds) {
  return utc_text(
      std::chrono::system_clock::time_point(std::chrono::seconds(nanoseconds / kNanoseconds)));
}

json files_json(const std::vector<PreviewFile>& files) {
  json array = json::array();
  for (const PreviewFile& file : files)
    array.push_back(
        {{"path", json_text(file.source)}, {"place", file.place}, {"bytes", file.bytes}});
  return array;
}

json farm_json(const Preview& preview) {
  if (!preview.farm) return nullptr;
  return {{"name", preview.farm->server.name},
          {"version", preview.farm->server.version},
          {"storedFiles", preview.farm->stored_files},
          {"storedBytes", preview.farm->stored_bytes},
          {"toSendFiles", preview.farm->to_send_files},
          {"toSendBytes", preview.farm->to_send_bytes},
          {"duplicateFiles", preview.farm->duplicate_files}};
}

std::string and_more(std::size_t count, std::size_t shown) {
  if (count <= shown) return {};
  return "  and " + std::to_string(count - shown) + " more; --json lists all\n";
}

std::string file_lines(const std::vector<PreviewFile>& files, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < files.size() && i < most; ++i)
    out += "  " + units::size_text(files[i].bytes) + "  " + text::printable(files[i].source) + "\n";
  return out + and_more(files.size(), most);
}

std::string outside_text(const Preview& preview) {
  if (preview.outside.empty()) return {};
  std::uint64_t bytes = 0;
  for (const PreviewFile& file : preview.outside)
    bytes += file.bytes;
  const std::string hint =
      preview.project_hint.empty() ? "" : "Hint: " + preview.project_hint + "\n";
  return hint + text::count_of(preview.outside.size(), "file", "files") +
         " from outside the project would be included (" + units::size_text(bytes) + "):\n" +
         file_lines(preview.outside, kMostOutside);
}

std::string names_text(const Preview& preview) {
  if (preview.name_warnings.empty()) return {};
  std::string out = "Names that some workers cannot use:\n";
  for (const std::string& warning : preview.name_warnings)
    out += "  " + warning + "\n";
  return out;
}

std::string newer_libraries_text(std::size_t count) {
  return text::count_of(count, "library is", "libraries are") + " newer than the .blend; " +
         (count == 1 ? "its current version" : "their current versions") + " would be sent:\n";
}

std::string saved_text(const client::SaveState& saved) {
  std::string out = "Saved:       " + local_time(saved.saved_at_ns / kNanoseconds);
  out += saved.doubts.empty() ? "; no newer autosave, backup or unfinished save was found"
                              : "; there may be newer changes:";
  out += "\n";
  for (const std::string& doubt : saved.doubts)
    out += "  " + doubt + "\n";
  out += "  (unsaved changes in an open Blender cannot be detected)\n";
  if (saved.newer_libraries.empty()) return out;
  out += newer_libraries_text(saved.newer_libraries.size());
  for (std::size_t i = 0; i < saved.newer_libraries.size() && i < kMostLibraries; ++i)
    out += "  " + text::printable(saved.newer_libraries[i]) + "\n";
  return out + and_more(saved.newer_libraries.size(), kMostLibraries);
}

std::string amount(std::uint64_t files, std::uint64_t bytes) {
  return text::count_of(files, "file", "files") + ", " + units::size_text(bytes);
}

std::string farm_text(const Preview& preview) {
  if (!preview.farm)
    return "Farm has:    unknown (" + preview.no_farm + ")\nTo send:     at most all of it\n";
  // What is sent may be packed, or only what is new of a .blend.
  const std::string most = preview.farm->to_send_bytes == 0 ? "" : "at most ";
  return "Farm has:    " + amount(preview.farm->stored_files, preview.farm->stored_bytes) + "\n" +
         duplicates_line("Duplicates:  ", preview.farm->duplicate_files) + "To send:     " + most +
         amount(preview.farm->to_send_files, preview.farm->to_send_bytes) + "\n";
}

// Nobody can know which paths will be taken when the checkout is made.
std::string checkout_text(const Preview& preview, bool may_reuse) {
  const std::string line = "Checkout:    " + text::printable(preview.checkout_path);
  const std::string other = text::printable(preview.checkout_path) + "-k3x9";
  if (!preview.is_path_taken)
    return line + "; if this path is taken, the server appends four characters (" + other + ")\n";
  const bool keeps = may_reuse && preview.farm && preview.farm->to_send_files == 0 &&
                     preview.farm->server.has(protocol::kReuses);
  return line + " is taken; " +
         (keeps ? "if nothing has changed, the server keeps it, otherwise it" : "the server") +
         " appends four characters (" + other + ")\n";
}

}  // namespace

json preview_json(const Preview& preview) {
  json object{{"schema", 1},
              {"dryRun", true},
              {"checkoutPath", preview.checkout_path},
              {"checkoutPathTaken", preview.is_path_taken},
              {"blendfile", preview.blendfile_place},
              {"project", json_text(preview.project)},
              {"files", preview.files},
              {"bytes", preview.bytes},
              {"farm", farm_json(preview)},
              {"largest", files_json(preview.largest)},
              {"outside", files_json(preview.outside)},
              {"names", json_texts(preview.name_warnings)},
              {"saved",
               {{"at", utc_time(preview.saved.saved_at_ns)},
                {"doubts", json_texts(preview.saved.doubts)},
                {"newerLibraries", json_texts(preview.saved.newer_libraries)}}}};
  if (!preview.project_hint.empty()) object["projectHint"] = json_text(preview.project_hint);
  if (!preview.farm) object["farmUnknown"] = json_text(preview.no_farm);
  add_warnings(object, warnings_of(preview));
  return object;
}

SceneWarnings warnings_of(const client::Preview& preview) {
  return {preview.warnings, preview.problems, preview.suspicious, preview.missing};
}

std::string preview_warnings(const Preview& preview) {
  return warnings_text(warnings_of(preview), kMostLinesOfFiles, Mood::would_be);
}

std::string preview_text(const Preview& preview, const std::string& job) {
  std::string out = preview_warnings(preview);
  out += outside_text(preview);
  out += names_text(preview);
  out += "Largest:\n" + file_lines(preview.largest, preview.largest.size());
  out += saved_text(preview.saved);
  out += "Total:       " + amount(preview.files, preview.bytes) + "\n";
  out += checkout_text(preview, job.empty());
  if (!job.empty()) out += "Job:         the Manager would accept " + job + "\n";
  return out + farm_text(preview) + "Nothing was sent (--dry-run).\n";
}

}  // namespace shaman::tools
