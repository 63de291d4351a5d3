// SPDX-License-Identifier: GPL-3.0-or-later
#include "gc/link_walk.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "shaman/text.hpp"

#include "checkout/path_rules.hpp"
#include "fs/trees.hpp"
#include "gc/vanished.hpp"
#include "store/disk_error.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;
using Code = boost::system::error_code;

// Checkouts are no deeper than some 600 folders, path and all; each level costs a look-up for
// everything below it.
constexpr std::size_t kDeepest = 1000;
// Folders that are read at the same time. Those found last are read first, so that few wait.
constexpr std::size_t kBatch = 4096;
constexpr std::size_t kNamed = 1000;

// Failures that the owner of this one folder may have caused. Any other one is the storage's: a
// folder that the disk cannot read today may contain any link.
bool is_refusal(const Code& error) {
  return error == errors::permission_denied || error == errors::operation_not_permitted ||
         error == errors::filename_too_long;
}

// A folder, known by the one that it is in: whole paths would take memory with the square of the
// depth.
struct Node {
  std::shared_ptr<const Node> above;
  std::string name;
  std::size_t depth = 0;
  std::optional<BlobId> manifest;  // that a link in it leads to

  [[nodiscard]] std::string path() const {
    std::vector<const Node*> way;
    for (const Node* node = this; node != nullptr; node = node->above.get())
      way.push_back(node);
    std::string path;
    for (auto node = way.rbegin(); node != way.rend(); ++node)
      path.append(path.empty() ? "" : "/").append((*node)->name);
    return path;
  }
};
using NodePtr = std::shared_ptr<Node>;

class LinkWalk {
 public:
  LinkWalk(const GcRun& run, const LinkVisitor& visit, LinkWalkResults& results)
      : run_(run), visit_(visit), results_(results) {}

  result<void> walk(std::string start) {
    start_ = std::make_shared<Node>(Node{nullptr, std::move(start), 0, {}});
    waiting_.push_back(start_);
    while (!waiting_.empty() && !failure_) {
      const std::size_t count = std::min(waiting_.size(), kBatch);
      std::vector<NodePtr> batch(std::make_move_iterator(waiting_.end() - std::ptrdiff_t(count)),
                                 std::make_move_iterator(waiting_.end()));
      waiting_.resize(waiting_.size() - count);
      run_.pool.parallel_for(batch.size(), 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end && !run_.is_stopped(); ++i)
          look_into(batch[i]);
      });
    }
    if (failure_) return *failure_;
    return {};
  }

 private:
  void look_into(const NodePtr& node) {
    const std::string path = node->path();
    const auto folder = fs::open_far_folder(run_.file_system, run_.root.root, path);
    const auto entries = folder ? run_.file_system.list(*folder)
                                : fs::result<std::vector<fs::Entry>>(folder.error());
    if (!entries) {
      look_for_manifest(*node, path);
      return cannot_read(entries.error(), *node, path);
    }
    std::vector<std::string> folders;
    std::uint64_t links = 0;
    for (const fs::Entry& entry : *entries) {
      if (entry.type == fs::EntryType::folder && !is_left_over(*folder, entry))
        folders.push_back(entry.name);
      if (entry.type != fs::EntryType::link) continue;
      ++links;
      read_link(*folder, entry.name, *node, path);
    }
    if (node->depth >= kDeepest && !folders.empty())
      return leave_out(*node, path + "/" + folders.front(),
                       "deeper than " + std::to_string(kDeepest) + " folders");
    const std::lock_guard lock(mutex_);
    results_.links += links;
    for (std::string& name : folders)
      waiting_.push_back(std::make_shared<Node>(Node{node, std::move(name), node->depth + 1, {}}));
  }

  // Left by a server that was killed when it was about to make a checkout. It is empty.
  bool is_left_over(const fs::Folder& folder, const fs::Entry& entry) {
    constexpr std::chrono::hours kOld{1};
    if (!entry.name.starts_with(layout::kNewInJobs) || run_.options.dry_run) return false;
    const auto stat = run_.file_system.stat(folder, entry.name);
    if (!stat || run_.file_system.now() - stat->modified < kOld) return false;
    return run_.file_system.remove_folder(folder, entry.name).has_value();
  }

  // For a folder that can be entered, but not listed.
  void look_for_manifest(Node& node, const std::string& path) {
    const auto text = run_.file_system.read_link(
        run_.root.root, path + "/" + std::string(path_rules::kManifestName));
    if (text) node.manifest = layout::blob_of_path(*text);
  }

  void read_link(const fs::Folder& folder, const std::string& name, Node& node,
                 const std::string& path) {
    const auto text = run_.file_system.read_link(folder, name);
    if (!text) {
      if (text.error() != errors::invalid_argument)
        cannot_read(text.error(), node, path + "/" + name);
      return;
    }
    const auto id = layout::blob_of_path(*text);
    if (!id) return;
    if (name == path_rules::kManifestName) node.manifest = *id;
    visit_(*id, path + "/" + name);
  }

  void cannot_read(const Code& error, const Node& node, const std::string& path) {
    // A start that is not a folder is not an erased checkout: another program has put it there.
    const bool is_planted = &node == start_.get() && error != errors::no_such_file_or_directory;
    if (is_vanished(error) && !is_planted) return;
    if (is_refusal(error) || is_vanished(error)) return leave_out(node, path, error.message());
    const std::lock_guard lock(mutex_);
    if (failure_) return;
    Error told = disk_error(error, "read " + text::in_quotes(path) + " in the storage");
    told.detail += "; nothing is collected, because it may contain links";
    failure_ = std::move(told);
  }

  void leave_out(const Node& node, const std::string& path, const std::string& why) {
    const std::lock_guard lock(mutex_);
    UnreadPlaces& unread = results_.unread;
    if (unread.count++ < kNamed)
      unread.named.push_back(text::printable(text::shortened(path, kLongestShown)) + ": " + why);
    bool is_in_checkout = false;
    // All of them: links in a folder cannot show which of several folders is the checkout's own.
    for (const Node* above = &node; above != nullptr; above = above->above.get()) {
      if (!above->manifest) continue;
      unread.manifests.insert(*above->manifest);
      is_in_checkout = true;
    }
    unread.has_others = unread.has_others || !is_in_checkout;
  }

  static constexpr std::size_t kLongestShown = 1024;

  const GcRun& run_;
  const LinkVisitor& visit_;
  LinkWalkResults& results_;
  NodePtr start_;
  std::mutex mutex_;  // of the results and the members below
  std::vector<NodePtr> waiting_;
  std::optional<Error> failure_;
};

}  // namespace

result<LinkWalkResults> walk_links(const GcRun& run, const LinkVisitor& visit) {
  const std::string private_folder(layout::kPrivate);
  LinkWalkResults results;
  for (const std::string& start :
       {private_folder + "/" + std::string(layout::kStaging), std::string(layout::kJobs),
        private_folder + "/" + std::string(layout::kPins)}) {
    if (const auto walked = LinkWalk(run, visit, results).walk(start); !walked)
      return walked.error();
  }
  return results;
}

}  // namespace shaman
