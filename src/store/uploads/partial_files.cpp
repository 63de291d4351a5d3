// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/uploads/partial_files.hpp"

#include <algorithm>
#include <charconv>
#include <span>
#include <tuple>
#include <utility>

#include "shaman/text.hpp"
#include "shaman/units.hpp"

#include "fs/error_kinds.hpp"
#include "store/disk_error.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;
using layout::PartialName;

constexpr std::size_t kRemembered = 256;
constexpr std::size_t kReadPiece = std::size_t{1} << 20;
constexpr std::uint32_t kWritable = 0644;

constexpr unsigned kOwnerShift = 32;

// The upper half of the tag names the owner, so that every server knows it, also after a restart.
std::uint64_t owner_of(std::string_view client) {
  const Digest digest = Sha256::of(client);
  std::uint64_t owner = 0;
  for (std::size_t i = 0; i < sizeof(std::uint32_t); ++i)
    owner = owner << 8U | static_cast<std::uint8_t>(digest.bytes()[i]);
  return owner;
}

bool is_of(const PartialName& name, std::uint64_t owner) {
  std::uint64_t tag = 0;
  std::from_chars(name.tag.data(), name.tag.data() + name.tag.size(), tag);
  return tag >> kOwnerShift == owner;
}

std::string called(const BlobId& id) {
  return "the resumable upload of blob " + id.brief();
}

Error taken_by_other(const BlobId& id) {
  return {errc::busy, "another server of this storage is receiving blob " + id.brief()};
}

}  // namespace

fs::result<std::vector<PartialName>> PartialFiles::list() {
  const auto entries = file_system_.list(folder_);
  if (!entries) return entries.error();
  std::vector<PartialName> names;
  for (const fs::Entry& entry : *entries)
    if (const auto name = PartialName::parse(entry.name)) names.push_back(*name);
  return names;
}

bool PartialFiles::is_expired(const PartialName& name) {
  const auto stat = file_system_.stat(folder_, name.text());
  return stat && file_system_.now() - stat->modified >= options_.upload_expiry;
}

// The largest first. There may be more than one if a server left one that was not flushed in time,
// or if two servers began without seeing each other.
result<std::vector<PartialName>> PartialFiles::held(const BlobId& id) {
  auto names = list();
  if (!names) return disk_error(names.error(), "look for " + called(id));
  std::erase_if(*names, [&](const PartialName& name) { return name.id != id || is_expired(name); });
  std::ranges::sort(*names, [](const PartialName& one, const PartialName& other) {
    return std::tie(other.durable, one.tag) < std::tie(one.durable, other.tag);
  });
  return std::move(*names);
}

result<bool> PartialFiles::holds(const BlobId& id) {
  const auto names = held(id);
  if (!names) return names.error();
  return !names->empty();
}

result<std::optional<std::uint64_t>> PartialFiles::offset(const BlobId& id) {
  const auto names = held(id);
  if (!names) return names.error();
  if (names->empty()) return std::optional<std::uint64_t>();
  if (const auto flushed = flush_names(id); !flushed) return flushed.error();
  return std::optional(names->front().durable);
}

// A visible name need not be on the disk: the server that gave it may have died, or failed, before
// that.
result<void> PartialFiles::flush_names(const BlobId& id) {
  if (!survives_power_cut(options_.durability)) return {};
  if (const auto flushed = file_system_.flush(folder_); !flushed)
    return disk_error(flushed.error(), "keep " + called(id));
  return {};
}

std::string PartialFiles::new_tag(std::string_view client) {
  constexpr std::uint64_t kChance = (std::uint64_t{1} << kOwnerShift) - 1;
  return std::to_string(owner_of(client) << kOwnerShift | (file_system_.random() & kChance));
}

// Takes the file over by renaming it to another tag. A lock alone does not show whether the name
// that this server sees still belongs to the file: on a network mount it may have become a blob by
// now. The disk decides about a rename. False: it is gone.
result<bool> PartialFiles::make_own(Open& open, PartialName name, std::string_view client) {
  const std::string before = name.text();
  name.tag = new_tag(client);
  const auto renamed = file_system_.rename(folder_, before, folder_, name.text());
  if (!renamed && fs::is_absent(renamed.error())) return false;
  if (!renamed) return disk_error(renamed.error(), "take over " + called(name.id));
  open.name = name.text();
  const auto by_name = file_system_.stat(folder_, open.name);
  const auto by_handle = file_system_.stat(open.file);
  if (!by_name || !by_handle || by_name->inode != by_handle->inode) return taken_by_other(name.id);
  if (const auto flushed = flush_names(name.id); !flushed) return flushed.error();
  return true;
}

