// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/existing/pin_reader.hpp"

#include <algorithm>
#include <charconv>
#include <mutex>
#include <optional>
#include <unordered_set>
#include <utility>

#include "shaman/text.hpp"

#include "checkout/existing/pin_names.hpp"
#include "fs/error_kinds.hpp"
#include "protocol/checkout_path.hpp"
#include "store/disk_error.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

constexpr std::size_t kMostAbout = 4096;
constexpr std::size_t kGrain = 64;

// Reads the text that Pins::add() writes; leaves `pin` unchanged for any other text.
void take_about(std::string_view text, Pin& pin) {
  constexpr std::string_view kCheckout = "checkout ";
  constexpr std::string_view kMade = "\nmade ";
  const std::size_t made = text.find(kMade);
  if (!text.starts_with(kCheckout) || made == std::string_view::npos) return;
  std::int64_t seconds = 0;
  const std::string_view digits = text.substr(made + kMade.size());
  if (std::from_chars(digits.data(), digits.data() + digits.size(), seconds).ec != std::errc())
    return;
  pin.checkout = text.substr(kCheckout.size(), made - kCheckout.size());
  pin.made = fs::Time(std::chrono::seconds(seconds));
}

}  // namespace

std::vector<BlobId> distinct_blobs(const TreeLinks& tree) {
  std::unordered_set<BlobId> seen;
  std::vector<BlobId> ids;
  const auto add = [&](const BlobId& id) {
    if (seen.insert(id).second) ids.push_back(id);
  };
  for (const TreeLink& link : tree.links)
    add(link.id);
  if (tree.manifest) add(*tree.manifest);
  return ids;
}

std::uint64_t count_files(const TreeLinks& tree, std::string_view top) {
  const auto is_file = [&](const TreeLink& link) {
    if (!link.path.starts_with(top)) return true;
    const std::string_view name = std::string_view(link.path).substr(top.size());
    return name.find('/') != std::string_view::npos || !protocol::is_reserved_name(name);
  };
  return static_cast<std::uint64_t>(std::ranges::count_if(tree.links, is_file));
}

std::uint64_t bytes_of(const std::vector<BlobId>& ids) {
  std::uint64_t bytes = 0;
  for (const BlobId& id : ids)
    bytes += id.size;
  return bytes;
}

result<PinList> PinReader::list() {
  PinList list;
  const auto pins = file_system_.open_folder(root_.private_folder, layout::kPins);
  if (!pins && fs::is_gone(pins.error())) return list;
  if (!pins) return disk_error(pins.error(), "use .shaman/pins");
  const auto entries = file_system_.list(*pins);
  if (!entries) return disk_error(entries.error(), "list .shaman/pins");
  for (const fs::Entry& entry : *entries) {
    if (entry.type == fs::EntryType::link) ++list.loose_links;
    if (entry.type != fs::EntryType::folder) continue;
    auto pin = look_at(*pins, entry.name);
    if (!pin && pin.error().code == errc::not_found) continue;
    if (!pin) return pin.error();
    list.pins.push_back(*std::move(pin));
  }
  std::ranges::sort(list.pins, {}, &Pin::name);
  return list;
}

result<Pin> PinReader::look_at(const fs::Folder& pins, const std::string& folder_name) {
  Pin pin{pin_names::name_of(folder_name), {}, std::nullopt, 0, 0, 0, {}};
  const auto folder = file_system_.open_folder(pins, folder_name);
  if (!folder && fs::is_gone(folder.error())) return Error{errc::not_found, {}};
  if (!folder)
    return disk_error(folder.error(), "open .shaman/pins/" + text::printable(folder_name));
  if (const auto about = file_system_.open_file(*folder, pin_layout::kAbout)) {
    const auto text = fs::read_all(file_system_, *about, kMostAbout);
    if (text) take_about(*text, pin);
  }
  const auto tree = read_links(file_system_, *folder, ".shaman/pins/" + folder_name);
  if (!tree) return tree.error();
  const std::string top = pin.made ? std::string(pin_layout::kFiles) + "/" : "";
  pin.files = count_files(*tree, top);
  const std::vector<BlobId> ids = distinct_blobs(*tree);
  pin.bytes = bytes_of(ids);
  auto missing = missing_of(ids);
  if (!missing) return missing.error();
  pin.missing = missing->size();
  for (const TreeLink& link : tree->links) {
    if (pin.missing_files.size() == Pin::kMostNamed) break;
    if (missing->erase(link.id) > 0)
      pin.missing_files.push_back(link.path.substr(link.path.starts_with(top) ? top.size() : 0));
  }
  return pin;
}

result<std::unordered_set<BlobId>> PinReader::missing_of(const std::vector<BlobId>& ids) {
  std::unordered_set<BlobId> missing;
  std::mutex mutex;
  std::optional<Error> failure;
  pool_.parallel_for(ids.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const layout::BlobPlace place(ids[i]);
      const auto stat = file_system_.stat(root_.blobs, place.folder + "/" + place.file);
      if (stat && stat->size == ids[i].size) continue;
      const std::lock_guard lock(mutex);
      if (stat || fs::is_gone(stat.error()))
        missing.insert(ids[i]);
      else
        failure = disk_error(stat.error(), "look for a pinned file (" + ids[i].brief() + ")");
    }
  });
  if (failure) return *failure;
  return missing;
}

}  // namespace shaman
