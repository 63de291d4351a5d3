// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/making/reuse.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "checkout/making/identity.hpp"
#include "checkout/making/placement.hpp"
#include "checkout/path_rules.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

// Links that one job of the pool compares: enough that opening folders takes little of its time.
constexpr std::size_t kLooksAJob = 512;

std::size_t components_of(std::string_view path) {
  return path.empty() ? 0 : static_cast<std::size_t>(std::ranges::count(path, '/')) + 1;
}

// The folder of a file, kept open because the next files are usually in it, too.
class OpenFolder {
 public:
  OpenFolder(const StoreInterior& store, const fs::Folder& checkout)
      : store_(store), root_(checkout) {}

  // Null if the folder cannot be opened. Flushes its names, because the maker may have run with
  // less durability.
  const fs::Folder* get(std::string_view path) {
    if (has_opened_ && path == path_) return &current();
    path_ = path;
    has_opened_ = false;
    if (!path.empty()) {
      auto opened = store_.file_system().open_folder(root_, path);
      if (!opened) return nullptr;
      folder_ = std::move(*opened);
    }
    if (store_.flushes() && !store_.file_system().flush(current())) return nullptr;
    has_opened_ = true;
    return &current();
  }

 private:
  [[nodiscard]] const fs::Folder& current() const { return path_.empty() ? root_ : folder_; }

  const StoreInterior& store_;
  const fs::Folder& root_;
  std::string_view path_;
  fs::Folder folder_;
  bool has_opened_ = false;
};

}  // namespace

std::string reusable_record(std::string_view path) {
  return std::string(path) + "\n";
}

Reuse::Reuse(const StoreInterior& store, const CheckoutPlan::State& plan,
             std::span<const PlannedFile> own)
    : store_(store), plan_(plan), own_(own), asked_(path_rules::components(plan.path)) {}

std::optional<MadeCheckout> Reuse::find() {
  if (!look_at_level(0)) return std::nullopt;
  std::string path;
  for (const std::string& name : names_)
    path += path.empty() ? name : "/" + name;
  return MadeCheckout{std::move(path), true, std::move(identity_)};
}

const fs::Folder& Reuse::parent() const {
  return way_.empty() ? store_.root().jobs : way_.back();
}

// Tries the requested name, then the suffixed names that Placement gives when the name is taken.
bool Reuse::look_at_level(std::size_t level) {
  const std::string& asked = asked_[level];
  if (enter(level, asked)) return true;
  const auto entries = store_.file_system().list(parent());
  if (!entries) return false;
  return std::ranges::any_of(*entries, [&](const fs::Entry& entry) {
    return entry.type == fs::EntryType::folder && Placement::is_suffixed(entry.name, asked) &&
           enter(level, entry.name);
  });
}

bool Reuse::enter(std::size_t level, const std::string& name) {
  auto folder = store_.file_system().open_folder(parent(), name);
  if (!folder) return false;
  names_.resize(level);
  names_.push_back(name);
  if (level + 1 == asked_.size()) return is_same(*folder) && take(*folder, name);
  const auto checkout = is_checkout(store_.file_system(), *folder);
  if (!checkout || checkout.value()) return false;
  way_.push_back(std::move(*folder));
  if (look_at_level(level + 1)) return true;
  way_.pop_back();
  return false;
}

bool Reuse::is_same(const fs::Folder& checkout) {
  if (!has_own_links(checkout)) return false;
  std::atomic<bool> is_same{true};
  const std::span<const PlannedFile> files(plan_.by_folder);
  store_.pool().parallel_for(files.size(), kLooksAJob, [&](std::size_t begin, std::size_t end) {
    if (is_same && !has_links(checkout, files.subspan(begin, end - begin))) is_same = false;
  });
  return is_same;
}

// Compares the manifest first, which rules out most candidates. If this requester leaves no record
// of a maker, a checkout with one belongs to another.
bool Reuse::has_own_links(const fs::Folder& checkout) {
  const std::size_t depth = 1 + asked_.size();
  const bool has_all = std::ranges::all_of(
      own_, [&](const PlannedFile& link) { return leads_to(checkout, link.path, link.id, depth); });
  if (!has_all) return false;
  if (!plan_.requester.scope.empty()) return true;
  const auto maker = store_.file_system().stat(checkout, path_rules::kMakerName);
  return !maker && maker.error() == boost::system::errc::no_such_file_or_directory;
}

// Compares every link: a worker that saves a file replaces the link, or the blob behind it.
bool Reuse::has_links(const fs::Folder& checkout, std::span<const PlannedFile> files) {
  OpenFolder open(store_, checkout);
  return std::ranges::all_of(files, [&](const PlannedFile& file) {
    const std::string_view path = path_rules::folder_of(file.path);
    const fs::Folder* const folder = open.get(path);
    return folder != nullptr && leads_to(*folder, file.path.substr(file.path.rfind('/') + 1),
                                         file.id, 1 + asked_.size() + components_of(path));
  });
}

bool Reuse::leads_to(const fs::Folder& at, std::string_view name, const BlobId& id,
                     std::size_t depth) {
  const auto text = store_.file_system().read_link(at, name);
  return text && *text == layout::link_text(id, depth);
}

// Touches the manifest first and then checks that the checkout is still there. Erasure::take_away()
// moves it away first and then checks its age. So at least one of the two notices the other.
bool Reuse::take(const fs::Folder& checkout, const std::string& name) {
  fs::FileSystem& file_system = store_.file_system();
  if (!file_system.touch(checkout, path_rules::kManifestName)) return false;
  if (store_.flushes()) {
    for (const fs::Folder& folder : way_)
      if (!file_system.flush(folder)) return false;
    if (!file_system.flush(store_.root().jobs)) return false;
  }
  auto identity = identity_of(file_system, checkout);
  if (!identity) return false;
  identity_ = *std::move(identity);
  const auto own = file_system.stat(checkout);
  const auto there = file_system.stat(parent(), name);
  return own && there && own->inode == there->inode && own->device == there->device;
}

}  // namespace shaman
