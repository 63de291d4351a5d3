// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/pins.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "shaman/text.hpp"

#include "checkout/existing/checkout_links.hpp"
#include "checkout/existing/erasure.hpp"
#include "checkout/existing/pin_names.hpp"
#include "checkout/existing/pin_reader.hpp"
#include "checkout/making/placement.hpp"
#include "checkout/making/plan.hpp"
#include "checkout/making/staging.hpp"
#include "checkout/path_rules.hpp"
#include "fs/error_kinds.hpp"
#include "fs/trees.hpp"
#include "store/disk_error.hpp"
#include "store/interior.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;

constexpr std::size_t kDepth = 3;  // .shaman, pins, the pin's own folder
constexpr std::size_t kMostManifest = std::size_t{1} << 30;
constexpr std::size_t kNamedMissing = 5;

std::string about_text(const std::string& checkout, fs::Time made) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(made.time_since_epoch());
  return "checkout " + checkout + "\nmade " + std::to_string(seconds.count()) + "\n";
}

}  // namespace

struct Pins::Impl {
  explicit Impl(std::unique_ptr<Store> opened_)
      : opened(std::move(opened_)), store(*opened), file_system(store.file_system()) {}

  result<Added> add(const std::string& checkout, const std::string& name);
  result<void> remove(const std::string& name);

  const std::unique_ptr<Store> opened;
  const StoreInterior store;
  fs::FileSystem& file_system;

 private:
  [[nodiscard]] result<TreeLinks> read(const std::string& checkout);
  [[nodiscard]] result<std::string> content(const BlobId& id);
  [[nodiscard]] result<void> mark(const std::string& checkout, const TreeLinks& tree);
  [[nodiscard]] result<void> stage(StagedTree& staged, const std::string& checkout,
                                   const TreeLinks& tree, fs::Time now);
  [[nodiscard]] result<void> write_about(const StagedTree& staged, const std::string& text);
  [[nodiscard]] result<void> place(StagedTree& staged, const fs::Folder& pins,
                                   const std::string& name, const std::string& folder_name);
};

