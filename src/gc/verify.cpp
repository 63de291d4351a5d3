// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/verify.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "shaman/gc.hpp"
#include "shaman/text.hpp"

#include "checkout/placement.hpp"
#include "gc/blob_check.hpp"
#include "gc/gc_run.hpp"
#include "gc/link_walk.hpp"
#include "store/disk_error.hpp"
#include "store/layout.hpp"
#include "store/root.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;

constexpr std::size_t kShards = 256;
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kProgress = "verified";  // the shards before this number are done

std::string shard_name(std::size_t index) {
  return {kHexDigits[index / 16], kHexDigits[index % 16]};
}

struct Place {
  BlobId id;
  std::string path;  // below file-store/stored
};

class Verification {
 public:
  Verification(fs::FileSystem& file_system, const StorageRoot& root, WorkerPool& pool,
               const VerifyOptions& options)
      : file_system_(file_system),
        root_(root),
        pool_(pool),
        options_(options),
        limit_(file_system, options.bytes_per_second),
        salt_(file_system.random()) {}

  // Shard by shard, so that a run that is stopped can go on; side by side within each.
  result<VerifyResults> run() {
    std::size_t shard = options_.restart || !is_whole() ? 0 : read_progress();
    results_.was_resumed = shard > 0;
    for (; shard < kShards && !is_stopped() && !failure_; ++shard) {
      check_shard(shard_name(shard));
      if (is_whole() && !is_stopped() && !failure_) write_progress(shard + 1);
    }
    if (failure_) return *failure_;
    results_.bytes = limit_.total();
    results_.was_stopped = is_stopped();
    if (is_whole() && !results_.was_stopped)
      static_cast<void>(file_system_.remove_file(root_.private_folder, kProgress));
    if (const auto named = name_checkouts(); !named) return named.error();
    return std::move(results_);
  }

