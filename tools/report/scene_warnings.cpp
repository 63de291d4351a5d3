// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/scene_warnings.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include <nlohmann/json.hpp>

#include "shaman/text.hpp"

namespace shaman::tools {

using nlohmann::json;

namespace {

// A file that is not included, and one of its users.
struct Complaint {
  std::string path;
  std::string reason;
  std::string chain;
  std::string blend;
};

bool is_new_file(const std::vector<Complaint>& sorted, std::size_t index) {
  return index == 0 || sorted[index].path != sorted[index - 1].path;
}

std::uint64_t count_files(const std::vector<Complaint>& sorted) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i)
    count += is_new_file(sorted, i) ? 1 : 0;
  return count;
}

std::string left_out_text(std::uint64_t files, Mood mood) {
  return (mood == Mood::is ? text::count_of(files, "file was", "files were")
                           : text::count_of(files, "file", "files") + " would be") +
         " left out because " + (files == 1 ? "it" : "they") + " may be private (" + kHowToInclude +
         "):\n";
}

std::string listed(const std::vector<Complaint>& sorted, std::size_t most_lines) {
  std::string out;
  std::size_t lines = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const Complaint& file = sorted[i];
    if (lines >= most_lines)
      return out + "  and " + std::to_string(sorted.size() - i) + " more; --json lists all\n";
    if (is_new_file(sorted, i)) {
      out += "  " + text::printable(file.path) + "\n";
      ++lines;
    }
    // No data-block refers to a file of --include.
    out += "      " + file.reason +
           (file.chain.empty() ? std::string("given with --include")
                               : "wanted by " + text::printable(file.chain) + " in " +
                                     text::printable(file.blend)) +
           "\n";
    ++lines;
  }
  return out;
}

std::vector<Complaint> of_left_out(const std::vector<pack::Suspicious>& files) {
  std::vector<Complaint> left_out;
  for (const pack::Suspicious& file : files)
    left_out.push_back({file.file, file.reason + "; ", trace::chain_text(file.chain), file.blend});
  return left_out;
}

std::vector<Complaint> of_missing(const std::vector<trace::MissingFile>& files) {
  std::vector<Complaint> missing;
  for (const trace::MissingFile& file : files)
    missing.push_back({file.path, file.reason.empty() ? "" : text::printable(file.reason) + "; ",
                       trace::chain_text(file.chain), file.blend});
  return missing;
}

std::string missing_text(const std::vector<trace::MissingFile>& missing) {
  const bool has_reason =
      std::ranges::any_of(missing, [](const auto& file) { return !file.reason.empty(); });
  return text::count_of(count_files(of_missing(missing)), "file is", "files are") + " missing" +
         (has_reason ? " or cannot be read" : "");
}

}  // namespace

std::string strict_reason(const SceneWarnings& scene_warnings) {
  std::vector<std::string> reasons;
  if (!scene_warnings.missing.empty()) reasons.push_back(missing_text(scene_warnings.missing));
  if (const std::size_t damaged = scene_warnings.problems.size(); damaged > 0)
    reasons.push_back(text::count_of(damaged, "library is", "libraries are") + " damaged");
  if (!scene_warnings.left_out.empty())
    reasons.push_back(
        text::count_of(count_files(of_left_out(scene_warnings.left_out)), "file is", "files are") +
        " left out");
  if (reasons.empty()) reasons.emplace_back("files are named by absolute paths");
  std::string out = std::move(reasons.back());
  reasons.pop_back();
  if (!reasons.empty()) out = text::listed(reasons) + " and " + out;
  return out + " (--strict)";
}

std::string strict_sentence(std::string_view outcome, const SceneWarnings& scene_warnings) {
  return std::string(outcome) + ", because " + strict_reason(scene_warnings);
}

std::string warnings_text(const SceneWarnings& scene_warnings, std::size_t most_lines, Mood mood) {
  std::string out;
  for (const std::string& warning : scene_warnings.warnings)
    out += "shaman: warning: " + warning + "\n";
  for (const trace::Problem& problem : scene_warnings.problems)
    out += "shaman: warning: cannot read the library \"" + text::printable(problem.blend) +
           "\": " + damage_of(problem) + "\n";

  if (const auto left_out = of_left_out(scene_warnings.left_out); !left_out.empty())
    out += "shaman: " + left_out_text(count_files(left_out), mood) + listed(left_out, most_lines);
  if (!scene_warnings.missing.empty())
    out += "shaman: " + missing_text(scene_warnings.missing) + ":\n" +
           listed(of_missing(scene_warnings.missing), most_lines);
  return out;
}

std::string damage_of(const trace::Problem& library) {
  const std::string named = text::in_quotes(library.blend) + " ";
  return library.message.starts_with(named) ? "it " + library.message.substr(named.size())
                                            : library.message;
}

std::string json_text(const std::string& text) {
  return text::is_utf8(text) ? text : text::printable(text);
}

json json_texts(const std::vector<std::string>& texts) {
  json array = json::array();
  for (const std::string& text : texts)
    array.push_back(json_text(text));
  return array;
}

json left_out_json(const std::vector<pack::Suspicious>& files) {
  json left_out = json::array();
  for (const pack::Suspicious& file : files)
    left_out.push_back({{"path", json_text(file.file)},
                        {"reason", json_text(file.reason)},
                        {"dataBlock", json_text(file.data_block)},
                        {"chain", json_texts(file.chain)},
                        {"blend", json_text(file.blend)}});
  return left_out;
}

void add_warnings(json& object, const SceneWarnings& scene_warnings) {
  json missing = json::array();
  json wanted = json::array();
  for (const trace::MissingFile& file : scene_warnings.missing) {
    const std::string path = json_text(file.path);
    if (missing.empty() || missing.back() != path) missing.push_back(path);
    wanted.push_back({{"path", path},
                      {"kind", trace::to_string(file.kind)},
                      {"stored", json_text(file.stored)},
                      {"dataBlock", json_text(file.data_block)},
                      {"chain", json_texts(file.chain)},
                      {"blend", json_text(file.blend)}});
    if (!file.reason.empty()) wanted.back()["reason"] = json_text(file.reason);
  }
  json problems = json::array();
  for (const trace::Problem& problem : scene_warnings.problems)
    problems.push_back(
        {{"blend", json_text(problem.blend)}, {"message", json_text(problem.message)}});
  json warnings = json::array();
  for (const std::string& warning : scene_warnings.warnings)
    warnings.push_back(json_text(warning));
  object["missing"] = std::move(missing);
  object["missingWantedBy"] = std::move(wanted);
  object["leftOut"] = left_out_json(scene_warnings.left_out);
  object["problems"] = std::move(problems);
  object["warnings"] = std::move(warnings);
}

}  // namespace shaman::tools
