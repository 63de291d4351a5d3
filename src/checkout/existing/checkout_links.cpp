// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/existing/checkout_links.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "shaman/text.hpp"

#include "checkout/path_rules.hpp"
#include "fs/error_kinds.hpp"
#include "store/disk_error.hpp"
#include "store/housekeeping/manifest_reader.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;

constexpr std::size_t kNamed = 5;

bool by_folder(const TreeLink& one, const TreeLink& other) {
  return path_rules::folder_order(one.path, other.path);
}

class Reader {
 public:
  Reader(fs::FileSystem& file_system, const fs::Folder& root, const std::string& name)
      : file_system_(file_system), root_(root), name_(name) {}

  result<TreeLinks> run() {
    if (auto taken = take_folder(root_, ""); !taken) return taken.error();
    while (!waiting_.empty()) {
      const std::string path = std::exchange(waiting_.back(), {});
      waiting_.pop_back();
      const auto folder = file_system_.open_folder(root_, path);
      if (!folder && fs::is_gone(folder.error())) continue;
      if (!folder) return failure(folder.error(), path);
      if (auto taken = take_folder(*folder, path + "/"); !taken) return taken.error();
    }
    std::ranges::sort(tree_.links, by_folder);
    std::ranges::sort(tree_.others);
    return std::move(tree_);
  }

 private:
  result<void> take_folder(const fs::Folder& folder, const std::string& prefix) {
    const auto entries = file_system_.list(folder);
    if (!entries && fs::is_gone(entries.error())) return {};
    if (!entries) return failure(entries.error(), prefix);
    for (const fs::Entry& entry : *entries) {
      const std::string path = prefix + entry.name;
      if (entry.type == fs::EntryType::folder) {
        waiting_.push_back(path);
      } else if (entry.type != fs::EntryType::link) {
        tree_.others.push_back(path);
      } else if (auto taken = take(folder, entry.name, path); !taken) {
        return taken;
      }
    }
    return {};
  }

  result<void> take(const fs::Folder& folder, const std::string& name, const std::string& path) {
    const auto link = file_system_.read_link(folder, name);
    if (!link && (fs::is_gone(link.error()) || link.error() == errors::invalid_argument)) return {};
    if (!link) return failure(link.error(), path);
    const auto id = layout::blob_of_path(*link);
    // A copy of the links must not have the identity of the checkout.
    if (id && path.starts_with(path_rules::kIdentityPrefix)) return {};
    if (!id)
      tree_.others.push_back(path);
    else if (path == path_rules::kManifestName)
      tree_.manifest = *id;
    else
      tree_.links.push_back({path, *id});
    return {};
  }

  [[nodiscard]] Error failure(const boost::system::error_code& error,
                              const std::string& path) const {
    return disk_error(error, "read " + text::in_quotes(name_ + "/" + path));
  }

  fs::FileSystem& file_system_;
  const fs::Folder& root_;
  const std::string& name_;
  std::vector<std::string> waiting_;
  TreeLinks tree_;
};

// Counts the absent paths, and names a few of them.
class Absent {
 public:
  void add(const std::string& path) {
    if (++count_ > kNamed) return;
    named_ += (named_.empty() ? "" : ", ") + text::printable(path);
  }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] std::string named() const { return named_ + (count_ > kNamed ? ", …" : ""); }

 private:
  std::uint64_t count_ = 0;
  std::string named_;
};

}  // namespace

result<TreeLinks> read_links(fs::FileSystem& file_system, const fs::Folder& root,
                             const std::string& name) {
  return Reader(file_system, root, name).run();
}

result<void> complete_by_manifest(TreeLinks& tree, std::string_view manifest,
                                  const std::string& name) {
  std::vector<TreeLink> listed;
  const bool is_manifest =
      read_manifest(manifest, [&listed](const std::string& path, const BlobId& id) {
        listed.push_back({path, id});
      });
  if (!is_manifest)
    return Error{errc::damaged_file,
                 "the list of files (.shaman-checkout) of " + text::in_quotes(name) +
                     " is damaged: run `shaman-server verify`, and submit the job again"};
  Absent absent;
  std::vector<TreeLink> added;
  for (const TreeLink& file : listed) {
    const auto found = std::ranges::lower_bound(tree.links, file, by_folder);
    if (found != tree.links.end() && found->path == file.path) continue;
    if (std::ranges::binary_search(tree.others, file.path))
      added.push_back(file);
    else
      absent.add(file.path);
  }
  if (absent.count() > 0)
    return Error{errc::blobs_missing,
                 std::to_string(absent.count()) + " of the " + std::to_string(listed.size()) +
                     " files of " + text::in_quotes(name) + " are not in its folder any more (" +
                     absent.named() +
                     "): it is being erased, or was changed by hand. Submit the job again, and pin"
                     " the new checkout"};
  std::ranges::move(added, std::back_inserter(tree.links));
  std::ranges::sort(tree.links, by_folder);
  return {};
}

}  // namespace shaman
