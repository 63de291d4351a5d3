// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/known/known_blobs.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "store/layout.hpp"

namespace shaman {
namespace {

constexpr std::size_t kRecord = Digest::kBytes + 8;
constexpr std::size_t kRecordsPiece = 16 * 1024 * kRecord;
// A million known_blobs take about 70 MB of memory: those of other scopes are read again when
// needed.
constexpr std::size_t kLoadedScopes = 64;
// More files than this are merged into one when they are read.
constexpr std::size_t kFewFiles = 8;
// The server that owns the file may still write to it.
constexpr std::chrono::hours kOld{24};

using Record = std::array<std::byte, kRecord>;

Record record_of(const BlobId& id) {
  Record record{};
  std::memcpy(record.data(), id.digest.bytes().data(), Digest::kBytes);
  for (std::size_t i = 0; i < 8; ++i)
    record[Digest::kBytes + i] = static_cast<std::byte>(id.size >> (8 * i));
  return record;
}

BlobId blob_of(std::span<const std::byte> record) {
  std::array<std::uint8_t, Digest::kBytes> digest{};
  std::memcpy(digest.data(), record.data(), Digest::kBytes);
  BlobId id{Digest(digest), 0};
  for (std::size_t i = 0; i < 8; ++i)
    id.size |= std::to_integer<std::uint64_t>(record[Digest::kBytes + i]) << (8 * i);
  return id;
}

}  // namespace

// The known_blobs of one scope that were read so far.
struct KnownBlobsOfScope {
  std::mutex mutex;
  fs::Folder folder;
  std::unordered_set<BlobId> known;
  std::map<std::string, std::uint64_t> read;  // bytes of each file
  std::string own_name;
  fs::File own;
  std::uint64_t own_length = 0;

  bool has(const BlobId& id) {
    const std::lock_guard lock(mutex);
    return known.contains(id);
  }

  void read_file(fs::FileSystem& file_system, const std::string& name) {
    const auto file = file_system.open_file(folder, name);
    if (!file) return;
    std::uint64_t& at = read[name];
    std::vector<std::byte> piece(kRecordsPiece);
    for (;;) {
      std::size_t filled = 0;
      while (filled < piece.size()) {
        const auto got =
            file_system.read_some(*file, at + filled, std::span(piece).subspan(filled));
        if (!got || *got == 0) break;
        filled += *got;
      }
      const std::size_t whole = filled - filled % kRecord;  // the rest is still being written
      for (std::size_t i = 0; i < whole; i += kRecord)
        known.insert(blob_of(std::span(piece).subspan(i, kRecord)));
      at += whole;
      if (whole < piece.size()) return;
    }
  }

  // Reads the known_blobs that any server of this storage has added since.
  void look(fs::FileSystem& file_system) {
    const std::lock_guard lock(mutex);
    const auto entries = file_system.list(folder);
    if (!entries) return;
    for (const fs::Entry& entry : *entries)
      if (entry.name != own_name) read_file(file_system, entry.name);
  }

  bool append(fs::FileSystem& file_system, std::span<const std::byte> records) {
    if (!own) {
      own_name = std::to_string(file_system.random());
      auto created = file_system.create_file(folder, own_name);
      if (!created) return false;
      own = std::move(*created);
    }
    if (!fs::write_all(file_system, own, own_length, records)) return false;
    own_length += records.size();
    return true;
  }

  [[nodiscard]] std::vector<std::string> old_files(fs::FileSystem& file_system) const {
    std::vector<std::string> old;
    for (const auto& [name, length] : read) {
      const auto stat = file_system.stat(folder, name);
      if (stat && file_system.now() - stat->modified > kOld) old.push_back(name);
    }
    return old;
  }

  // Many restarts leave many files.
  void make_one(fs::FileSystem& file_system) {
    const std::lock_guard lock(mutex);
    const std::vector<std::string> old = old_files(file_system);
    if (old.size() <= kFewFiles) return;
    std::vector<std::byte> all;
    all.reserve(known.size() * kRecord);
    for (const BlobId& id : known) {
      const Record record = record_of(id);
      all.insert(all.end(), record.begin(), record.end());
    }
    if (!append(file_system, all)) return;
    for (const std::string& name : old)
      if (file_system.remove_file(folder, name)) read.erase(name);
  }
};

void KnownBlobs::log(const std::string& message) const {
  if (options_.log) options_.log(LogLevel::warning, message);
}

KnownBlobs::Shared KnownBlobs::load(const std::string& folder_name) {
  auto scope = std::make_shared<KnownBlobsOfScope>();
  const std::string path = std::string(layout::kKnownBlobs) + "/" + folder_name;
  for (const std::string& folder : {std::string(layout::kKnownBlobs), path})
    static_cast<void>(file_system_.make_folder(private_folder_, folder));
  auto opened = file_system_.open_folder(private_folder_, path);
  if (!opened) {
    log("the folder .shaman/" + path + " cannot be used: " + opened.error().message() +
        "; records of which principal has sent which file last only until the server stops");
    return scope;
  }
  scope->folder = std::move(*opened);
  scope->look(file_system_);
  scope->make_one(file_system_);
  return scope;
}

KnownBlobs::Shared KnownBlobs::of(std::string_view scope) {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::ranges::find_if(loaded_, [&](const auto& each) { return each.first == scope; });
  if (found != loaded_.end()) {
    loaded_.splice(loaded_.begin(), loaded_, found);
  } else {
    loaded_.emplace_front(scope, load(Sha256::of(scope).hex()));
    if (loaded_.size() > kLoadedScopes) loaded_.pop_back();
  }
  return loaded_.front().second;
}

void KnownBlobs::add(std::string_view scope, const BlobId& id) {
  const Shared of_scope = of(scope);
  const std::lock_guard lock(of_scope->mutex);
  if (!of_scope->known.insert(id).second || !of_scope->folder) return;
  const Record record = record_of(id);
  if (!of_scope->append(file_system_, record))
    log("cannot record which principal has sent blob " + id.brief());
}

bool KnownBlobs::View::has(const BlobId& id) {
  if (requester_.knows_all) return true;
  if (!of_) of_ = known_blobs_.of(requester_.scope);
  if (of_->has(id)) return true;
  if (std::exchange(has_looked_, true)) return false;
  of_->look(known_blobs_.file_system_);
  return of_->has(id);
}

}  // namespace shaman