Pins::Pins(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Pins::Pins(Pins&&) noexcept = default;
Pins& Pins::operator=(Pins&&) noexcept = default;
Pins::~Pins() = default;

result<Pins> Pins::open(fs::FileSystem& file_system, const std::string& storage,
                        const StoreOptions& options, WorkerPool& pool) {
  auto store = Store::open(file_system, storage, options, pool);
  if (!store) return store.error();
  return Pins(std::make_unique<Impl>(*std::move(store)));
}

result<Pins::Added> Pins::add(const std::string& checkout, const std::string& name) {
  return impl_->add(checkout, name);
}

result<PinList> Pins::list() {
  return PinReader(impl_->file_system, impl_->store.root(), impl_->store.pool()).list();
}

result<PinList> Pins::read(fs::FileSystem& file_system, const std::string& storage,
                           WorkerPool& pool) {
  const auto root = open_storage_to_read(file_system, storage);
  if (!root) return root.error();
  return PinReader(file_system, *root, pool).list();
}

result<void> Pins::remove(const std::string& name) {
  return impl_->remove(name);
}

result<Pins::Added> Pins::Impl::add(const std::string& checkout, const std::string& name) {
  const std::string& called = name.empty() ? checkout : name;
  const auto folder_name = pin_names::folder_of(called);
  if (!folder_name) return folder_name.error();
  auto tree = read(checkout);
  if (!tree) return tree.error();
  auto pins = fs::open_or_make_folder(file_system, store.root().private_folder, layout::kPins);
  if (!pins) return disk_error(pins.error(), "use .shaman/pins");
  if (const auto marked = mark(checkout, *tree); !marked) return marked.error();
  StagedTree staged(store);
  const fs::Time now = file_system.now();
  if (const auto built = stage(staged, checkout, *tree, now); !built) return built.error();
  if (const auto placed = place(staged, *pins, called, *folder_name); !placed)
    return placed.error();
  return Added{{called, checkout, now, count_files(*tree), bytes_of(distinct_blobs(*tree)), 0},
               tree->others.size()};
}

// Without a manifest, only a second reading shows whether a user is just deleting the checkout by
// hand; half of it must not be pinned.
result<TreeLinks> Pins::Impl::read(const std::string& checkout) {
  Erasure found(store, checkout);
  if (const auto there = found.find(); !there) return there.error();
  auto tree = read_links(file_system, found.checkout(), checkout);
  if (!tree) return tree.error();
  if (tree->manifest) {
    const auto manifest = content(*tree->manifest);
    if (!manifest) return manifest.error();
    if (const auto whole = complete_by_manifest(*tree, *manifest, checkout); !whole)
      return whole.error();
  } else {
    const auto again = read_links(file_system, found.checkout(), checkout);
    if (!again) return again.error();
    if (!(*again == *tree))
      return Error{errc::busy, "the checkout " + text::in_quotes(checkout) +
                                   " was changed while it was being read; try again"};
  }
  if (tree->links.empty())
    return Error{errc::blobs_missing, "there is nothing to pin in the checkout " +
                                          text::in_quotes(checkout) +
                                          ": no link in it leads to a stored file"};
  return tree;
}

result<std::string> Pins::Impl::content(const BlobId& id) {
  const layout::BlobPlace place(id);
  const auto file = file_system.open_file(store.root().blobs, place.folder + "/" + place.file);
  if (!file && fs::is_gone(file.error()))
    return Error{errc::blobs_missing,
                 "the checkout's list of files (.shaman-checkout) is missing from the store: submit"
                 " the job again, and pin the new checkout"};
  if (!file) return disk_error(file.error(), "read the checkout's list of files");
  auto content = fs::read_all(file_system, *file, kMostManifest);
  if (!content) return disk_error(content.error(), "read the checkout's list of files");
  return *std::move(content);
}

// A mark keeps the blobs from being collected before the pin is in place.
result<void> Pins::Impl::mark(const std::string& checkout, const TreeLinks& tree) {
  const std::vector<BlobId> ids = distinct_blobs(tree);
  // The manifest is not a file of the submission.
  const std::size_t files = ids.size() - (tree.manifest ? 1 : 0);
  std::vector<BlobStatus> statuses(ids.size(), BlobStatus::unknown);
  if (auto marked = store.mark_all(
          false, [&](std::size_t i) { return ids[i]; }, statuses);
      !marked)
    return marked;
  std::uint64_t missing = 0;
  std::string named;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (statuses[i] == BlobStatus::stored) continue;
    const auto link = std::ranges::find(tree.links, ids[i], &TreeLink::id);
    if (missing++ < kNamedMissing)
      named += (named.empty() ? "" : ", ") +
               text::printable(link == tree.links.end() ? path_rules::kManifestName : link->path);
  }
  if (missing == 0) return {};
  return Error{errc::blobs_missing, std::to_string(missing) + " of the " +
                                        text::count_of(files, "different file", "different files") +
                                        " of " + text::in_quotes(checkout) +
                                        " are missing from the store (" + named +
                                        (missing > kNamedMissing ? ", …" : "") +
                                        "): submit the job again, and pin the new checkout"};
}

result<void> Pins::Impl::stage(StagedTree& staged, const std::string& checkout,
                               const TreeLinks& tree, fs::Time now) {
  std::vector<std::string> paths;
  paths.reserve(tree.links.size() + 1);
  std::vector<PlannedFile> files;
  files.reserve(tree.links.size() + 1);
  const std::string prefix = std::string(pin_layout::kFiles) + "/";
  const auto add = [&](std::string_view path, const BlobId& id) {
    files.push_back({paths.emplace_back(prefix + std::string(path)), id});
  };
  for (const TreeLink& link : tree.links)
    add(link.path, link.id);
  if (tree.manifest) add(path_rules::kManifestName, *tree.manifest);
  if (auto built = staged.build_at(files, kDepth); !built) return built;
  return write_about(staged, about_text(checkout, now));
}

