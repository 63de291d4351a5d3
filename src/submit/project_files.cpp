// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/project_files.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <numeric>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "shaman/text.hpp"

#include "http/client/backoff.hpp"
#include "submit/upload/upload_queue.hpp"

namespace shaman::client {
namespace {

constexpr std::size_t kLookedAtOnce = 64;

Error changed_since_tracing(const std::string& path) {
  return {errc::changed_while_read,
          "\"" + text::printable(path) + "\" changed while the project was being read"};
}

result<Payload> look(const pack::PlannedFile& planned, const ScanWatch& traced) {
  const result<os::FileInfo> info = os::info(planned.source);
  if (!info && info.error().code == errc::not_found) return changed_since_tracing(planned.source);
  if (!info) return info.error();
  if (info->type != os::FileType::regular)
    return Error{errc::io_error, text::in_quotes(planned.source) + " is not a file"};
  const std::optional<os::FileInfo> as_traced = traced.traced_state(planned.source);
  if (as_traced && *as_traced != *info) return changed_since_tracing(planned.source);
  if (!text::is_utf8(planned.place))
    return Error{errc::unsafe_path, "the name \"" + text::printable(planned.place) +
                                        "\" is not UTF-8, which checkouts require"};
  Payload file;
  file.id.size = info->size;
  file.place = planned.place;
  file.state = {planned.source, *info};
  file.patches = planned.patches;
  file.is_traced = as_traced.has_value();
  return file;
}

result<HashedFile> hash_one(const Payload& file, const HashContext& context) {
  if (file.patches.empty()) return hash_file(file.state.path, context);
  return hash_rewritten(file.state.path, file.patches, context);
}

// Only of .blend files: they are saved again and again, and mostly stay the same; and only of those
// whose bytes outweigh another request.
bool is_cut(const Payload& file) {
  return file.is_traced && file.state.info.size >= kDeltaFrom;
}

void remember(HashCache& cache, const Payload& file, const HashedFile& hashed) {
  if (file.patches.empty()) {
    cache.keep_digest(hashed.state, hashed.read_at_ns, hashed.blob.digest);
  } else {
    cache.keep_rewritten(hashed.state, hashed.read_at_ns, recipe_of(file.patches), hashed.blob);
  }
  if (hashed.pieces) cache.keep_pieces(hashed.state.path, hashed.blob, *hashed.pieces);
}

// The first failure of several threads.
class FirstError {
 public:
  void set(Error error) {
    const std::scoped_lock lock(mutex_);
    if (!error_) error_ = std::move(error);
    is_set_ = true;
  }
  [[nodiscard]] bool is_set() const noexcept { return is_set_; }
  [[nodiscard]] result<void> outcome() const {
    if (error_) return *error_;
    return {};
  }

 private:
  std::mutex mutex_;
  std::optional<Error> error_;
  std::atomic<bool> is_set_ = false;
};

}  // namespace

result<ProjectFiles> ProjectFiles::look_at(const pack::Plan& plan, const ScanWatch& traced,
                                           WorkerPool& pool) {
  ProjectFiles project;
  project.files_.resize(plan.files.size());
  project.blendfile_place_ = plan.blendfile_place;
  FirstError failure;
  project.failures_.resize(plan.files.size());
  pool.parallel_for(plan.files.size(), kLookedAtOnce, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end && !failure.is_set(); ++i) {
      result<Payload> file = look(plan.files[i], traced);
      if (file) {
        project.files_[i] = std::move(*file);
        continue;
      }
      project.files_[i].place = plan.files[i].place;
      project.files_[i].state.path = plan.files[i].source;
      if (project.is_left_out(project.files_[i], file.error()))
        project.failures_[i] = file.error();
      else
        failure.set(file.error());
    }
  });
  if (const result<void> outcome = failure.outcome(); !outcome) return outcome.error();
  project.leave_out_unreadable();
  return project;
}