 private:
  // A sample is short, and every one is to be another.
  [[nodiscard]] bool is_whole() const { return options_.sample >= 1; }
  [[nodiscard]] bool is_stopped() const {
    return options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed);
  }

  [[nodiscard]] bool is_chosen(const BlobId& id) const {
    if (is_whole()) return true;
    // The digest's own bytes are as good as random; the salt makes each run's choice another.
    std::uint64_t mixed = (std::hash<BlobId>()(id) ^ salt_) * 0x9e3779b97f4a7c15U;
    mixed ^= mixed >> 32U;
    mixed *= 0xd6e8feb86659fd93U;
    return static_cast<double>(mixed >> 11U) * 0x1p-53 < options_.sample;
  }

  void check_shard(const std::string& name) {
    const std::vector<Place> places = list(name);
    pool_.parallel_for(places.size(), 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end && !is_stopped(); ++i)
        check(places[i]);
    });
  }

  std::vector<Place> list(const std::string& shard_name) {
    std::vector<Place> places;
    const auto names = [&](const std::string& path) {
      const auto folder = file_system_.open_folder(root_.blobs, path);
      auto entries =
          folder ? file_system_.list(*folder) : fs::result<std::vector<fs::Entry>>(folder.error());
      if (entries) return std::move(*entries);
      if (entries.error() != errors::no_such_file_or_directory)
        fail(disk_error(entries.error(), "list file-store/stored/" + path));
      return std::vector<fs::Entry>();
    };
    for (const fs::Entry& rest : names(shard_name)) {
      if (rest.type != fs::EntryType::folder) continue;
      for (const fs::Entry& blob : names(shard_name + "/" + rest.name)) {
        std::string path = shard_name + "/" + rest.name + "/" + blob.name;
        const auto id = layout::blob_of_path(std::string(layout::kBlobs) + "/" + path);
        if (id && is_chosen(*id)) places.push_back({*id, std::move(path)});
      }
    }
    return places;
  }

  void check(const Place& place) {
    const BlobCheck found =
        check_blob(file_system_, root_.blobs, place.path, place.id, limit_, options_.stop);
    if (found.outcome == BlobCheck::Outcome::gone || found.outcome == BlobCheck::Outcome::stopped)
      return;
    if (found.outcome == BlobCheck::Outcome::failed)
      return fail({errc::io_error, "cannot judge blob " + place.id.brief() + ": " + found.what});
    if (found.outcome == BlobCheck::Outcome::damaged && !options_.dry_run) {
      if (const auto moved = quarantine(place); !moved) return fail(moved.error());
    }
    const std::lock_guard lock(mutex_);
    ++results_.blobs;
    if (found.outcome == BlobCheck::Outcome::good) return;
    results_.damaged.push_back({place.id, found.what, {}});
    if (options_.log)
      options_.log(LogLevel::warning, "blob " + place.id.brief() + " is damaged: " + found.what);
  }

  result<void> quarantine(const Place& place) {
    const auto folder =
        fs::open_or_make_folder(file_system_, root_.private_folder, layout::kQuarantine);
    if (!folder) return disk_error(folder.error(), "make .shaman/quarantine");
    const std::string name =
        layout::trash_name(place.id) + "-" + std::to_string(file_system_.random());
    const auto moved = file_system_.rename(root_.blobs, place.path, *folder, name);
    if (moved || moved.error() == errors::no_such_file_or_directory) return {};
    return disk_error(moved.error(), "move blob " + place.id.brief() + " to .shaman/quarantine");
  }

  std::size_t read_progress() {
    const auto file = file_system_.open_file(root_.private_folder, kProgress);
    if (!file) return 0;
    const auto text = fs::read_all(file_system_, *file, 16);
    if (!text || text->size() != 2) return 0;
    const std::size_t high = kHexDigits.find((*text)[0]);
    const std::size_t low = kHexDigits.find((*text)[1]);
    return high == std::string::npos || low == std::string::npos ? 0 : 16 * high + low;
  }

  // Under its name at once. Lost, the next run begins at the start: no harm.
  void write_progress(std::size_t next) {
    if (next >= kShards) return;
    const std::string text = shard_name(next);
    const std::string temporary = std::string(kProgress) + "-" + text;
    static_cast<void>(file_system_.remove_file(root_.private_folder, temporary));
    const auto file = file_system_.create_file(root_.private_folder, temporary);
    if (!file || !fs::write_all(file_system_, *file, 0, std::as_bytes(std::span(text)))) return;
    static_cast<void>(
        file_system_.rename(root_.private_folder, temporary, root_.private_folder, kProgress));
  }

  result<void> name_checkouts() {
    if (results_.damaged.empty()) return {};
    std::map<BlobId, std::set<std::string>> users;
    for (const DamagedBlob& blob : results_.damaged)
      users.try_emplace(blob.id);
    const GcOptions no_options;  // a stopped run still tells what it broke
    const GcRun run{file_system_, root_, pool_, no_options};
    const auto walked = walk_links(run, [&](const BlobId& id, const std::string& path) {
      const auto found = users.find(id);
      if (found == users.end()) return;
      std::string checkout = checkout_of(path);
      const std::lock_guard lock(mutex_);
      found->second.insert(std::move(checkout));
    });
    if (!walked) return walked.error();
    for (DamagedBlob& blob : results_.damaged)
      blob.checkouts.assign(users[blob.id].begin(), users[blob.id].end());
    std::sort(results_.damaged.begin(), results_.damaged.end(),
              [](const DamagedBlob& left, const DamagedBlob& right) { return left.id < right.id; });
    return {};
  }

  // The outermost folder on the way to a link that is a checkout.
  std::string checkout_of(const std::string& link) {
    for (std::size_t slash = link.find('/'); slash != std::string::npos;
         slash = link.find('/', slash + 1)) {
      const auto folder = file_system_.open_folder(root_.root, link.substr(0, slash));
      if (!folder) break;
      const auto checkout = is_checkout(file_system_, *folder);
      if (checkout && checkout.value()) return link.substr(0, slash);
    }
    return link;
  }

  void fail(const Error& error) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = error;
  }

  fs::FileSystem& file_system_;
  const StorageRoot& root_;
  WorkerPool& pool_;
  const VerifyOptions& options_;
  RateLimit limit_;
  const std::uint64_t salt_;
  std::mutex mutex_;
  VerifyResults results_;
  std::optional<Error> failure_;
};

}  // namespace

result<VerifyResults> verify_store(fs::FileSystem& file_system, const std::string& root,
                                   WorkerPool& pool, const VerifyOptions& options) {
  if (const auto there = file_system.open_root(root); !there)
    return Error{errc::not_a_store,
                 disk_error(there.error(), "open the storage " + root).message()};
  const auto opened = open_storage_root(file_system, root, Durability::none);
  if (!opened) return opened.error();
  return Verification(file_system, *opened, pool, options).run();
}

std::string to_text(const VerifyResults& results) {
  std::string out = text::count_of(results.blobs, "file", "files") + " read (" +
                    text::human_bytes(results.bytes) + "), " +
                    std::to_string(results.damaged.size()) + " damaged";
  if (results.was_resumed) out += "; went on where the last run was stopped";
  if (results.was_stopped) out += "; stopped before the end";
  for (const DamagedBlob& blob : results.damaged) {
    out += "\n" + blob.id.digest.hex() + " of " + std::to_string(blob.id.size) +
           " bytes: " + blob.what;
    for (const std::string& checkout : blob.checkouts)
      out += "\n  needed by " + text::printable(checkout);
  }
  return out;
}

}  // namespace shaman
