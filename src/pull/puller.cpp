// SPDX-License-Identifier: GPL-3.0-or-later
#include "pull/puller.hpp"

#include <algorithm>
#include <memory>
#include <unordered_set>
#include <utility>

#include "shaman/os.hpp"
#include "shaman/text.hpp"
#include "shaman/units.hpp"

#include "base/folder/folder.hpp"
#include "http/client/network.hpp"
#include "http/client/retries.hpp"
#include "protocol/names.hpp"
#include "pull/cache/blob_cache.hpp"
#include "pull/manifest.hpp"
#include "pull/placement.hpp"
#include "pull/receive/receiver.hpp"
#include "submit/shaman_calls.hpp"

namespace shaman::pull {
namespace {

using client::HttpRequest;
using client::HttpResponse;

constexpr std::size_t kLongestEtag = 200;
constexpr std::chrono::minutes kManifestWithin{10};

Mode default_mode() {
#ifdef _WIN32
  return Mode::hardlink;
#else
  return Mode::symlink;
#endif
}

Error not_pulled(const std::string& folder) {
  return {errc::conflicting_paths, text::in_quotes(folder) +
                                       " is not empty, and no `shaman checkout pull` made it: name "
                                       "another folder, or one that does not exist yet"};
}

Error full(const Error& error, const std::string& cache) {
  return {errc::storage_full, error.message() + ": free space on the disk of the cache " +
                                  text::in_quotes(cache) +
                                  " or of the folder, or name another "
                                  "disk with --cache; what was received is kept"};
}

Error no_feature(const client::ServerInfo& info, const client::Server& server) {
  const std::string what = info.kind == client::ServerInfo::Kind::flamenco
                               ? "a Flamenco Manager, whose own file store"
                               : "a Shaman server (" + text::printable(info.name) + " " +
                                     text::printable(info.version) + ") that";
  return {errc::protocol_error, server.url.text() + " is " + what +
                                    " does not send checkouts: use the address of a newer "
                                    "shaman-server, or ask the farm's admin"};
}

bool is_etag(std::string_view text) {
  return text.size() <= kLongestEtag && text.size() >= 2 && text.front() == '"' &&
         text.back() == '"' &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

// A tree that this program made and that nobody has seen yet.
void remove_tree(const os::Folder& above, const std::string& name) {
  const auto entry = above.look(name);
  if (!entry || entry->kind != os::Folder::Kind::folder) {
    if (entry && entry->kind != os::Folder::Kind::none) static_cast<void>(above.remove(name));
    return;
  }
  if (const auto folder = above.folder(name, false))
    if (const auto names = folder->names())
      for (const std::string& each : *names)
        remove_tree(*folder, each);
  static_cast<void>(above.remove_folder(name));
}

// One pull, step by step.
class Pull {
 public:
  Pull(const PullOptions& options, client::Progress& progress, const std::stop_token& stop)
      : options_(options), progress_(progress), stop_(stop) {}
  ~Pull() {
    if (is_locked_) cache_->unlock_folder(wanted_.id);
  }
  Pull(const Pull&) = delete;
  Pull& operator=(const Pull&) = delete;

  result<PullReport> run() {
    if (auto done = prepare(); !done) return done.error();
    if (auto done = look_at_folder(); !done) return done.error();
    if (auto done = ask(); !done) return done.error();
    if (auto done = find_difference(); !done) return done.error();
    report_.files = wanted_.files.size();
    for (const PulledFile& file : wanted_.files)
      report_.bytes += file.id.size;
    if (is_unchanged()) return report_;
    auto changed = change();
    if (!changed && changed.error().code == errc::storage_full)
      return full(changed.error(), options_.cache);
    if (!changed) return changed.error();
    return report_;
  }

 private:
  result<void> prepare();
  result<void> lock();
  result<void> look_at_folder();
  result<void> ask();
  result<client::ServerInfo> identify();
  result<void> take_manifest(const HttpResponse& answer);
  result<void> find_difference();
  [[nodiscard]] bool is_unchanged() const;
  result<void> change();
  result<void> fetch();
  result<void> make_new();
  result<void> update();
  result<void> write_state(const os::Folder& folder) const;
  [[nodiscard]] bool uses_cache() const {
    return wanted_.mode == Mode::symlink || wanted_.mode == Mode::hardlink;
  }
  void note_room(const BlobCache::Room& room);

  const PullOptions& options_;
  client::Progress& progress_;
  const std::stop_token stop_;

  std::unique_ptr<BlobCache> cache_;
  bool is_locked_ = false;
  PullState wanted_;
  std::optional<os::Folder> root_;        // the folder, if there is one already
  std::optional<PullState> earlier_;      // what an earlier pull left
  std::optional<PullState> unconfirmed_;  // what one began
  bool can_batch_ = false;
  bool is_same_manifest_ = false;
  Difference difference_;
  std::optional<Placement> placement_;
  PullReport report_;
};

result<void> Pull::prepare() {
  std::string folder = os::absolute(options_.folder);
  if (auto real = os::real_path(folder)) {
    folder = *std::move(real);
  } else {
    const std::string above(os::parent(folder));
    if (const auto made = os::create_folders(above); !made) return made.error();
    const auto real_above = os::real_path(above);
    if (!real_above) return real_above.error();
    folder = os::join(*real_above, os::file_name(folder));
  }
  if (!can_be_kept(folder))
    return Error{errc::invalid_argument, "the path of the folder " + text::in_quotes(folder) +
                                             " has a control character in it; name another one"};
  if (const auto made = os::create_folders(os::absolute(options_.cache)); !made)
    return made.error();
  const auto real_cache = os::real_path(os::absolute(options_.cache));
  if (!real_cache) return real_cache.error();
  const std::string& cache = *real_cache;
  if (folder == cache || folder.starts_with(cache + "/") || cache.starts_with(folder + "/"))
    return Error{errc::invalid_argument, "the folder " + text::in_quotes(folder) +
                                             " and the cache " + text::in_quotes(cache) +
                                             " must not be inside each other; name another one"};
  auto opened = BlobCache::open(cache, options_.cache_bytes);
  if (!opened) return opened.error();
  cache_ = *std::move(opened);
  wanted_.id = Sha256::of(folder).hex().substr(0, 32);
  wanted_.folder = folder;
  wanted_.cache = cache;
  wanted_.server = options_.server.url.text();
  wanted_.checkout = options_.checkout;
  wanted_.mode = options_.mode.value_or(default_mode());
  report_.folder = folder;
  report_.mode = wanted_.mode;
  return lock();
}

result<void> Pull::lock() {
  progress_.begin(client::Stage::connecting, 0, 0);
  const auto locked = cache_->try_lock_folder(wanted_.id);
  if (!locked) return locked.error();
  if (!*locked)
    if (auto waited = cache_->lock_folder(wanted_.id); !waited) return waited;
  is_locked_ = true;
  return {};
}

result<void> Pull::look_at_folder() {
  unconfirmed_ = cache_->unconfirmed(wanted_.id);
  const auto info = os::info(wanted_.folder);
  if (!info && info.error().code == errc::not_found) return {};
  if (!info) return info.error();
  if (info->type != os::FileType::folder)
    return Error{errc::conflicting_paths,
                 text::in_quotes(wanted_.folder) + " is not a folder; name another one"};
  auto root = os::Folder::open(wanted_.folder);
  if (!root) return root.error();
  const auto names = root->names();
  if (!names) return names.error();
  if (names->empty()) return {};
  const auto entry = root->look(std::string(kStateName));
  if (!entry) return entry.error();
  if (entry->kind != os::Folder::Kind::file) return not_pulled(wanted_.folder);
  const auto text = root->read(std::string(kStateName), kLongestState);
  if (!text) return text.error();
  auto state = read_state(*text);
  if (!state)
    return Error{errc::damaged_file,
                 text::in_quotes(os::join(wanted_.folder, kStateName)) +
                     " is damaged: remove the folder, then pull again into a new one"};
  earlier_ = *std::move(state);
  root_ = *std::move(root);
  return {};
}

result<client::ServerInfo> Pull::identify() {
  client::Network network(1);
  const auto strand = network.make_strand();
  client::HttpConnection connection(strand, options_.server);
  auto info =
      network.run<client::ServerInfo>(strand, stop_, [&] { return client::identify(connection); });
  if (!info) return info;
  if (info->kind == client::ServerInfo::Kind::other)
    return Error{errc::protocol_error, info->problem};
  const auto list = options_.outputs ? protocol::kHasOutputs : protocol::kSendsManifests;
  if (!info->has(list) || !info->has(protocol::kSendsContent))
    return no_feature(*info, options_.server);
  return info;
}

result<void> Pull::ask() {
  const bool is_known = earlier_ && !unconfirmed_ && earlier_->server == wanted_.server &&
                        earlier_->checkout == wanted_.checkout && is_etag(earlier_->etag);
  if (!is_known) {
    const auto info = identify();
    if (!info) return info.error();
    can_batch_ = info->has(protocol::kSendsBatches);
  }
  HttpRequest request;
  request.path =
      client::checkout_address(protocol::kCheckout, wanted_.checkout) +
      std::string(options_.outputs ? protocol::kOutputsSuffix : protocol::kManifestSuffix);
  request.longest_answer = kLongestManifest;
  request.answer_within = kManifestWithin;
  if (is_known) request.headers.emplace_back("If-None-Match", earlier_->etag);
  client::Network network(1);
  const auto strand = network.make_strand();
  client::HttpConnection connection(strand, options_.server);
  const auto answer = network.run<HttpResponse>(strand, stop_, [&] {
    return client::exchange_patiently(connection, request, client::kShortPatience, &progress_);
  });
  if (!answer) return answer.error();
  if (is_known && answer->status == 304) {
    is_same_manifest_ = true;
    wanted_.etag = earlier_->etag;
    wanted_.files = earlier_->files;
    return {};
  }
  if (answer->status != 200)
    return client::checkout_refusal("did not send", wanted_.checkout, *answer);
  return take_manifest(*answer);
}

result<void> Pull::take_manifest(const HttpResponse& answer) {
  auto files = read_manifest(answer.body, NameRules::of_this_system());
  if (!files) return files.error();
  wanted_.files = *std::move(files);
  if (is_etag(answer.etag)) wanted_.etag = answer.etag;
  return {};
}

result<void> Pull::find_difference() {
  if (!root_) {
    for (std::size_t i = 0; i < wanted_.files.size(); ++i)
      difference_.to_place.push_back(i);
    return {};
  }
  placement_.emplace(*root_, *cache_, !options_.mode);
  placement_->know(*earlier_);
  if (unconfirmed_) placement_->know(*unconfirmed_);
  auto difference = placement_->compare(wanted_);
  if (!difference) return difference.error();
  difference_ = *std::move(difference);
  return {};
}

bool Pull::is_unchanged() const {
  return is_same_manifest_ && difference_.to_place.empty() && earlier_->mode == wanted_.mode &&
         earlier_->cache == wanted_.cache && earlier_->folder == wanted_.folder &&
         (!uses_cache() || cache_->knows(wanted_));
}

void Pull::note_room(const BlobCache::Room& room) {
  if (room.is_within_limit || !report_.warnings.empty()) return;
  report_.warnings.push_back("the cache " + text::printable(wanted_.cache) +
                             " is over its limit of " + units::size_text(options_.cache_bytes) +
                             ": folders on this machine use " + units::size_text(room.in_use) +
                             " of it; remove folders that are no longer needed, or raise "
                             "--cache-size");
}

result<void> Pull::change() {
  if (auto announced = cache_->announce(wanted_); !announced) return announced;
  if (auto fetched = fetch(); !fetched) return fetched;
  if (stop_.stop_requested()) return Error{errc::cancelled, {}};
  if (auto placed = root_ ? update() : make_new(); !placed) return placed;
  if (auto kept = uses_cache() ? cache_->confirm(wanted_.id) : cache_->release(wanted_.id); !kept)
    return kept;
  if (report_.received_files == 0) return {};
  if (const auto room = cache_->make_room(0)) note_room(*room);
  return {};
}

result<void> Pull::fetch() {
  std::unordered_set<BlobId> seen;
  std::vector<BlobId> missing;
  std::uint64_t bytes = 0;
  for (const std::size_t index : difference_.to_place) {
    const BlobId& id = wanted_.files[index].id;
    if (!seen.insert(id).second) continue;
    if (cache_->has(id)) {
      cache_->touch(id);
      continue;
    }
    missing.push_back(id);
    bytes += id.size;
  }
  report_.placed_files = difference_.to_place.size();
  report_.removed_files = difference_.to_remove.size();
  if (missing.empty()) return {};
  if (is_same_manifest_) {
    const auto info = identify();
    if (!info) return info.error();
    can_batch_ = info->has(protocol::kSendsBatches);
  }
  const auto room = cache_->make_room(bytes);
  if (!room) return room.error();
  note_room(*room);
  std::optional<client::RateLimit> rate;
  if (options_.limit_rate > 0) rate.emplace(options_.limit_rate);
  progress_.begin(client::Stage::downloading, missing.size(), bytes);
  ReceiverOptions receiving;
  receiving.jobs = options_.jobs;
  receiving.can_batch = can_batch_;
  receiving.rate = rate ? &*rate : nullptr;
  Receiver receiver(options_.server, *cache_, receiving, progress_);
  const auto received = receiver.fetch(missing, stop_);
  if (!received) return received.error();
  report_.received_files = received->files;
  report_.received_bytes = received->bytes;
  report_.resumed_bytes = received->resumed_bytes;
  return {};
}

result<void> Pull::write_state(const os::Folder& folder) const {
  const std::string name(kStateName);
  const std::string temporary = name + "-new";
  static_cast<void>(folder.remove(temporary));
  if (auto written = folder.write(temporary, state_text(wanted_)); !written) return written;
  return folder.rename(temporary, name);
}

result<void> Pull::make_new() {
  const std::string above_path(os::parent(wanted_.folder));
  const auto above = os::Folder::open(above_path);
  if (!above) return above.error();
  // One name for each folder, so that the next pull removes what this one may leave.
  const std::string staging = std::string(kStateName) + "-" + wanted_.id;
  remove_tree(*above, staging);
  if (auto made = above->make_folder(staging); !made) return made;
  auto done = [&]() -> result<void> {
    const auto folder = above->folder(staging, false);
    if (!folder) return folder.error();
    Placement placement(*folder, *cache_, !options_.mode);
    if (auto applied = placement.apply(wanted_, difference_); !applied) return applied;
    if (auto written = write_state(*folder); !written) return written;
    return {};
  }();
  if (done) {
    // Windows does not replace even an empty folder.
    static_cast<void>(above->remove_folder(std::string(os::file_name(wanted_.folder))));
    done = above->rename(staging, std::string(os::file_name(wanted_.folder)));
  }
  if (!done) remove_tree(*above, staging);
  report_.is_new = done.has_value();
  return done;
}

result<void> Pull::update() {
  if (auto applied = placement_->apply(wanted_, difference_); !applied) return applied;
  return write_state(*root_);
}

}  // namespace

result<PullReport> pull_checkout(const PullOptions& options, client::Progress& progress,
                                 const std::stop_token& stop) {
  return Pull(options, progress, stop).run();
}

}  // namespace shaman::pull
