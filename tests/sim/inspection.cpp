// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <functional>
#include <set>
#include <variant>

#include "store/housekeeping/manifest_reader.hpp"
#include "store/layout.hpp"
#include "world.hpp"

namespace shaman::sim {

void Promises::stored(const BlobId& id, fs::Time until) {
  fs::Time& promised = stored_[id];
  promised = std::max(promised, until);
  not_held(id);
}

void Promises::checkout(const std::string& path, const FileList& files) {
  std::vector<File>& made = checkouts_[path];
  made.clear();
  for (std::size_t i = 0; i < files.size(); ++i)
    made.push_back({std::string(files[i].path), files[i].id});
}

// The manifest, and the identity by which jobs know a checkout.
std::size_t own_records(const Disk::Node& checkout) {
  return static_cast<std::size_t>(std::ranges::count_if(checkout.names, [](const auto& entry) {
    return entry.first.starts_with(layout::kOwnRecords);
  }));
}

void Inspection::run() {
  const auto opened = Store::open(mount_, "/", store_options(), pool_);
  if (!opened) return fail("the store does not open: " + opened.error().message());
  Store& store = **opened;
  look_for_leftovers();
  look_for_frames();
  // What is promised is promised whatever is collected meanwhile.
  if (collects_first_)
    // Whose a lock is may not have reached the disk: then it counts for an hour.
    if (const auto done = collect_garbage(mount_, "/", pool_, gc_options());
        !done && done.error().code != errc::busy)
      fail("garbage cannot be collected: " + done.error().message());
  look_at_blobs();
  look_at_checkouts();
  look_at_pins();
  look_at_held(store);
  look_at_promised(store);
  look_at_hand_made(store);
  look_at_pins();
}

Inode Inspection::find(const std::string& path) {
  Inode inode = disk_.root();
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const auto& names = disk_.at(inode).names;
    const auto found = names.find(path.substr(begin, end - begin));
    if (found == names.end()) return 0;
    inode = found->second;
    begin = end + 1;
  }
  return inode;
}

// Links are relative, and lead out of their folders by `..` alone.
std::string Inspection::linked_to(const std::string& link) {
  const Inode inode = find(link);
  if (inode == 0 || disk_.at(inode).type != fs::EntryType::link) return {};
  std::string folder = link.substr(0, link.rfind('/'));
  std::string_view text = disk_.at(inode).data;
  while (text.starts_with("../")) {
    text.remove_prefix(3);
    const std::size_t slash = folder.rfind('/');
    folder = slash == std::string::npos ? std::string() : folder.substr(0, slash);
  }
  return folder.empty() ? std::string(text) : folder + "/" + std::string(text);
}

bool Inspection::leads_to(const std::string& link, const BlobId& id) {
  const std::string target = linked_to(link);
  const Inode inode = target.empty() ? 0 : find(target);
  return inode != 0 && disk_.at(inode).data.size() == id.size &&
         Sha256::of(disk_.at(inode).data) == id.digest;
}

// Whatever has a blob's name has its content.
void Inspection::look_at_blobs() {
  const Inode stored = find("file-store/stored");
  if (stored == 0) return fail("file-store/stored is gone");
  for (const auto& [shard, shard_inode] : disk_.at(stored).names)
    for (const auto& [rest, rest_inode] : disk_.at(shard_inode).names)
      for (const auto& [file, inode] : disk_.at(rest_inode).names) {
        const std::string path = "stored/" + shard + "/" + rest + "/" + file;
        const auto id = layout::blob_of_path(path);
        const std::string& data = disk_.at(inode).data;
        if (id && (data.size() != id->size || Sha256::of(data) != id->digest))
          fail("a wrong blob: " + id->brief() + " has " + std::to_string(data.size()) + " bytes");
      }
}

void Inspection::look_at_promised(Store& store) {
  for (const auto& [id, until] : promises_.stored()) {
    if (disk_.now() >= until) continue;
    FileList files;
    files.add(id, "a");
    std::vector<BlobStatus> status(1);
    const auto asked = store.require(files, status);
    if (!asked)
      fail("blob " + id.brief() + " cannot be asked for: " + asked.error().message());
    else if (status[0] != BlobStatus::stored)
      fail("blob " + id.brief() + " was acknowledged and is gone");
  }
  look_at_blobs();
}

void Inspection::look_at_held(Store& store) {
  for (const auto& [id, offset] : promises_.held()) {
    const auto held = store.held_of(id, {});
    if (!held) {
      fail("what is held of " + id.brief() + " cannot be asked for: " + held.error().message());
      continue;
    }
    if (std::holds_alternative<AlreadyStored>(*held)) continue;
    const auto* const partial = std::get_if<Held>(&*held);
    if (partial == nullptr || partial->offset < offset)
      fail("of blob " + id.brief() + " " + std::to_string(offset) +
           " bytes were told to be held, and " +
           (partial ? std::to_string(partial->offset) : std::string("none")) + " are");
  }
}

