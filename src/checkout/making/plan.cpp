// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/making/plan.hpp"

#include <algorithm>
#include <utility>

#include "shaman/text.hpp"

#include "checkout/path_rules.hpp"

namespace shaman {
namespace {

using State = CheckoutPlan::State;

Error conflict(std::string_view path, const std::string& what) {
  return {errc::conflicting_paths, "the file path \"" + text::printable(path) + "\" " + what};
}

// All rewritten paths share one string, which must not move once views point into it.
void add_files(State& plan) {
  std::size_t rewritten = 0;
  for (std::size_t i = 0; i < plan.files.size(); ++i)
    if (path_rules::has_backslash(plan.files[i].path)) rewritten += plan.files[i].path.size();
  plan.rewritten.reserve(rewritten);
  plan.by_folder.reserve(plan.files.size());
  for (std::size_t i = 0; i < plan.files.size(); ++i) {
    const FileSpec file = plan.files[i];
    std::string_view path = file.path;
    if (path_rules::has_backslash(path)) {
      const std::size_t begin = plan.rewritten.size();
      plan.rewritten.append(path);
      std::replace(plan.rewritten.begin() + static_cast<std::ptrdiff_t>(begin),
                   plan.rewritten.end(), '\\', '/');
      path = std::string_view(plan.rewritten).substr(begin);
    }
    plan.by_folder.push_back({path, file.id});
  }
}

// Expects folder_order. Drops exact duplicates, because clients send UDIM tiles twice.
result<void> drop_duplicates(std::vector<PlannedFile>& files) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (kept > 0) {
      const PlannedFile& before = files[kept - 1];
      if (before.path == files[i].path) {
        if (before.id != files[i].id)
          return conflict(files[i].path, "is there twice with different content");
        continue;
      }
      if (path_rules::is_inside(files[i].path, before.path))
        return conflict(before.path, "is a file and, as other paths have it, a folder");
    }
    files[kept++] = files[i];
  }
  files.resize(kept);
  return {};
}

// Expects folder_order, in which the content of a folder is contiguous.
std::size_t count_folders(const std::vector<PlannedFile>& files) {
  std::size_t count = 0;
  std::string_view before;
  for (const PlannedFile& file : files) {
    const auto [here, there] =
        std::mismatch(file.path.begin(), file.path.end(), before.begin(), before.end());
    // Slashes before the first difference belong to folders that both paths share.
    const std::string_view rest =
        file.path.substr(static_cast<std::size_t>(here - file.path.begin()));
    count += static_cast<std::size_t>(std::ranges::count(rest, '/'));
    before = file.path;
  }
  return count;
}

}  // namespace

result<std::unique_ptr<State>> make_plan(CheckoutRequest request, const CheckoutOptions& options) {
  if (request.files.size() > options.max_files) {
    return Error{errc::too_large,
                 "the checkout has " + text::count_of(request.files.size(), "file", "files") +
                     "; at most " + std::to_string(options.max_files) + " are allowed"};
  }
  auto path = path_rules::checkout_path(request.path);
  if (!path) return path.error();
  auto plan = std::make_unique<State>();
  plan->path = std::move(*path);
  plan->asked_path = std::move(request.path);
  plan->may_reuse = request.may_reuse;
  plan->idempotency_key = std::move(request.idempotency_key);
  plan->requester = std::move(request.requester);
  plan->files = std::move(request.files);
  add_files(*plan);
  for (const PlannedFile& file : plan->by_folder)
    if (const auto checked = path_rules::check_file_path(file.path); !checked)
      return checked.error();
  const auto order = [](const PlannedFile& left, const PlannedFile& right) {
    return path_rules::folder_order(left.path, right.path);
  };
  if (!std::is_sorted(plan->by_folder.begin(), plan->by_folder.end(), order))
    std::sort(plan->by_folder.begin(), plan->by_folder.end(), order);
  if (const auto dropped = drop_duplicates(plan->by_folder); !dropped) return dropped.error();
  plan->folders = count_folders(plan->by_folder);
  if (plan->folders > options.max_folders) {
    return Error{errc::too_large, "the checkout has " +
                                      text::count_of(plan->folders, "folder", "folders") +
                                      "; at most " + std::to_string(options.max_folders) +
                                      " are allowed (the server's option max-folders)"};
  }
  return plan;
}

SpaceAmount space_of(const CheckoutPlan::State& plan) {
  // Each link takes a block: its text is longer than the 60 bytes that ext4 stores in the inode.
  constexpr std::uint64_t kBlock = 4096;
  constexpr std::uint64_t kOwnLinks = 4;
  constexpr std::uint64_t kNameOverhead = 16;
  const auto above = static_cast<std::uint64_t>(std::ranges::count(plan.path, '/')) + 1;
  SpaceAmount amount;
  amount.inodes = plan.by_folder.size() + kOwnLinks + plan.folders + above;
  amount.bytes = amount.inodes * (kBlock + kNameOverhead);
  for (const PlannedFile& file : plan.by_folder)
    amount.bytes += file.path.size() - (file.path.rfind('/') + 1);
  return amount;
}

CheckoutPlan::CheckoutPlan(std::unique_ptr<State> state) : state_(std::move(state)) {}
CheckoutPlan::CheckoutPlan(CheckoutPlan&&) noexcept = default;
CheckoutPlan& CheckoutPlan::operator=(CheckoutPlan&&) noexcept = default;
CheckoutPlan::~CheckoutPlan() = default;

}  // namespace shaman
