// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/project/selection.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "pack/plan/suspicion.hpp"
#include "pack/project/glob.hpp"
#include "trace/names/gaps.hpp"

namespace shaman::pack {
namespace {

using trace::Dependency;
using trace::Kind;

class Selector {
 public:
  Selector(const trace::Trace& trace, const PlanOptions& options, Permission& permission,
           Project& project, const Ways& ways, const std::string& home)
      : trace_(trace),
        relative_only_(options.relative_only),
        exclude_(options.exclude, bases_of_patterns(trace, project.folder())),
        permission_(permission),
        project_(project),
        ways_(ways),
        home_(home) {
    for (const Dependency& dependency : trace.dependencies) {
      by_blend_[ways_.key(dependency.blend)].push_back(&dependency);
      if (!dependency.base_blend.empty()) bases_.insert(ways_.key(dependency.base_blend));
    }
  }

  Selection run() {
    note_use_of_patterns();
    for (const trace::Warning& warning : trace_.warnings)
      if (!exclude_.match(warning.file)) warn(warning.text);
    visit(trace_.blendfile, true);
    while (!waiting_.empty()) {
      const std::string blend = std::move(waiting_.back());
      waiting_.pop_back();
      for (const Dependency* dependency : by_blend_[blend])
        look_at(*dependency);
    }
    look_at_absolute_names();
    selection_.unused_exclude = exclude_.unused();
    std::sort(selection_.suspicious.begin(), selection_.suspicious.end(),
              [](const Suspicious& a, const Suspicious& b) {
                return std::tie(a.file, a.blend, a.data_block) <
                       std::tie(b.file, b.blend, b.data_block);
              });
    return std::move(selection_);
  }

 private:
  // Also for missing files, and for files that the selection alone would not match.
  void note_use_of_patterns() {
    for (const Dependency& dependency : trace_.dependencies) {
      for (const auto* const files : {&dependency.files, &dependency.missing_files}) {
        for (const std::string& file : *files) {
          static_cast<void>(exclude_.match(file));
          permission_.note_use(file);
        }
      }
    }
  }

  void visit(const std::string& blend, bool packed) {
    const std::string key = ways_.key(blend);
    if (packed && packed_.insert(key).second) selection_.blends.push_back(blend);
    if (visited_.insert(key).second) waiting_.push_back(key);
  }

  void look_at(const Dependency& dependency) {
    const bool absolute = !dependency.stored.empty() && !dependency.stored.starts_with("//");
    if (relative_only_ && absolute) return;
    if (dependency.kind == Kind::library && dependency.optional && dependency.files.empty()) {
      if (bases_.contains(ways_.key(dependency.resolved)))
        selection_.references.push_back({dependency, true});
      return;
    }
    Selected selected{dependency, false};
    selected.dependency.files.clear();
    for (const std::string& file : dependency.files) {
      if (exclude_.match(file)) {
        if (dependency.kind == Kind::library) visit(file, false);
      } else if (may_leave(dependency, file)) {
        selected.dependency.files.push_back(file);
        if (dependency.kind == Kind::library) visit(file, true);
      }
    }
    // Gaps may be intended, and it is unknown which frames a scene shows: they are not missing
    // files.
    if (dependency.kind == Kind::image_sequence)
      warn(trace::gap_warning(dependency.files, selected.dependency.files));
    if (!selected.dependency.files.empty()) selection_.references.push_back(std::move(selected));
  }

  void look_at_absolute_names() {
    for (const trace::AbsoluteName& name : trace_.absolute_names)
      if (!exclude_.match(name.file) && !exclude_.match(name.path))
        selection_.absolute_names.push_back(name);
  }

  bool may_leave(const Dependency& dependency, const std::string& file) {
    const result<os::FileInfo> info = os::info(file);
    const result<std::string> real = project_.real(file);
    if (!info || !real) {
      warn("\"" + text::printable(file) +
           "\" has disappeared and is left out: " + (info ? real.error() : info.error()).message());
      return false;
    }
    std::string reason = info->type != os::FileType::regular
                             ? "it is not a regular file"
                             : why_refused(*real, project_.real_folder());
    const bool refused = !reason.empty();
    if (!refused) reason = why_suspicious(dependency.kind, file, *real);
    if (reason.empty() || (!refused && permission_.is_allowed(file, *real))) return true;
    // Unneeded files are not checked.
    if (!dependency.optional)
      selection_.suspicious.push_back(
          {file, reason, dependency.blend, dependency.data_block, dependency.chain});
    return false;
  }

  // A .blend can name any path, but it cannot make links: the user who put one into the project, or
  // into a public folder, has agreed to its target (DVC and git-annex keep content in hidden
  // folders), unless that is a secret.
  std::string why_suspicious(Kind kind, const std::string& file, const std::string& real) {
    if (std::string reason = permission_.why_forbidden(file, real); !reason.empty()) return reason;
    if (std::string reason = permission_.why_secret(file, real); !reason.empty()) return reason;
    if (project_.inside(file)) return {};
    std::string reason = why_private(kind, file, home_);
    return reason.empty() ? why_unfit(kind, file) : reason;
  }

  void warn(std::string sentence) {
    if (!sentence.empty() && said_.insert(sentence).second)
      selection_.warnings.push_back(std::move(sentence));
  }

  const trace::Trace& trace_;
  bool relative_only_;
  Globs exclude_;
  Permission& permission_;
  Project& project_;
  const Ways& ways_;
  std::string home_;
  std::map<std::string, std::vector<const Dependency*>> by_blend_;
  std::set<std::string> bases_;
  std::set<std::string> visited_;
  std::set<std::string> packed_;
  std::set<std::string> said_;
  std::vector<std::string> waiting_;
  Selection selection_;
};

}  // namespace

Selection select(const trace::Trace& trace, const PlanOptions& options, Permission& permission,
                 Project& project, const Ways& ways, const std::string& home) {
  return Selector(trace, options, permission, project, ways, home).run();
}

}  // namespace shaman::pack
