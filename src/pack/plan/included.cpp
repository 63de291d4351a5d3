// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/plan/included.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "pack/plan/suspicion.hpp"
#include "pack/project/glob.hpp"

namespace shaman::pack {
namespace {

constexpr std::size_t kMostFiles = 1'000'000;
constexpr int kDeepest = 100;
constexpr const char* kWho = "--include";

bool is_pattern(std::string_view text) {
  return text.find_first_of("*?") != std::string_view::npos;
}

// Whether the pattern itself contains hidden names.
bool names_hidden(std::string_view pattern) {
  while (!pattern.empty()) {
    const std::size_t end = std::min(pattern.find_first_of("/\\"), pattern.size());
    const std::string_view name = pattern.substr(0, end);
    if (name.starts_with('.') && name != "." && name != "..") return true;
    pattern.remove_prefix(std::min(end + 1, pattern.size()));
  }
  return false;
}

// The folders of a pattern before its first `*` or `?`.
std::string fixed_part(const std::string& pattern) {
  const std::string_view fixed = std::string_view(pattern).substr(0, pattern.find_first_of("*?"));
  const std::size_t slash = fixed.rfind('/');
  return std::string(fixed.substr(0, slash == 0 ? 1 : slash));
}

class Finder {
 public:
  Finder(const trace::Trace& trace, const PlanOptions& options, Permission& permission,
         Project& project)
      : trace_(trace),
        bases_(bases_of_patterns(trace, project.folder())),
        exclude_(options.exclude, bases_),
        permission_(permission),
        project_(project) {}

  result<void> add(const std::string& wanted) {
    const std::size_t missing_before = found_.missing.size();
    const result<std::string> base = find(wanted);
    if (!base) return base.error();
    if (files_.empty()) {
      // A folder that cannot be read has been reported.
      return found_.missing.size() > missing_before ? result<void>() : explain_nothing(wanted);
    }
    leave_out_private_and_unreadable();
    if (files_.empty()) return {};
    std::ranges::sort(files_);
    trace::Dependency dependency;
    dependency.kind = trace::Kind::external_data;
    dependency.blend = trace_.blendfile;
    dependency.data_block = kWho;
    dependency.resolved = *base;
    dependency.resolved_is_folder = true;
    dependency.files = std::move(files_);
    found_.references.push_back({std::move(dependency), false});
    return {};
  }

  Included take() {
    found_.unused_exclude = exclude_.unused();
    return std::move(found_);
  }

 private:
  // Why nothing was found: a second search, which includes excluded files.
  result<void> explain_nothing(const std::string& wanted) {
    sees_excluded_ = true;
    const result<std::string> base = find(wanted);
    sees_excluded_ = false;
    if (!base) return base.error();
    if (!files_.empty()) {
      found_.warnings.push_back("--include " + text::in_quotes(wanted) +
                                " has no effect: --exclude leaves out every file that it matches");
      return {};
    }
    found_.missing.push_back({wanted, trace::Kind::external_data, kWho, trace_.blendfile,
                              is_folder_ ? "the folder has no files, or only hidden ones"
                                         : "no file has this name or matches this pattern"});
    return {};
  }

  // Fills files_; returns the folder below which they keep their relative places.
  result<std::string> find(const std::string& wanted) {
    files_.clear();
    folders_.clear();
    is_named_ = is_folder_ = false;
    std::vector<std::string> meant = anchored(wanted, bases_);
    const bool begins_anywhere = meant.empty();
    if (begins_anywhere)
      meant = {os::absolute(wanted), os::absolute(os::join(project_.folder(), wanted))};
    for (const std::string& path : meant) {
      const result<os::FileInfo> info = os::info(path);
      if (!info) continue;
      if (info->type == os::FileType::folder) {
        is_folder_ = true;
        if (auto walked = walk(path, nullptr, false, 0); !walked) return walked.error();
        return path;
      }
      is_named_ = true;
      if (!is_excluded(path)) files_.push_back(path);
      return std::string(os::parent(path));
    }
    if (!is_pattern(wanted)) return std::string();
    // A pattern may state that it leaves the project; any other may begin at any of its folders.
    if (begins_anywhere) return find_below(project_.folder(), wanted, wanted);
    for (const std::string& pattern : meant) {
      result<std::string> root = find_below(fixed_part(pattern), pattern, wanted);
      if (!root || !files_.empty()) return root;
    }
    return fixed_part(meant.front());
  }