result<void> ProjectFiles::hash(HashCache& cache, Trust trust, WorkerPool& pool, Progress& progress,
                                const std::stop_token& stop, Portions& portions) {
  Known known;
  if (trust == Trust::yes) {
    known = find_in_cache(cache);
  } else {
    known.no.resize(files_.size());
    std::iota(known.no.begin(), known.no.end(), std::size_t{0});
  }
  portions.add_known(known.yes);
  files_read_ = known.no.size();
  if (known.no.empty()) return {};

  const std::uint64_t bytes = std::accumulate(
      known.no.begin(), known.no.end(), std::uint64_t{0},
      [&](std::uint64_t sum, std::size_t i) { return sum + files_[i].state.info.size; });
  progress.begin(Stage::hashing, known.no.size(), bytes);
  order_for_reading(known.no);
  return read(known.no, &cache, pool, {stop, &progress.hashing.bytes_done}, progress, portions);
}

ProjectFiles::Known ProjectFiles::find_in_cache(HashCache& cache) {
  Known found;
  std::vector<std::size_t> plain;
  std::vector<FileState> states;
  for (std::size_t i = 0; i < files_.size(); ++i) {
    Payload& file = files_[i];
    if (file.patches.empty()) {
      plain.push_back(i);
      states.push_back(file.state);
      continue;
    }
    const auto known = cache.find_rewritten(file.state, recipe_of(file.patches));
    if (known) file.id = *known;
    (known ? found.yes : found.no).push_back(i);
  }
  const std::vector<std::optional<Digest>> known = cache.find_digests(states);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (known[i]) files_[plain[i]].id.digest = *known[i];
    (known[i] ? found.yes : found.no).push_back(plain[i]);
  }
  return found;
}

// The largest first, so that no thread works alone on one at the end. The small ones begin
// anywhere: what is hashed first is sent first, and several clients that send the same project
// should not all send the same files.
void ProjectFiles::order_for_reading(std::vector<std::size_t>& unknown) const {
  const auto size_of = [&](std::size_t i) { return files_[i].state.info.size; };
  std::ranges::stable_sort(unknown, std::greater<>(), size_of);
  const auto small = std::ranges::find_if(
      unknown, [&](std::size_t i) { return size_of(i) < UploadQueue::kLargeFrom; });
  const auto count = static_cast<double>(unknown.end() - small);
  std::rotate(small, small + static_cast<std::ptrdiff_t>(random_share() * count), unknown.end());
}

result<void> ProjectFiles::read(std::span<const std::size_t> unknown, HashCache* cache,
                                WorkerPool& pool, const HashContext& context, Progress& progress,
                                Portions& portions) {
  FirstError failure;
  failures_.resize(files_.size());
  pool.parallel_for(unknown.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end && !failure.is_set(); ++i) {
      Payload& file = files_[unknown[i]];
      const result<void> done = hash_again(file, cache, context);
      if (done)
        portions.add_read(unknown[i], file.id.size);
      else if (is_left_out(file, done.error()))
        failures_[unknown[i]] = done.error();
      else
        failure.set(done.error());
      progress.hashing.files_done += 1;
    }
  });
  return failure.outcome();
}

bool ProjectFiles::is_left_out(const Payload& file, const Error& error) const {
  return is_unreadable(error) && file.place != blendfile_place_;
}

void ProjectFiles::leave_out_unreadable() {
  const std::vector<std::optional<Error>> failures = std::exchange(failures_, {});
  if (failures.empty()) return;
  std::vector<Payload> left;
  left.reserve(files_.size());
  for (std::size_t i = 0; i < files_.size(); ++i) {
    if (failures[i])
      unreadable_.emplace(files_[i].state.path, failures[i]->message());
    else
      left.push_back(std::move(files_[i]));
  }
  files_ = std::move(left);
}

bool is_unreadable(const Error& error) noexcept {
  return error.code == errc::io_error || error.code == errc::invalid_argument;
}