// A commit makes its file read-only before the blob gets its name: a crash in between leaves that.
fs::result<fs::File> PartialFiles::open_file(const std::string& name) {
  auto file = file_system_.open_file_to_write(folder_, name);
  if (file || file.error() != errors::permission_denied) return file;
  const auto readable = file_system_.open_file(folder_, name);
  if (!readable) return file;
  if (!file_system_.set_mode(*readable, kWritable)) return file;
  return file_system_.open_file_to_write(folder_, name);
}

// No server touches a partial upload without its lock: two that write to the same file, or one that
// gives its name to another file meanwhile, could make a wrong blob of it.
result<std::optional<fs::File>> PartialFiles::lock(const PartialName& name) {
  auto file = open_file(name.text());
  if (!file && fs::is_absent(file.error())) return std::optional<fs::File>();
  if (!file) return disk_error(file.error(), "open " + called(name.id));
  const auto locked = file_system_.try_lock(*file);
  // A storage without locks is for one server alone; the server logs that at its start.
  const bool has_locks = locked || !fs::is_unsupported(locked.error());
  if (has_locks && !locked) return disk_error(locked.error(), "lock " + called(name.id));
  if (has_locks && !locked.value()) return taken_by_other(name.id);
  const auto by_name = file_system_.stat(folder_, name.text());
  const auto by_handle = file_system_.stat(*file);
  if (!by_name || !by_handle || by_name->inode != by_handle->inode) return taken_by_other(name.id);
  return std::optional(std::move(*file));
}

result<std::optional<PartialFiles::Open>> PartialFiles::open(const BlobId& id,
                                                             std::string_view client) {
  const auto names = held(id);
  if (!names) return names.error();
  for (const PartialName& name : *names) {
    auto file = lock(name);
    if (!file) return file.error();
    if (!file.value()) continue;
    Open open;
    open.durable = name.durable;
    open.file = std::move(**file);
    const auto is_own = make_own(open, name, client);
    if (!is_own) return is_own.error();
    if (!is_own.value()) continue;
    const auto stat = file_system_.stat(open.file);
    if (!stat) return disk_error(stat.error(), "look at " + called(id));
    // Shorter than its name says: not even the name can be trusted.
    if (stat->size < open.durable) {
      static_cast<void>(file_system_.remove_file(folder_, open.name));
      continue;
    }
    if (auto hashed = hash_again(open, *stat); !hashed) return hashed.error();
    return std::optional(std::move(open));
  }
  return std::optional<Open>();
}

result<void> PartialFiles::hash_again(Open& open, const fs::Stat& stat) {
  const auto name = PartialName::parse(open.name);
  if (auto known = recall(name->id, open.durable, stat)) {
    open.hash = std::move(*known);
    return {};
  }
  std::vector<std::byte> piece(std::min<std::uint64_t>(kReadPiece, open.durable));
  for (std::uint64_t at = 0; at < open.durable;) {
    const std::size_t wanted = std::min<std::uint64_t>(piece.size(), open.durable - at);
    const auto got = file_system_.read_some(open.file, at, std::span(piece).first(wanted));
    if (!got) return disk_error(got.error(), "read " + called(name->id));
    if (*got == 0) return Error{errc::io_error, called(name->id) + " is shorter than it was"};
    open.hash.update(std::span(piece).first(*got));
    at += *got;
  }
  return {};
}

result<PartialFiles::Open> PartialFiles::create(const BlobId& id, std::string_view client) {
  const auto names = list();
  if (!names) return disk_error(names.error(), "look for resumable uploads");
  const std::uint64_t owner = owner_of(client);
  std::uint64_t bytes = 0;
  std::uint64_t own_bytes = 0;
  std::size_t own = 0;
  for (const PartialName& name : *names) {
    bytes += name.durable;
    if (!is_of(name, owner)) continue;
    own_bytes += name.durable;
    ++own;
  }
  // One client alone can use two thirds, the next two thirds of the rest, and so on: later clients
  // still find room.
  const bool has_place = names->size() < options_.max_partial_uploads &&
                         own < 2 * (options_.max_partial_uploads - names->size());
  const bool has_bytes =
      bytes < options_.max_partial_bytes && own_bytes < 2 * (options_.max_partial_bytes - bytes);
  if (!has_place || !has_bytes)
    return Error{errc::limit_exceeded,
                 "this server keeps " +
                     text::count_of(names->size(), "unfinished upload", "unfinished uploads") +
                     " of " + units::size_text(bytes) + ", " + std::to_string(own) +
                     " of them yours, and can keep no more for you: send the file whole, or"
                     " finish others first"};
  return create_alone(id, client);
}

