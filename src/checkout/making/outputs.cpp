// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/making/outputs.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "shaman/text.hpp"

#include "checkout/existing/checkout_links.hpp"
#include "checkout/making/marking.hpp"
#include "checkout/path_rules.hpp"
#include "fs/error_kinds.hpp"
#include "store/disk_error.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;

std::string in_outputs(std::string_view path) {
  std::string whole(path_rules::kOutputsName);
  if (!path.empty()) whole.append("/").append(path);
  return whole;
}

// The maximum that the links and their folders take; see space_of() of a plan.
SpaceAmount space_of_outputs(const FileList& files) {
  constexpr std::uint64_t kBlock = 4096;
  SpaceAmount amount;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto folders = static_cast<std::uint64_t>(std::ranges::count(files[i].path, '/'));
    amount.inodes += 1 + folders;
    amount.bytes += (1 + folders) * kBlock + files[i].path.size();
  }
  return amount;
}

result<void> check_paths(const FileList& files) {
  std::map<std::string_view, BlobId> known;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const FileSpec file = files[i];
    if (path_rules::has_backslash(file.path))
      return Error{errc::unsafe_path, "the file path " + text::in_quotes(file.path) +
                                          " has a \\ in it: outputs have / between folders"};
    if (auto checked = path_rules::check_file_path(file.path); !checked) return checked;
    const auto [at, is_new] = known.emplace(file.path, file.id);
    if (!is_new && at->second != file.id)
      return Error{errc::conflicting_paths,
                   text::in_quotes(file.path) + " is named twice, with two contents"};
  }
  return {};
}

}  // namespace

result<void> Outputs::find(const Requester& reader) {
  const auto place = place_.look(reader);
  if (!place) return place.error();
  const bool is_found = place->kind == CheckoutPlace::Kind::checkout;
  if (!reader.knows_all && !(is_found && place->may_erase)) return place_.access_denied();
  if (!is_found) return place_.not_found();
  return {};
}

// An erasure moves the folder away first. Links that are made in it after that vanish with it.
result<void> Outputs::check_is_still_there() {
  Erasure now(store_, place_.path());
  if (auto found = now.find(); !found) return found;
  const auto before = store_.file_system().stat(place_.checkout());
  const auto after = store_.file_system().stat(now.checkout());
  if (!before || !after || before->inode != after->inode) return place_.not_found();
  return {};
}

result<void> Outputs::add(const FileList& files, const Requester& requester,
                          const Requester& reader) {
  if (auto checked = check_paths(files); !checked) return checked;
  if (auto found = find(reader); !found) return found;
  const auto marked = mark_stored(
      store_, files.size(), [&](std::size_t i) { return files[i].id; },
      [&](std::size_t i) { return std::string_view(files[i].path); }, requester);
  if (!marked) return marked.error();
  const auto room = store_.set_aside_links(requester.client, space_of_outputs(files));
  if (!room) return room.error();
  if (auto made = make_links(files); !made) return made;
  if (store_.flushes())
    if (auto flushed = flush(); !flushed) return flushed;
  return check_is_still_there();
}

result<void> Outputs::make_folder(std::string_view path) {
  const std::string above(path_rules::folder_of(path));
  if (path != path_rules::kOutputsName)
    if (auto made = make_folder(above); !made) return made;
  if (changed_.contains(std::string(path))) return {};
  const auto made = store_.file_system().make_folder(place_.checkout(), path);
  if (made) changed_.insert(above);
  if (!made && made.error() != errors::file_exists)
    return disk_error(made.error(), "make the folder " + text::in_quotes(path) + " of outputs");
  return {};
}

result<void> Outputs::make_links(const FileList& files) {
  fs::Folder folder;
  std::string opened;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const FileSpec file = files[i];
    const std::string in = in_outputs(path_rules::folder_of(file.path));
    if (opened != in) {
      if (auto made = make_folder(in); !made) return made;
      auto there = store_.file_system().open_folder(place_.checkout(), in);
      if (!there && fs::is_no_folder(there.error()))
        return Error{errc::conflicting_paths,
                     text::in_quotes(file.path) + " needs a folder where there is a file already"};
      if (!there) return disk_error(there.error(), "open a folder of outputs");
      folder = *std::move(there);
      opened = in;
      changed_.insert(in);
    }
    if (auto placed = put(folder, file.path, file.id); !placed) return placed;
  }
  return {};
}

result<void> Outputs::put(const fs::Folder& folder, std::string_view path, const BlobId& id) {
  const std::string at = in_outputs(path);
  // Counts `jobs` and the folders of the checkout's path and of the file's.
  const std::size_t depth = 2 + static_cast<std::size_t>(std::ranges::count(place_.path(), '/')) +
                            static_cast<std::size_t>(std::ranges::count(at, '/'));
  const std::string text = layout::link_text(id, depth);
  const std::string_view name = path_rules::name_of(path);
  const auto made = store_.file_system().make_link(folder, name, text);
  if (made) return {};
  if (made.error() != errors::file_exists)
    return disk_error(made.error(), "list the output " + text::in_quotes(path));
  const auto there = store_.file_system().read_link(folder, name);
  if (there && *there == text) return {};
  if (!there && there.error() != errors::invalid_argument && !fs::is_gone(there.error()))
    return disk_error(there.error(), "list the output " + text::in_quotes(path));
  if (auto replaced = replace(folder, name, text); !replaced) return replaced;
  return {};
}

// A frame that was rendered again. Readers see the old one or the new one.
result<void> Outputs::replace(const fs::Folder& folder, std::string_view name,
                              const std::string& text) {
  fs::FileSystem& file_system = store_.file_system();
  const std::string fresh = std::to_string(store_.next_number());
  const std::string what = "list the output " + text::in_quotes(name) + " again";
  if (const auto made = file_system.make_link(store_.staging(), fresh, text); !made)
    return disk_error(made.error(), what);
  const auto moved = file_system.rename(store_.staging(), fresh, folder, name);
  if (moved) return {};
  static_cast<void>(file_system.remove_file(store_.staging(), fresh));
  if (moved.error() == errors::is_a_directory || moved.error() == errors::file_exists)
    return Error{errc::conflicting_paths,
                 text::in_quotes(name) + " is a folder of outputs, and cannot be a file, too"};
  return disk_error(moved.error(), what);
}

result<void> Outputs::flush() {
  for (const std::string& path : changed_) {
    const auto flush_of = [&](const fs::Folder& folder) -> result<void> {
      if (const auto flushed = store_.file_system().flush(folder); !flushed)
        return disk_error(flushed.error(), "put the outputs' list on stable storage");
      return {};
    };
    if (path.empty()) {
      if (auto flushed = flush_of(place_.checkout()); !flushed) return flushed;
      continue;
    }
    const auto folder = store_.file_system().open_folder(place_.checkout(), path);
    if (!folder) return disk_error(folder.error(), "open a folder of outputs");
    if (auto flushed = flush_of(*folder); !flushed) return flushed;
  }
  return {};
}

result<FileList> Outputs::list(const Requester& reader) {
  if (auto found = find(reader); !found) return found.error();
  FileList files;
  const auto folder = store_.file_system().open_folder(place_.checkout(), path_rules::kOutputsName);
  if (!folder && fs::is_no_folder(folder.error())) return files;
  if (!folder) return disk_error(folder.error(), "read the outputs of " + place_.path());
  const auto tree = read_links(store_.file_system(), *folder, place_.path());
  if (!tree) return tree.error();
  for (const TreeLink& link : tree->links) {
    files.add(link.id, link.path);
    store_.let_know(reader, link.id);
  }
  return files;
}

}  // namespace shaman
