// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/delivery.hpp"

#include <algorithm>
#include <future>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "shaman/text.hpp"

#include "protocol/names.hpp"
#include "submit/shaman_calls.hpp"
#include "submit/stopwatch.hpp"

namespace shaman::client {
namespace {

constexpr int kUploadRounds = 10;

bool is_cancelled(const result<void>& outcome) {
  return !outcome && outcome.error().code == errc::cancelled;
}

bool is_anyone_sending(std::span<const Required> wanted) {
  return std::ranges::any_of(
      wanted, [](const Required& required) { return required.status == BlobStatus::uploading; });
}

// Requests a stop when its scope ends, so that a thread which is waited for next comes to its end.
struct StopAtEnd {
  explicit StopAtEnd(std::stop_source& source_) : source(source_) {}
  ~StopAtEnd() { source.request_stop(); }
  StopAtEnd(const StopAtEnd&) = delete;
  StopAtEnd& operator=(const StopAtEnd&) = delete;
  std::stop_source& source;
};

}  // namespace

result<void> Delivery::bring_while_hashing(const std::function<void()>& on_hashed) {
  Uploader uploader(at_.network, at_.options.server, how_to_upload(), at_.survey.files().size(),
                    at_.progress, at_.stop);
  if (result<void> done = hash_ask_and_send(uploader, on_hashed); !done) return done;
  const std::size_t wanted = uploader.payloads().size();
  if (wanted > 0) return bring(Rounds{wanted, 0});
  remember_stored();
  return {};
}

result<void> Delivery::hash_ask_and_send(Uploader& uploader,
                                         const std::function<void()>& on_hashed) {
  SubmitTimes& times = at_.report.times;
  Portions portions;
  // The first failure of hashing, asking and sending ends the other two.
  std::stop_source ending;
  const std::stop_callback on_stop(at_.stop, [&] { ending.request_stop(); });
  const std::stop_callback on_failure(uploader.stopped(), [&] { ending.request_stop(); });
  const std::stop_callback on_end(ending.get_token(), [&] { portions.abandon(); });
  std::future<result<void>> asking = std::async(std::launch::async, [&] {
    result<void> asked = ask_in_portions(portions, uploader, ending.get_token());
    if (!asked) ending.request_stop();
    return asked;
  });
  const StopAtEnd stop_asking(ending);

  const result<void> hashed = [&] {
    const Stopwatch time(times.hash);
    return at_.survey.hash(portions, ending.get_token());
  }();
  if (!hashed)
    ending.request_stop();
  else
    at_.progress.stage = at_.progress.files_total > 0 ? Stage::uploading : Stage::asking;
  const result<void> asked = [&] {
    const Stopwatch time(times.requirements);
    return asking.get();
  }();
  if (hashed && asked) {
    at_.survey.leave_out_unreadable();
    at_.progress.stage = at_.progress.files_total > 0 ? Stage::uploading : Stage::asking;
    on_hashed();
  } else {
    uploader.cancel();
  }
  const result<void> sent = finish(uploader);
  // A stop of the user counts, and then the failure that ended the others.
  if (at_.stop.stop_requested()) return Error{errc::cancelled, {}};
  for (const result<void>& outcome : {hashed, asked, sent})
    if (!outcome && !is_cancelled(outcome)) return outcome;
  return sent;
}

result<void> Delivery::ask_in_portions(Portions& portions, Uploader& uploader,
                                       const std::stop_token& stop) {
  const std::span<const Payload> files = at_.survey.files().all();
  std::unordered_set<BlobId> seen;
  while (const std::optional<std::vector<std::size_t>> portion = portions.take()) {
    FileList blobs;
    std::vector<std::size_t> asked;
    for (const std::size_t file : *portion) {
      if (!seen.insert(files[file].id).second) continue;
      blobs.add(files[file].id, files[file].place);
      asked.push_back(file);
    }
    if (blobs.empty()) continue;
    // All files are hashed by now if they come at once.
    const bool is_whole = portion->size() == files.size();
    const ListSending how =
        is_whole ? at_.lists.of_all(at_.survey.files().list()) : at_.lists.of_some();
    const result<std::vector<Required>> wanted = ask(blobs, how, stop);
    if (!wanted) return wanted.error();
    if (wanted->empty()) continue;
    result<std::vector<Payload>> payloads = at_.survey.files().payloads(*wanted, asked);
    if (!payloads) return payloads.error();
    if (is_anyone_sending(*wanted)) uploader.note_company();
    uploader.add(std::move(*payloads));
  }
  return {};
}

result<void> Delivery::bring() {
  return bring(Rounds());
}

result<void> Delivery::bring(Rounds rounds) {
  for (int count = 0; count < kUploadRounds; ++count) {
    const result<bool> is_done = round(rounds);
    if (!is_done) return is_done.error();
    if (*is_done) {
      remember_stored();
      return {};
    }
  }
  return Error{errc::protocol_error, "the server repeatedly asks for files that were sent"};
}

// True if the server lacks nothing.
result<bool> Delivery::round(Rounds& rounds) {
  at_.progress.begin(Stage::asking, 0, 0);
  const result<std::vector<Required>> wanted = [&] {
    const Stopwatch time(at_.report.times.requirements);
    const ListSending how = at_.lists.of_all(at_.survey.files().list());
    return ask(at_.survey.files().blobs(), how, at_.stop);
  }();
  if (!wanted) return wanted.error();
  if (wanted->empty()) return true;
  // Once may be a server that restarted and lost data that were not on disk.
  if (wanted->size() >= rounds.fewest_wanted && ++rounds.without_progress > 1)
    return Error{errc::protocol_error,
                 "the server still asks for " + text::count_of(wanted->size(), "file", "files") +
                     " after all were sent, such as " + wanted->front().id.brief() +
                     "; its log may say why it did not keep them"};
  rounds.fewest_wanted = std::min(rounds.fewest_wanted, wanted->size());

  result<std::vector<Payload>> payloads = at_.survey.files().payloads(*wanted);
  if (!payloads) return payloads.error();
  at_.progress.begin(Stage::uploading, 0, 0);
  Uploader uploader(at_.network, at_.options.server, how_to_upload(), payloads->size(),
                    at_.progress, at_.stop);
  if (is_anyone_sending(*wanted)) uploader.note_company();
  uploader.add(std::move(*payloads));
  if (const result<void> sent = finish(uploader); !sent) return sent.error();
  return false;
}

result<std::vector<Required>> Delivery::ask(const FileList& blobs, ListSending how,
                                            const std::stop_token& stop) {
  return at_.network.run<std::vector<Required>>(at_.strand, stop, [&] {
    return ask_requirements(at_.connection, blobs, how, &at_.progress);
  });
}

result<void> Delivery::finish(Uploader& uploader) {
  const Stopwatch time(at_.report.times.upload);
  const result<void> sent = uploader.finish();
  count(uploader.outcome());
  if (!sent) return sent;
  at_.survey.files().update(uploader.payloads());
  count_duplicates(uploader.payloads());
  if (uploader.outcome().refuses_empty_files) drop_empty_files();
  return {};
}

UploaderOptions Delivery::how_to_upload() {
  const SubmitOptions& options = at_.options;
  if (options.limit_rate != 0 && !rate_) rate_.emplace(options.limit_rate);
  UploaderOptions how = options_for(at_.server, options.jobs, rate_ ? &*rate_ : nullptr, at_.line);
  if (at_.server.ingest && !ingestion_) ingestion_.emplace(*at_.server.ingest);
  if (ingestion_) how.ingestion = &*ingestion_;
  how.rehash = [this](Payload& payload) { return hash_once_more(payload); };
  if (at_.server.has(protocol::kDeltas) && at_.survey.cache() != nullptr)
    how.find_earlier = [this](Payload& payload) { return find_earlier(payload); };
  return how;
}

result<void> Delivery::hash_once_more(Payload& payload) {
  const BlobId before = payload.id;
  result<void> done = hash_again(payload, at_.survey.cache(), {at_.stop});
  if (!done && is_unreadable(done.error())) return begin_without(payload, done.error());
  payload.has_changed = payload.has_changed || payload.id != before;
  return done;
}

std::optional<EarlierVersion> Delivery::find_earlier(Payload& payload) {
  HashCache& cache = *at_.survey.cache();
  // It may have been hashed by a submission that did not send it.
  if (!payload.pieces) {
    std::optional<CutPieces> known = cache.find_pieces(payload.state.path, payload.id);
    if (!known) return std::nullopt;
    payload.pieces = std::make_shared<const CutPieces>(*std::move(known));
  }
  return cache.find_earlier(payload.state.path, payload.id);
}

// For the deltas of their next versions.
void Delivery::remember_stored() {
  if (at_.survey.cache() == nullptr) return;
  for (const Payload& file : at_.survey.files().all()) {
    if (file.pieces) at_.survey.cache()->keep_stored(file.state.path, file.id);
  }
}

void Delivery::count(const UploadOutcome& outcome) {
  at_.report.uploaded_files += outcome.uploaded_files;
  at_.report.uploaded_bytes += outcome.uploaded_bytes;
  at_.report.resumed_bytes += outcome.resumed_bytes;
  at_.report.spared_bytes += outcome.spared_bytes;
  at_.report.ingested_files += outcome.ingested_files;
  at_.report.ingested_bytes += outcome.ingested_bytes;
  at_.report.refused_ingests += outcome.refused_ingests;
}

void Delivery::count_duplicates(std::span<const Payload> sent) {
  std::unordered_set<BlobId> blobs;
  for (const Payload& payload : sent)
    blobs.insert(payload.id);
  at_.report.duplicate_files += at_.survey.files().duplicates_of(blobs);
}

void Delivery::drop_empty_files() {
  for (const std::string& place : at_.survey.files().drop_empty())
    warnings_.push_back("the server cannot store empty files: \"" + text::printable(place) +
                        "\" is not in the checkout");
}

// A file became unreadable after it was hashed: everything is planned again without it.
Error Delivery::begin_without(const Payload& payload, const Error& error) {
  if (payload.place == at_.survey.plan().blendfile_place) return error;
  const std::scoped_lock lock(unreadable_mutex_);
  unreadable_.emplace(payload.state.path, error.message());
  return {errc::changed_while_read, error.message()};
}

}  // namespace shaman::client