result<void> hash_again(Payload& file, HashCache* cache, const HashContext& context) {
  HashContext how = context;
  how.cuts = cache != nullptr && is_cut(file);
  const result<HashedFile> hashed = hash_one(file, how);
  if (!hashed && hashed.error().code == errc::not_found)
    return changed_since_tracing(file.state.path);
  if (!hashed) return hashed.error();
  if (file.is_traced && hashed->state != file.state) return changed_since_tracing(file.state.path);
  if (cache != nullptr) remember(*cache, file, *hashed);
  file.state = hashed->state;
  file.id = hashed->blob;
  file.pieces = hashed->pieces;
  return {};
}

result<std::size_t> ProjectFiles::take_in_changes(HashCache* cache, WorkerPool& pool,
                                                  const std::stop_token& stop) {
  std::vector<char> is_changed(files_.size());
  pool.parallel_for(files_.size(), kLookedAtOnce, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const result<os::FileInfo> now = os::info(files_[i].state.path);
      is_changed[i] = static_cast<char>(now && is_newer(*now, files_[i].state.info));
    }
  });
  std::size_t count = 0;
  for (std::size_t i = 0; i < files_.size(); ++i) {
    if (is_changed[i] == 0) continue;
    const result<void> done = hash_again(files_[i], cache, {stop});
    // What can no longer be read is in the checkout as it was.
    if (!done && (!is_unreadable(done.error()) || files_[i].is_traced)) return done.error();
    if (done) ++count;
  }
  return count;
}

result<std::vector<Payload>> ProjectFiles::payloads(std::span<const Required> wanted) const {
  std::vector<std::size_t> all(files_.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return payloads(wanted, all);
}

result<std::vector<Payload>> ProjectFiles::payloads(std::span<const Required> wanted,
                                                    std::span<const std::size_t> asked) const {
  std::unordered_map<BlobId, std::size_t> by_blob;
  for (const std::size_t i : asked)
    by_blob.try_emplace(files_[i].id, i);
  std::vector<Payload> found;
  for (const Required& required : wanted) {
    const auto file = by_blob.find(required.id);
    if (file == by_blob.end())
      return Error{errc::protocol_error, "the server asks for the file " + required.id.brief() +
                                             ", which is not part of this project"};
    found.push_back(files_[file->second]);
  }
  return found;
}

void ProjectFiles::update(std::span<const Payload> sent) {
  std::unordered_map<std::string_view, const Payload*> changed;
  for (const Payload& payload : sent) {
    if (payload.has_changed || payload.pieces) changed.emplace(payload.state.path, &payload);
  }
  if (changed.empty()) return;
  for (Payload& file : files_) {
    const auto now = changed.find(file.state.path);
    if (now == changed.end() || file.patches != now->second->patches) continue;
    file.state = now->second->state;
    file.id = now->second->id;
    file.pieces = now->second->pieces;
  }
}

std::vector<std::string> ProjectFiles::drop_empty() {
  std::vector<std::string> dropped;
  std::erase_if(files_, [&](const Payload& file) {
    if (file.id.size == 0) dropped.push_back(file.place);
    return file.id.size == 0;
  });
  return dropped;
}

FileList ProjectFiles::list() const {
  FileList files;
  for (const Payload& file : files_)
    files.add(file.id, file.place);
  return files;
}

FileList ProjectFiles::blobs() const {
  FileList blobs;
  std::unordered_set<BlobId> seen;
  for (const Payload& file : files_) {
    if (seen.insert(file.id).second) blobs.add(file.id, file.place);
  }
  return blobs;
}

std::size_t ProjectFiles::duplicates_of(const std::unordered_set<BlobId>& blobs) const {
  std::unordered_set<BlobId> seen;
  return static_cast<std::size_t>(std::ranges::count_if(files_, [&](const Payload& file) {
    return blobs.contains(file.id) && !seen.insert(file.id).second;
  }));
}

std::uint64_t ProjectFiles::bytes() const noexcept {
  std::uint64_t sum = 0;
  for (const Payload& file : files_)
    sum += file.id.size;
  return sum;
}

}  // namespace shaman::client