  result<std::string> find_below(std::string root, const std::string& pattern,
                                 const std::string& wanted) {
    const Glob glob(pattern);
    folders_.clear();
    if (auto walked = walk(root, &glob, names_hidden(wanted), 0); !walked) return walked.error();
    return root;
  }

  [[nodiscard]] bool is_excluded(const std::string& path) {
    return !sees_excluded_ && exclude_.match(path);
  }

  result<void> walk(const std::string& folder, const Glob* glob, bool with_hidden, int depth) {
    const result<os::FileInfo> info = os::info(folder);
    // A link may lead to a folder above it.
    if (!info || !folders_.insert(info->identity).second || depth > kDeepest) return {};
    const auto entries = os::list_folder(folder);
    if (!entries) {
      if (sees_excluded_) return {};
      found_.missing.push_back({folder, trace::Kind::external_data, kWho, trace_.blendfile,
                                "cannot be read: " + entries.error().message()});
      return {};
    }
    for (const os::FolderEntry& entry : *entries) {
      // One is enough for the explanation.
      if (sees_excluded_ && !files_.empty()) return {};
      if (!with_hidden && entry.name.starts_with('.')) continue;
      std::string path = os::join(folder, entry.name);
      if (is_excluded(path)) continue;
      if (entry.is_folder) {
        if (auto walked = walk(path, glob, with_hidden, depth + 1); !walked) return walked;
      } else if (glob == nullptr || glob->matches(path)) {
        files_.push_back(std::move(path));
        if (files_.size() > kMostFiles)
          return Error{errc::limit_exceeded,
                       "--include matches more than a million files: choose a smaller folder"};
      }
    }
    return {};
  }

  void leave_out_private_and_unreadable() {
    std::erase_if(files_, [&](const std::string& file) {
      const result<os::FileInfo> info = os::info(file);
      const result<std::string> real = project_.real(file);
      if (!info || !real) return is_missing(file, "cannot be read: the link is broken");
      if (info->type != os::FileType::regular) return is_missing(file, "it is not a regular file");
      if (std::string reason = why_left_out(file, *real); !reason.empty()) {
        found_.suspicious.push_back({file, std::move(reason), trace_.blendfile, kWho, {}});
        return true;
      }
      const result<void> readable = os::check_readable(file);
      return !readable && is_missing(file, "cannot be read: " + readable.error().message());
    });
  }

  bool is_missing(const std::string& file, std::string reason) {
    found_.missing.push_back(
        {file, trace::Kind::external_data, kWho, trace_.blendfile, std::move(reason)});
    return true;
  }

  std::string why_left_out(const std::string& file, const std::string& real) {
    if (std::string refused = why_refused(real, project_.real_folder()); !refused.empty())
      return refused;
    permission_.note_use(file);
    if (permission_.is_allowed(file, real)) return {};
    if (std::string forbidden = permission_.why_forbidden(file, real); !forbidden.empty())
      return forbidden;
    const std::string secret = permission_.why_secret(file, real);
    if (secret.empty() || (is_named_ && permission_.names_secret(file, real))) return {};
    return secret + "; to include it, name the file itself";
  }

  const trace::Trace& trace_;
  PatternBases bases_;
  Globs exclude_;
  Permission& permission_;
  Project& project_;
  std::vector<std::string> files_;
  bool is_named_ = false;   // by its own path, not by a folder or a pattern
  bool is_folder_ = false;  // wanted as a whole
  bool sees_excluded_ = false;
  std::set<os::FileIdentity> folders_;
  Included found_;
};

}  // namespace

result<Included> find_included(const trace::Trace& trace, const PlanOptions& options,
                               Permission& permission, Project& project) {
  Finder finder(trace, options, permission, project);
  for (const std::string& wanted : options.include) {
    if (wanted.empty()) continue;
    if (auto added = finder.add(wanted); !added) return added.error();
  }
  return finder.take();
}

}  // namespace shaman::pack