void Inspection::look_at_checkouts() {
  for (const auto& [path, files] : promises_.checkouts())
    for (const Promises::File& file : files)
      if (!leads_to("jobs/" + path + "/" + file.path, file.id))
        fail("of checkout " + path + " the file " + file.path + " (" + file.id.brief() +
             ") is missing or dangling");
  // Those that nobody knows of (their maker died) are whole, too.
  const Inode jobs = find("jobs");
  if (jobs == 0) return fail("jobs is gone");
  for (const auto& [name, inode] : disk_.at(jobs).names) {
    const Disk::Node& folder = disk_.at(inode);
    if (folder.type != fs::EntryType::folder || name == "by-hand" || name == layout::kKept)
      continue;
    // What a start had tried when the power went; the next start removes it.
    if (name.starts_with(layout::kProbe)) continue;
    std::size_t links = 0;
    const std::function<void(const Disk::Node&)> count = [&](const Disk::Node& node) {
      for (const auto& [child_name, child] : node.names) {
        if (disk_.at(child).type == fs::EntryType::link) ++links;
        count(disk_.at(child));
      }
    };
    count(folder);
    if (!folder.names.contains(".shaman-checkout")) {
      // Without links it is what others had put into one that was erased.
      if (links > 0) fail("jobs/" + name + " is half a checkout: it has no manifest");
      continue;
    }
    const std::string manifest = linked_to("jobs/" + name + "/.shaman-checkout");
    const Inode text = manifest.empty() ? 0 : find(manifest);
    if (text == 0) continue;  // collected, once nobody promised it any more, or being erased
    std::size_t named = 0;
    const std::string& json = disk_.at(text).data;
    for (std::size_t at = json.find("\"path\""); at != std::string::npos;
         at = json.find("\"path\"", at + 1))
      ++named;
    const std::size_t files = links - own_records(folder);
    if (files != named)
      fail("jobs/" + name + " has " + std::to_string(files) + " of " + std::to_string(named) +
           " files");
    if (own_records(folder) != 2) fail("jobs/" + name + " has not both its manifest and identity");
  }
}

// Each is whole: those that were promised, and those whose makers died before they could say so.
void Inspection::look_at_pins() {
  for (const std::string& name : promises_.pins())
    look_at_pin(".shaman/pins/pin%2F" + name.substr(name.find('/') + 1), true);
  const Inode pins = find(".shaman/pins");
  if (pins == 0) return;
  for (const auto& [name, inode] : disk_.at(pins).names)
    look_at_pin(".shaman/pins/" + name, false);
}

void Inspection::look_at_pin(const std::string& path, bool is_promised) {
  const Inode about = find(path + "/about");
  if (about == 0 || !disk_.at(about).data.starts_with("checkout shot")) {
    if (is_promised || find(path) != 0) fail(path + " is no whole pin");
    return;
  }
  const std::string manifest = linked_to(path + "/files/.shaman-checkout");
  const Inode text = manifest.empty() ? 0 : find(manifest);
  if (text == 0) return fail(path + " has lost its list of files");
  const bool is_manifest =
      read_manifest(disk_.at(text).data, [&](const std::string& file, const BlobId& id) {
        if (!leads_to(path + "/files/" + file, id))
          fail(path + "/files/" + file + " (" + id.brief() + ") is missing or dangling");
      });
  if (!is_manifest) fail(path + " has a wrong list of files");
}

// A link that somebody made by hand, to what was there, outlives every collection.
void Inspection::look_at_hand_made(Store&) {
  if (promises_.links().empty()) return;
  // By then a dead collector's lock is seen to be dead.
  disk_.pass(std::chrono::hours(2));
  const auto collected = collect_garbage(mount_, "/", pool_, gc_options());
  if (!collected) fail("collection fails: " + collected.error().message());
  for (const std::string& link : promises_.links()) {
    const Inode inode = find(link);
    if (inode == 0) continue;  // the power went before its maker's own flush
    const auto id = layout::blob_of_path(disk_.at(inode).data);
    if (id && !leads_to(link, *id)) fail("the link made by hand, " + link + ", leads nowhere");
  }
}

// Whatever became of the checkouts that they were rendered into.
void Inspection::look_for_frames() {
  std::set<std::string> found;
  const std::function<void(const Disk::Node&)> look = [&](const Disk::Node& node) {
    for (const auto& [name, child] : node.names) {
      if (name.starts_with("frame") && disk_.at(child).data == name) found.insert(name);
      look(disk_.at(child));
    }
  };
  look(disk_.at(find("jobs")));
  for (const std::string& frame : promises_.frames())
    if (!found.contains(frame)) fail("the " + frame + " that was rendered into a checkout is gone");
}

void Inspection::look_for_leftovers() {
  if (const Inode journals = find(".shaman/journal"); journals != 0)
    for (const auto& [name, child] : disk_.at(journals).names)
      fail(".shaman/journal has what a dead server left: " + name);
  for (const char* const place : {".shaman/uploading", ".shaman/staging"}) {
    const Inode inode = find(place);
    if (inode == 0) continue;
    // This server's own folder is there, and empty.
    if (disk_.at(inode).names.size() > 1) fail(std::string(place) + " has what a dead server left");
    for (const auto& [name, child] : disk_.at(inode).names)
      if (!disk_.at(child).names.empty()) fail(std::string(place) + "/" + name + " is not empty");
  }
}

}  // namespace shaman::sim
