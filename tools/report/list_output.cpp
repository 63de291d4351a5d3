// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/list_output.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "shaman/os.hpp"
#include "shaman/text.hpp"
#include "shaman/units.hpp"

#include "base/program/standard_output.hpp"
#include "report/output.hpp"
#include "report/scene_warnings.hpp"

namespace shaman::tools {
namespace {

void put(std::string_view line) {
  write_out(line);
  write_out("\n");
}

std::string red(const std::string& text) {
  return os::stdout_has_colours() ? "\x1b[31m" + text + "\x1b[0m" : text;
}

std::string size_of(const std::string& file) {
  const result<os::FileInfo> info = os::info(file);
  return info ? units::size_text(info->size) : std::string("?");
}

// Paths below the .blend's folder are shown from there.
std::string shown(const std::string& path, const trace::Trace& trace) {
  const std::string folder(os::parent(trace.blendfile));
  const bool below = folder != "/" && path.starts_with(folder + "/");
  return text::printable(below ? path.substr(folder.size() + 1) : path);
}

// The names of these members for programs.
void add_old_names(nlohmann::json& object) {
  static constexpr std::array<std::pair<const char*, const char*>, 5> kOldNames{
      {{"dataBlock", "data_block"},
       {"missingFiles", "missing_files"},
       {"storedName", "stored_name"},
       {"baseBlend", "base_blend"},
       {"notUtf8", "not_utf8"}}};
  for (const auto& [name, old_name] : kOldNames)
    if (object.contains(name)) object[old_name] = object[name];
}

nlohmann::json to_json(const trace::Dependency& dependency,
                       const std::vector<trace::Problem>& damaged) {
  nlohmann::json line = {{"stored", dependency.stored},
                         {"resolved", dependency.resolved},
                         {"kind", trace::to_string(dependency.kind)},
                         {"blend", dependency.blend},
                         {"dataBlock", dependency.data_block},
                         {"chain", dependency.chain},
                         {"files", dependency.files},
                         {"missing", dependency.missing},
                         {"missingFiles", dependency.missing_files},
                         {"optional", dependency.optional}};
  if (!dependency.stored_name.empty()) line["storedName"] = dependency.stored_name;
  if (!dependency.base_blend.empty()) line["baseBlend"] = dependency.base_blend;
  if (!dependency.named_by.empty()) line["namedBy"] = dependency.named_by;
  const auto is_damaged = [&](const trace::Problem& problem) {
    return std::ranges::find(dependency.files, problem.blend) != dependency.files.end();
  };
  if (std::ranges::any_of(damaged, is_damaged)) line["damaged"] = true;
  add_old_names(line);
  return line;
}

// JSON is UTF-8; other names have U+FFFD for each bad byte, and are distinguished here.
std::vector<std::string> not_utf8(const trace::Trace& trace) {
  std::vector<std::string> escaped;
  for (const std::vector<std::string>& paths : {trace.files(), trace.missing()}) {
    for (const std::string& path : paths) {
      if (!text::is_utf8(path)) escaped.push_back(text::escape(path));
    }
  }
  return escaped;
}

std::string reason_of(const std::string& file, const trace::Trace& trace) {
  const auto why = trace.unreadable.find(file);
  return why == trace.unreadable.end() ? std::string() : text::printable(why->second) + "; ";
}

void print_missing(const trace::Trace& trace) {
  std::map<std::string, std::set<std::string>> wanted_by;
  for (const trace::Dependency& dependency : trace.dependencies) {
    for (const std::string& file : dependency.missing_files)
      wanted_by[file].insert(reason_of(file, trace) + "wanted by " +
                             text::printable(trace::chain_text(dependency.chain)) + " in " +
                             shown(dependency.blend, trace));
  }
  if (wanted_by.empty()) return;
  put(red("missing (" + std::to_string(wanted_by.size()) + ")"));
  for (const auto& [file, wanting] : wanted_by) {
    put("  " + red(shown(file, trace)));
    for (const std::string& who : wanting)
      put("      " + who);
  }
}

// For files that exist, but that a submission does not send, or not with their dependencies.
class Marks {
 public:
  explicit Marks(const pack::Shortfall& lacks) {
    for (const trace::Problem& problem : lacks.damaged)
      marks_[problem.blend] = " (damaged)";
    for (const pack::Suspicious& file : lacks.left_out)
      marks_[file.file] = " (left out as private)";
  }
  [[nodiscard]] std::string marked(const std::string& file, const std::string& line) const {
    const auto found = marks_.find(file);
    return found == marks_.end() ? line : red(line + found->second);
  }