result<void> Pins::Impl::write_about(const StagedTree& staged, const std::string& text) {
  const auto written = [&]() -> fs::result<void> {
    const auto folder = file_system.open_folder(staged.folder(), staged.name());
    if (!folder) return folder.error();
    auto file = file_system.create_file(*folder, pin_layout::kAbout);
    if (!file) return file.error();
    if (auto all = fs::write_all(file_system, *file, 0, std::as_bytes(std::span(text))); !all)
      return all;
    if (!store.flushes()) return file_system.close(std::move(*file));
    if (auto flushed = file_system.flush(*file); !flushed) return flushed;
    if (auto closed = file_system.close(std::move(*file)); !closed) return closed;
    return file_system.flush(*folder);
  }();
  if (!written) return disk_error(written.error(), "write what the pin is of");
  return {};
}

// A pin's folder is never empty, so no rename can replace it.
result<void> Pins::Impl::place(StagedTree& staged, const fs::Folder& pins, const std::string& name,
                               const std::string& folder_name) {
  const auto taken = [&] {
    return Error{errc::conflicting_paths,
                 "there is a pin " + text::in_quotes(name) +
                     " already: choose another name with --name, or unpin that one first"};
  };
  const auto there = file_system.stat(pins, folder_name);
  if (there) return taken();
  if (!fs::is_gone(there.error())) return disk_error(there.error(), "look for the pin's name");
  const auto renamed = file_system.rename(staged.folder(), staged.name(), pins, folder_name);
  if (!renamed && is_name_taken(renamed.error())) return taken();
  if (!renamed) return disk_error(renamed.error(), "give the pin its name");
  const auto flush = [&]() -> fs::result<void> {
    if (!store.flushes()) return {};
    if (auto flushed = file_system.flush(pins); !flushed) return flushed;
    return file_system.flush(store.root().private_folder);
  };
  if (const auto flushed = flush(); !flushed) {
    // As with a checkout (Placement::rename_into_place): the links are removed only after the
    // rename back is on disk.
    const auto back = file_system.rename(pins, folder_name, staged.folder(), staged.name());
    if (!back || !file_system.flush(staged.folder())) staged.hand_over();
    return disk_error(flushed.error(), "put the pin on stable storage");
  }
  staged.hand_over();
  return {};
}

// One rename takes the pin out of sight, as with a checkout.
result<void> Pins::Impl::remove(const std::string& name) {
  const Error none{errc::not_found, "there is no pin " + text::in_quotes(name) +
                                        "; `shaman-server pins` lists them"};
  const auto pins = file_system.open_folder(store.root().private_folder, layout::kPins);
  if (!pins && fs::is_gone(pins.error())) return none;
  if (!pins) return disk_error(pins.error(), "use .shaman/pins");
  const auto entries = file_system.list(*pins);
  if (!entries) return disk_error(entries.error(), "list .shaman/pins");
  const auto entry = std::ranges::find_if(*entries, [&](const fs::Entry& each) {
    return each.type == fs::EntryType::folder && pin_names::name_of(each.name) == name;
  });
  if (entry == entries->end()) return none;
  const std::string away = "unpinned-" + std::to_string(store.next_number());
  const fs::Folder& staging = store.staging();
  const auto moved = file_system.rename(*pins, entry->name, staging, away);
  if (!moved && fs::is_gone(moved.error())) return none;
  if (!moved) return disk_error(moved.error(), "remove the pin " + text::in_quotes(name));
  if (store.flushes())
    if (const auto flushed = file_system.flush(*pins); !flushed)
      return disk_error(flushed.error(), "put the pin's removal on stable storage");
  if (const auto removed = fs::remove_tree(file_system, staging, away); !removed)
    return disk_error(removed.error(), "remove the pin's links in .shaman/staging");
  return {};
}

}  // namespace shaman
