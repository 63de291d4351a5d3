// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/existing/follow.hpp"

#include <compare>
#include <cstddef>
#include <set>
#include <utility>

#include "base/name_fold.hpp"
#include "checkout/existing/name_match.hpp"
#include "checkout/path_rules.hpp"

namespace shaman {
namespace {

// Effort for one Step, in addition to that for its results.
constexpr std::size_t kStepWork = 512;
// Effort for each name that a Step finds.
constexpr std::size_t kFoundWork = 128;

struct Part {
  std::string written;
  name_match::Kinds kinds;
};

std::vector<Part> parts_of(const std::string& path) {
  std::vector<Part> parts;
  for (std::string& each : path_rules::components(path)) {
    const name_match::Kinds kinds = name_match::kinds_of(each);
    parts.push_back({std::move(each), kinds});
  }
  return parts;
}

// A folder, and the index of the path's part to look up in it.
struct Step {
  std::string folder;
  std::size_t at = 0;
  bool is_inside = false;  ///< a `**` or a placeholder stands for the folder
  auto operator<=>(const Step&) const = default;
};

class Following {
 public:
  Following(CheckoutTree& tree, const WrittenPath& written, Effort& effort,
            const std::function<void(const std::string&)>& found)
      : tree_(tree), parts_(parts_of(written.path)), effort_(effort), found_(found) {}

  result<void> run(bool is_anywhere) {
    const auto folders =
        is_anywhere ? tree_.folders() : result<std::vector<std::string>>({std::string()});
    if (!folders) return folders.error();
    for (const std::string& folder : *folders)
      push({folder});
    while (!waiting_.empty() && effort_.spend(kStepWork)) {
      const Step step = std::move(waiting_.back());
      waiting_.pop_back();
      if (auto looked = look(step); !looked) return looked;
    }
    return {};
  }

 private:
  void push(Step step) {
    if (step.at == parts_.size() || !seen_.insert(step).second) return;
    waiting_.push_back(std::move(step));
  }

  result<void> look(const Step& step) {
    const Part& part = parts_[step.at];
    const auto is_exact = is_exactly_there(step, part);
    if (!is_exact) return is_exact.error();
    if (is_exact.value()) return enter(step, part.written, {{}, step.at + 1});
    const bool is_any_depth = part.kinds.is_any_depth;
    if (is_any_depth && (step.is_inside || part.kinds.is_any_or_none))
      push({step.folder, step.at + 1});
    const auto chosen = names_of(step, part);
    if (!chosen) return chosen.error();
    for (const std::string& name : *chosen) {
      if (!effort_.spend(kFoundWork)) return {};
      auto entered = enter(step, name, {{}, is_any_depth ? step.at : step.at + 1, is_any_depth});
      if (!entered) return entered;
    }
    return {};
  }

  // `next` lacks its folder.
  result<void> enter(const Step& step, const std::string& name, Step next) {
    next.folder = step.folder.empty() ? name : step.folder + "/" + name;
    const auto is_checkout = tree_.is_checkout(next.folder);
    if (!is_checkout) return is_checkout.error();
    if (is_checkout.value())
      found_(next.folder);
    else
      push(std::move(next));
    return {};
  }

  // Every system looks for the exact name first, also if it could be read as a pattern; Windows
  // without dots and blanks at its end.
  result<bool> is_exactly_there(const Step& step, const Part& part) {
    if (part.kinds.is_any_or_none || text::ends_with_dropped(part.written)) return false;
    return tree_.has_name(step.folder, part.written);
  }

  result<std::vector<std::string>> names_of(const Step& step, const Part& part) {
    const std::string& written = part.written;
    const auto names = tree_.names_in(step.folder);
    if (!names) return names.error();
    if (step.is_inside) return (*names)->all();
    return part.kinds.is_any_depth ? (*names)->chosen_up_to_any_depth(written, effort_)
                                   : (*names)->chosen(written, effort_);
  }

  CheckoutTree& tree_;
  const std::vector<Part> parts_;
  Effort& effort_;
  const std::function<void(const std::string&)>& found_;
  std::vector<Step> waiting_;
  std::set<Step> seen_;
};

}  // namespace

result<void> follow(CheckoutTree& tree, const WrittenPath& written, Effort& effort,
                    const std::function<void(const std::string& path)>& found) {
  return Following(tree, written, effort, found).run(written.is_anywhere);
}

}  // namespace shaman