// Another server may begin the same upload at the same time: each looks after it has made its own,
// and of those that see each other all but one give way.
result<PartialFiles::Open> PartialFiles::create_alone(const BlobId& id, std::string_view client) {
  const PartialName name{id, 0, new_tag(client)};
  Open open;
  open.name = name.text();
  auto file = file_system_.create_file(folder_, open.name);
  if (!file) return disk_error(file.error(), "begin " + called(id));
  file->reset();
  auto locked = lock(name);
  if (!locked) return locked.error();
  if (!locked.value()) return taken_by_other(id);
  open.file = std::move(**locked);
  const auto names = held(id);
  if (names && !names->empty() && names->front().tag == name.tag) return open;
  static_cast<void>(file_system_.remove_file(folder_, open.name));
  if (!names) return names.error();
  return taken_by_other(id);
}

result<void> PartialFiles::checkpoint(const BlobId& id, std::string& name, const fs::File& file,
                                      std::uint64_t received) {
  auto named = PartialName::parse(name);
  if (!named || named->durable == received) return {};
  named->durable = received;
  const std::string next = named->text();
  const auto kept = [&]() -> fs::result<void> {
    const bool flushes = survives_power_cut(options_.durability);
    if (flushes) {
      if (const auto flushed = file_system_.flush(file); !flushed) return flushed;
    }
    if (const auto renamed = file_system_.rename(folder_, name, folder_, next); !renamed)
      return renamed;
    name = next;
    return flushes ? file_system_.flush(folder_) : fs::result<void>();
  }();
  if (kept) return {};
  remove_own(id, name);
  return disk_error(kept.error(), "keep " + called(id));
}

result<bool> PartialFiles::remove(const BlobId& id) {
  const auto names = held(id);
  if (!names) return names.error();
  bool is_removed = false;
  for (const PartialName& name : *names) {
    const auto locked = lock(name);
    if (!locked) return locked.error();
    if (!locked.value()) continue;
    const auto removed = file_system_.remove_file(folder_, name.text());
    if (!removed && !fs::is_absent(removed.error()))
      return disk_error(removed.error(), "remove " + called(id));
    is_removed = is_removed || removed;
  }
  forget(id);
  return is_removed;
}

void PartialFiles::remove_own(const BlobId& id, const std::string& name) {
  static_cast<void>(file_system_.remove_file(folder_, name));
  forget(id);
}

void PartialFiles::forget(const BlobId& id) {
  const std::lock_guard lock(mutex_);
  remembered_.erase(id);
}

// A file with a change time in whole seconds could have been replaced without a trace.
void PartialFiles::remember(const BlobId& id, const fs::File& file, std::uint64_t durable,
                            Sha256 hash) {
  const auto stat = file_system_.stat(file);
  if (!stat || stat->changed == std::chrono::floor<std::chrono::seconds>(stat->changed)) return;
  const std::lock_guard lock(mutex_);
  // Any of them: forgetting one only costs reading the file again.
  if (remembered_.size() >= kRemembered) remembered_.erase(remembered_.begin());
  remembered_.insert_or_assign(id,
                               Remembered{durable, stat->inode, stat->changed, std::move(hash)});
}

std::optional<Sha256> PartialFiles::recall(const BlobId& id, std::uint64_t durable,
                                           const fs::Stat& stat) {
  const std::lock_guard lock(mutex_);
  const auto found = remembered_.find(id);
  if (found == remembered_.end()) return std::nullopt;
  Remembered& known = found->second;
  std::optional<Sha256> hash;
  if (known.durable == durable && known.inode == stat.inode && known.changed == stat.changed)
    hash = std::move(known.hash);
  remembered_.erase(found);
  return hash;
}

result<void> PartialFiles::remove_if_expired(const PartialName& name) {
  if (!is_expired(name)) return {};
  const auto locked = lock(name);
  if (!locked) return locked.error();
  if (!locked.value() || !is_expired(name)) return {};
  const auto removed = file_system_.remove_file(folder_, name.text());
  if (!removed) return disk_error(removed.error(), "remove " + called(name.id));
  return {};
}

void PartialFiles::remove_expired(const StoreLog& log) {
  const auto names = list();
  if (!names) return;
  for (const PartialName& name : *names) {
    if (!is_expired(name)) continue;
    if (remove_if_expired(name) && log)
      log(LogLevel::info, "removed " + called(name.id) + ", unfinished and expired: " +
                              units::size_text(name.durable) + " of it had come");
  }
}

}  // namespace shaman
