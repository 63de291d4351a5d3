// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/verify.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <span>
#include <utility>

#include "shaman/gc.hpp"
#include "shaman/text.hpp"
#include "shaman/units.hpp"

#include "fs/error_kinds.hpp"
#include "gc/blob_check.hpp"
#include "gc/broken_links.hpp"
#include "gc/gc_report.hpp"
#include "gc/gc_run.hpp"
#include "store/disk_error.hpp"
#include "store/journal/pending.hpp"
#include "store/layout.hpp"
#include "store/root/root.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;

constexpr std::size_t kNamedBroken = 1000;
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

  // Shard by shard, so that a stopped run can continue; in parallel within each.
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
    if (results_.was_stopped && results_.damaged.empty()) return std::move(results_);
    if (const auto found = find_broken(); !found) return found.error();
    return std::move(results_);
  }

 private:
  // A sample is short, and each must be another.
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
      if (fs::is_refusal(entries.error()) || entries.error() == errors::io_error)
        leave_out(path, entries.error().message());
      else if (entries.error() != errors::no_such_file_or_directory)
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
    if (found.outcome == BlobCheck::Outcome::refused) return leave_out(place.path, found.what);
    if (found.outcome == BlobCheck::Outcome::failed)
      return fail({errc::io_error, "cannot judge blob " + place.id.brief() + ": " + found.what});
    std::string moved_to;
    if (found.outcome == BlobCheck::Outcome::damaged && !options_.dry_run) {
      auto moved = quarantine(place);
      if (!moved) return fail(moved.error());
      moved_to = std::move(*moved);
    }
    const std::lock_guard lock(mutex_);
    ++results_.blobs;
    if (found.outcome == BlobCheck::Outcome::good) return;
    results_.damaged.push_back({place.id, found.what, std::move(moved_to), {}});
    if (options_.log)
      options_.log(LogLevel::warning, "blob " + place.id.brief() + " is damaged: " + found.what);
  }

  // Its present place, relative to the storage folder; empty if another process has moved it.
  result<std::string> quarantine(const Place& place) {
    const auto folder =
        fs::open_or_make_folder(file_system_, root_.private_folder, layout::kQuarantine);
    if (!folder) return disk_error(folder.error(), "make .shaman/quarantine");
    const std::string name =
        layout::trash_name(place.id) + "-" + std::to_string(file_system_.random());
    const auto moved = file_system_.rename(root_.blobs, place.path, *folder, name);
    if (moved)
      return std::string(layout::kPrivate) + "/" + std::string(layout::kQuarantine) + "/" + name;
    if (moved.error() == errors::no_such_file_or_directory) return std::string();
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

  // Written in place: if it is lost, the next run starts from the beginning.
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

  // Also without damage: a checkout stays broken until its files are sent again.
  result<void> find_broken() {
    GcOptions options;  // without its stop: a stopped run still reports the broken checkouts
    options.dry_run = true;
    const GcRun run{file_system_, root_, pool_, options};
    BrokenLinks broken(run);
    for (const DamagedBlob& blob : results_.damaged)
      broken.add_damaged(blob.id);
    if (auto looked = broken.look(); !looked) return looked;
    for (const std::string& place : broken.unread().named)
      note_unread(place);
    results_.unread_places += broken.unread().count - broken.unread().named.size();
    for (DamagedBlob& blob : results_.damaged)
      blob.checkouts = broken.checkouts_of(blob.id);
    for (const BlobId& id : broken.missing())
      results_.missing.push_back({id, broken.checkouts_of(id)});
    std::ranges::sort(results_.damaged, {}, &DamagedBlob::id);
    return {};
  }

  // `path` is below file-store/stored.
  void leave_out(const std::string& path, const std::string& why) {
    note_unread(text::printable(std::string(layout::kBlobsPath) + "/" + path) + ": " + why);
  }

  void note_unread(std::string place) {
    const std::lock_guard lock(mutex_);
    ++results_.unread_places;
    if (results_.unreadable.size() < kNamedBroken) results_.unreadable.push_back(std::move(place));
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
  const auto opened = open_storage_root(file_system, root, Durability::none, IfMissing::refuse);
  if (!opened) return opened.error();
  if (auto is = check_id(*opened, root, options.storage_id); !is) return is.error();
  // What the power took from its place is not lost.
  if (auto none = check_no_journal_is_pending(file_system, opened->private_folder); !none)
    return none.error();
  return Verification(file_system, *opened, pool, options).run();
}

namespace {

std::string heading(const BlobId& id) {
  return "\n" + id.digest.hex() + " of " + std::to_string(id.size) + " bytes: ";
}

std::string broken(const std::vector<std::string>& checkouts) {
  std::string out;
  for (const std::string& checkout : checkouts)
    out += "\n  broken: " + text::printable(checkout);
  return out;
}

}  // namespace

std::string to_text(const VerifyResults& results) {
  std::string out = text::count_of(results.blobs, "file", "files") + " read (" +
                    units::size_text(results.bytes) + "), " +
                    std::to_string(results.damaged.size()) + " damaged, " +
                    std::to_string(results.missing.size()) + " missing";
  if (results.was_resumed) out += "; continued where the last run was stopped";
  if (results.was_stopped) out += "; stopped before the end";
  for (const DamagedBlob& blob : results.damaged) {
    out += heading(blob.id) + blob.what;
    out += blob.moved_to.empty() ? "; it was not moved" : "; it was moved to " + blob.moved_to;
    out += broken(blob.checkouts);
  }
  for (const MissingBlob& blob : results.missing)
    out += heading(blob.id) + "missing, and a link leads to it" + broken(blob.checkouts);
  if (results.unread_places > 0)
    out += "\n" + text_of_places(results.unread_places, results.unreadable) +
           "; these files were not verified: give the server's user read access";
  if (is_good(results)) return out;
  return out +
         "\nTo repair the broken checkouts, submit their scenes again: clients send the missing "
         "files, and the old checkouts work again, too. Or restore the files from a backup, each "
         "to file-store/stored/<first 2 digits>/<other 62>/<bytes>.blob";
}

}  // namespace shaman