 private:
  std::map<std::string, const char*> marks_;
};

void print_damaged(const Listing& listing) {
  std::map<std::string, std::string> reasons;
  for (const trace::Problem& problem : listing.lacks.damaged)
    reasons.emplace(problem.blend, damage_of(problem));
  if (reasons.empty()) return;
  put(red("damaged (" + std::to_string(reasons.size()) + ")"));
  for (const auto& [file, reason] : reasons)
    put("  " + red(shown(file, listing.trace)) + "  " + reason);
}

void print_left_out(const Listing& listing) {
  std::map<std::string, std::string> reasons;
  for (const pack::Suspicious& file : listing.lacks.left_out)
    reasons.emplace(file.file, file.reason);
  if (reasons.empty()) return;
  put(red("left out as private (" + std::to_string(reasons.size()) + "; " + kHowToInclude + ")"));
  for (const auto& [file, reason] : reasons)
    put("  " + red(shown(file, listing.trace)) + "  " + reason);
}

class Tree {
 public:
  explicit Tree(const Listing& listing) : trace_(listing.trace), marks_(listing.lacks) {
    const std::vector<std::string> files = trace_.files();
    for (const trace::Dependency& dependency : trace_.dependencies) {
      // The files that an excluded layer names are shown with the .blend.
      const bool is_below_file = std::ranges::binary_search(files, dependency.named_by);
      (is_below_file ? by_file_[dependency.named_by] : by_blend_[dependency.blend])
          .push_back(&dependency);
    }
  }

  void print(const std::string& blend, std::size_t depth) {
    for (const trace::Dependency* dependency : to_show(by_blend_, blend, depth)) {
      put(indent(depth) + text::printable(dependency->data_block) + " (" +
          std::string(trace::to_string(dependency->kind)) + ")");
      print_files(*dependency, depth + 1);
    }
  }

 private:
  using Dependencies = std::vector<const trace::Dependency*>;
  using ByPath = std::map<std::string, Dependencies>;
  // Hostile files only; each level is a call.
  static constexpr std::size_t kDeepest = 200;

  static std::string indent(std::size_t depth) { return std::string(2 * depth, ' '); }

  // The lines below a file: its dependencies are shown once.
  Dependencies to_show(const ByPath& all, const std::string& file, std::size_t depth) {
    const auto found = all.find(file);
    if (found == all.end()) return {};
    if (depth > kDeepest) {
      put(indent(depth) + "(not shown, because it is too deep; --json lists all)");
      return {};
    }
    if (shown_.insert(file).second) return found->second;
    put(indent(depth) + "(shown above)");
    return {};
  }

  void print_files(const trace::Dependency& dependency, std::size_t depth) {
    for (const std::string& file : dependency.files)
      print_file(file, depth);
    for (const std::string& file : dependency.missing_files)
      print_missing_file(file, depth);
    if (dependency.kind == trace::Kind::library && !dependency.files.empty())
      print(dependency.files.front(), depth + 1);
  }

  void print_file(const std::string& file, std::size_t depth) {
    put(marks_.marked(file, indent(depth) + shown(file, trace_)));
    std::set<std::string> said;
    for (const trace::Dependency* dependency : to_show(by_file_, file, depth + 1)) {
      for (const std::string& named : dependency->files)
        if (said.insert(named).second) print_file(named, depth + 1);
      for (const std::string& named : dependency->missing_files)
        if (said.insert(named).second) print_missing_file(named, depth + 1);
    }
  }

  void print_missing_file(const std::string& file, std::size_t depth) {
    put(indent(depth) + red(shown(file, trace_) + " (missing)"));
  }

  const trace::Trace& trace_;
  const Marks marks_;
  ByPath by_blend_;
  ByPath by_file_;  // the files that a file of another format names: a USD layer, an OSL script
  std::set<std::string> shown_;
};

}  // namespace

void print_trace_json(const Listing& listing, const std::string& error) {
  const trace::Trace& trace = listing.trace;
  nlohmann::json line = {{"schema", 1},
                         {"blendfile", trace.blendfile},
                         {"files", trace.files()},
                         {"missing", trace.missing()},
                         {"dependencies", nlohmann::json::array()},
                         {"problems", nlohmann::json::array()},
                         {"leftOut", left_out_json(listing.lacks.left_out)}};
  for (const trace::Dependency& dependency : trace.dependencies)
    line["dependencies"].push_back(to_json(dependency, listing.lacks.damaged));
  for (const trace::Problem& problem : trace.problems)
    line["problems"].push_back({{"blend", problem.blend}, {"message", problem.message}});
  if (!listing.warnings.empty()) line["warnings"] = listing.warnings;
  if (const std::vector<std::string> escaped = not_utf8(trace); !escaped.empty())
    line["notUtf8"] = escaped;
  for (const auto& [path, reason] : trace.unreadable)
    line["unreadable"].push_back({{"path", path}, {"reason", reason}});
  if (!error.empty()) line["error"] = error;
  add_old_names(line);
  tools::print_json(line);
}

void print_by_kind(const Listing& listing) {
  const trace::Trace& trace = listing.trace;
  const Marks marks(listing.lacks);
  std::map<trace::Kind, std::set<std::string>> by_kind;
  for (const trace::Dependency& dependency : trace.dependencies)
    by_kind[dependency.kind].insert(dependency.files.begin(), dependency.files.end());
  put(text::printable(trace.blendfile) + "  " + size_of(trace.blendfile));
  for (const auto& [kind, files] : by_kind) {
    if (files.empty()) continue;
    put(std::string(trace::to_string(kind)) + " (" + std::to_string(files.size()) + ")");
    for (const std::string& file : files)
      put(marks.marked(file, "  " + shown(file, trace) + "  " + size_of(file)));
  }
  print_left_out(listing);
  print_damaged(listing);
  print_missing(trace);
}

void print_tree(const Listing& listing) {
  put(text::printable(listing.trace.blendfile));
  Tree(listing).print(listing.trace.blendfile, 1);
}

}  // namespace shaman::tools
