// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/client/submitter.hpp"

#include <algorithm>
#include <array>
#include <future>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <unordered_set>
#include <utility>

#include "shaman/text.hpp"

#include "http/client/network.hpp"
#include "protocol/names.hpp"
#include "submit/cache/known_list.hpp"
#include "submit/shaman_calls.hpp"
#include "submit/survey.hpp"
#include "submit/upload/uploader.hpp"

namespace shaman::client {

namespace asio = boost::asio;

namespace {

// The time of a round trip that no local network takes.
constexpr std::chrono::milliseconds kFarAway{10};
constexpr int kCreateAttempts = 3;
constexpr int kUploadRounds = 10;
constexpr std::size_t kFewestNetworkThreads = 2;
constexpr std::size_t kMostNetworkThreads = 8;
// A Shaman server answers `Expect` as soon as it can; waiting longer saves a body on a busy one.
constexpr std::chrono::milliseconds kPatientContinue{15'000};

// Adds the time until its end to a figure.
class Stopwatch {
 public:
  explicit Stopwatch(SubmitTimes::Duration& sum) : sum_(sum) {}
  ~Stopwatch() { sum_ += std::chrono::steady_clock::now() - begin_; }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  SubmitTimes::Duration& sum_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

std::string random_key() {
  std::random_device device;
  std::string key;
  static constexpr std::string_view kHex = "0123456789abcdef";
  for (int digit = 0; digit < 32; ++digit)
    key += kHex[device() & 0xFU];
  return key;
}

std::size_t cores() {
  return std::max(1U, std::thread::hardware_concurrency());
}

class Submission {
 public:
  Submission(const SubmitOptions& options, Progress& progress, const std::stop_token& stop)
      : options_(options),
        progress_(progress),
        on_stop_(stop, [this] { everything_.request_stop(); }),
        stop_(everything_.get_token()),
        survey_(options, progress, stop_),
        network_(std::clamp(cores(), kFewestNetworkThreads, kMostNetworkThreads)),
        strand_(network_.make_strand()),
        connection_(strand_, options.server) {}

  ~Submission() {
    // No caller waits for the outstanding answer any more.
    everything_.request_stop();
    if (identification_.valid()) identification_.wait();
  }
  Submission(const Submission&) = delete;
  Submission& operator=(const Submission&) = delete;

  result<SubmitReport> run();

 private:
  template <class T>
  result<T> call(const std::function<asio::awaitable<result<T>>()>& body) {
    return network_.run<T>(strand_, stop_, body);
  }

  result<void> attempt_until_unchanged();
  result<void> attempt_all();
  result<void> read_project();
  [[nodiscard]] bool is_refused_by_strict();
  void report_shortfall();
  void tell_what_is_known();
  [[nodiscard]] Error begin_without(const Payload& payload, const Error& error);
  result<void> meet_server();
  result<void> bring_files();
  struct RoundsMade {
    std::size_t fewest_wanted = std::numeric_limits<std::size_t>::max();
    int without_progress = 0;
  };
  result<bool> upload_round(RoundsMade& rounds);
  result<void> upload(std::vector<Payload> payloads);
  void count_duplicates(const std::vector<Payload>& sent);
  result<void> make_checkout();
  void aim(const FileList& files);
  [[nodiscard]] ListSending lists() {
    return {server_->has(protocol::kCompresses), difference_ ? &*difference_ : nullptr,
            &is_base_refused_};
  }
  void add_up();

  const SubmitOptions& options_;
  Progress& progress_;
  std::stop_source everything_;
  std::stop_callback<std::function<void()>> on_stop_;
  const std::stop_token stop_;
  std::vector<std::string> warnings_;
  Survey survey_;
  Network network_;
  Network::Strand strand_;
  HttpConnection connection_;
  LineMeter line_;

  std::optional<ServerInfo> server_;
  std::optional<result<ServerInfo>> identified_;
  std::future<result<void>> identification_;
  std::optional<KnownList> known_;
  std::optional<protocol::ListDifference> difference_;  // of the list that is sent next
  bool is_base_refused_ = false;
  std::mutex unreadable_mutex_;
  std::map<std::string, std::string> unreadable_;  // found while they were sent
  SubmitReport report_;
};

result<SubmitReport> Submission::run() {
  const result<void> done = [this] {
    const Stopwatch watch(report_.times.total);
    // While the .blend is being read.
    identification_ = network_.start(strand_, stop_, [this]() -> asio::awaitable<void> {
      const auto begin = LineMeter::Clock::now();
      identified_.emplace(co_await identify(connection_));
      // Two round trips, or more.
      if (LineMeter::Clock::now() - begin > 2 * kFarAway) line_.assume_far();
    });
    return attempt_until_unchanged();
  }();
  add_up();
  if (done) return std::move(report_);
  tell_what_is_known();
  return done.error();
}

result<void> Submission::attempt_until_unchanged() {
  std::size_t unreadable_before = 0;
  for (int attempt = 1;; ++attempt) {
    result<void> done = attempt_all();
    if (done) return done;
    // Each round has one file less, so the loop ends.
    if (unreadable_.size() > unreadable_before) --attempt;
    unreadable_before = unreadable_.size();
    // A .blend that was saved meanwhile may need other files.
    if (done.error().code != errc::changed_while_read || attempt == kReadingAttempts) return done;
  }
}

result<void> Submission::attempt_all() {
  if (result<void> read = read_project(); !read) return read;
  if (report_.outcome != SubmitReport::Outcome::submitted) return {};
  if (result<void> brought = bring_files(); !brought) return brought;
  return make_checkout();
}

// Up to every file's digest.
result<void> Submission::read_project() {
  {
    const Stopwatch time(report_.times.trace);
    if (result<void> traced = survey_.trace_and_plan(unreadable_); !traced) return traced;
  }
  report_shortfall();
  if (is_refused_by_strict()) return {};
  {
    const Stopwatch time(report_.times.stat);
    if (result<void> looked = survey_.look(); !looked) return looked;
  }
  report_shortfall();
  if (is_refused_by_strict()) return {};
  // Checks that there is a server before hours of hashing.
  if (result<void> met = meet_server(); !met) return met;
  const Stopwatch time(report_.times.hash);
  if (result<void> hashed = survey_.hash(); !hashed) return hashed;
  report_shortfall();
  static_cast<void>(is_refused_by_strict());
  return {};
}

bool Submission::is_refused_by_strict() {
  if (!options_.strict || report_.is_whole) return false;
  report_.outcome = SubmitReport::Outcome::missing_under_strict;
  return true;
}

void Submission::report_shortfall() {
  pack::Shortfall lacks = survey_.shortfall();
  report_.is_whole = lacks.is_none();
  report_.missing = std::move(lacks.missing);
  report_.problems = std::move(lacks.damaged);
  report_.suspicious = std::move(lacks.left_out);
  tell_what_is_known();
}

void Submission::tell_what_is_known() {
  if (options_.on_known) options_.on_known(report_);
}

result<void> Submission::meet_server() {
  if (server_) return {};
  progress_.begin(Stage::connecting, 0, 0);
  if (result<void> done = identification_.get(); !done) return done;
  if (!*identified_) return identified_->error();
  server_ = **identified_;
  report_.has_met_server = true;
  return check_takes_submissions(*server_, options_.server.url);
}

// How the list that is sent next differs from that of an earlier checkout.
void Submission::aim(const FileList& files) {
  difference_.reset();
  if (!server_->has(protocol::kTakesDifferences)) return;
  if (!known_)
    known_.emplace(options_.cache_folder, options_.server.url.text(), survey_.checkout_path());
  if (is_base_refused_) known_->forget();
  difference_ = known_->difference_to(files);
}

// Sends the files that the server wants, until it wants no more.
result<void> Submission::bring_files() {
  RoundsMade rounds;
  for (int round = 0; round < kUploadRounds; ++round) {
    const result<bool> is_done = upload_round(rounds);
    if (!is_done) return is_done.error();
    if (*is_done) return {};
  }
  return Error{errc::bad_answer, "the server repeatedly asks for files that were sent"};
}

result<bool> Submission::upload_round(RoundsMade& rounds) {
  progress_.begin(Stage::asking, 0, 0);
  const FileList blobs = survey_.files().blobs();
  aim(survey_.files().list());
  const result<std::vector<Required>> wanted = [&] {
    const Stopwatch time(report_.times.requirements);
    return call<std::vector<Required>>(
        [&] { return ask_requirements(connection_, blobs, lists(), &progress_); });
  }();
  if (!wanted) return wanted.error();
  if (wanted->empty()) return true;
  // Once may be a server that restarted and lost data that were not on disk.
  if (wanted->size() >= rounds.fewest_wanted && ++rounds.without_progress > 1)
    return Error{errc::bad_answer,
                 "the server still asks for " + text::count_of(wanted->size(), "file", "files") +
                     " after all were sent, such as " + wanted->front().id.brief() +
                     "; its log may say why it did not keep them"};
  rounds.fewest_wanted = std::min(rounds.fewest_wanted, wanted->size());

  std::vector<BlobId> ids;
  for (const Required& required : *wanted)
    ids.push_back(required.id);
  result<std::vector<Payload>> payloads = survey_.files().payloads(ids);
  if (!payloads) return payloads.error();
  if (const result<void> sent = upload(std::move(*payloads)); !sent) return sent.error();
  return false;
}

result<void> Submission::upload(std::vector<Payload> payloads) {
  std::uint64_t bytes = 0;
  for (const Payload& payload : payloads)
    bytes += payload.id.size;
  progress_.begin(Stage::uploading, payloads.size(), bytes);

  UploaderOptions how;
  if (options_.jobs != 0) {
    how.large_lanes = std::min(how.large_lanes, options_.jobs);
    how.small_lanes = options_.jobs - how.large_lanes;
    how.batch_lanes = std::min(how.batch_lanes, options_.jobs);
  }
  // A share of a low rate must exceed the rate below which a server considers a connection dead.
  std::optional<RateLimit> rate;
  if (options_.limit_rate != 0) {
    rate.emplace(options_.limit_rate);
    how.rate = &*rate;
    how.large_lanes = how.batch_lanes = 1;
    how.small_lanes = std::min<std::size_t>(how.small_lanes, 2);
  }
  how.can_batch = server_->has(protocol::kBatches);
  how.can_resume = server_->has(protocol::kResumes);
  if (server_->has(protocol::kCompresses)) how.line = &line_;
  if (server_->kind == ServerInfo::Kind::shaman) how.wait_for_continue = kPatientContinue;
  how.rehash = [this](Payload& payload) -> result<void> {
    const BlobId before = payload.id;
    result<void> done = hash_again(payload, survey_.cache(), {stop_});
    if (!done && is_unreadable(done.error())) return begin_without(payload, done.error());
    payload.has_changed = payload.has_changed || payload.id != before;
    return done;
  };
  const Stopwatch time(report_.times.upload);
  UploadOutcome outcome;
  const result<void> sent =
      upload_all(network_, options_.server, payloads, how, progress_, stop_, outcome);
  report_.uploaded_files += outcome.uploaded_files;
  report_.uploaded_bytes += outcome.uploaded_bytes;
  report_.resumed_bytes += outcome.resumed_bytes;
  if (!sent) return sent;
  survey_.files().update(payloads);
  count_duplicates(payloads);
  if (outcome.refuses_empty_files) {
    for (const std::string& place : survey_.files().drop_empty())
      warnings_.push_back("the server cannot store empty files: \"" + text::printable(place) +
                          "\" is not in the checkout");
  }
  return {};
}

void Submission::count_duplicates(const std::vector<Payload>& sent) {
  std::unordered_set<BlobId> blobs;
  for (const Payload& payload : sent)
    blobs.insert(payload.id);
  report_.duplicate_files += survey_.files().duplicates_of(blobs);
}

// A file became unreadable after it was hashed: everything is planned again without it.
Error Submission::begin_without(const Payload& payload, const Error& error) {
  if (payload.place == survey_.plan().blendfile_place) return error;
  const std::scoped_lock lock(unreadable_mutex_);
  unreadable_.emplace(payload.state.path, error.message());
  return {errc::changed_while_read, error.message()};
}

result<void> Submission::make_checkout() {
  const std::string path = survey_.checkout_path();
  for (int attempt = 1;; ++attempt) {
    if (stop_.stop_requested()) return Error{errc::cancelled, {}};
    progress_.begin(Stage::creating, 0, 0);
    const FileList files = survey_.files().list();
    aim(files);
    const CheckoutWish wish{path, random_key(),
                            options_.may_reuse && server_->has(protocol::kReuses)};
    const result<CheckoutAnswer> made = [&] {
      const Stopwatch time(report_.times.create);
      // Not cancellable: it would be unknown whether the checkout exists.
      return network_.run<CheckoutAnswer>(strand_, {}, [&] {
        return create_checkout(connection_, files, wish, lists(), &progress_);
      });
    }();
    if (made) {
      report_.checkout_path = made->path;
      report_.is_reused = made->is_reused;
      if (known_) known_->remember(made->path, files);
      return {};
    }
    if (made.error().code == errc::unreachable)
      return Error{
          errc::unreachable,
          made.error().message() + "; it may have made the checkout: see `shaman checkout list`"};
    if (made.error().code != errc::blobs_missing || attempt == kCreateAttempts) return made.error();
    // Recently stored files may have been collected; any other error would recur.
    const std::uint64_t sent_before = report_.uploaded_files;
    if (result<void> brought = bring_files(); !brought) return brought;
    if (report_.uploaded_files == sent_before && attempt > 1) return made.error();
  }
}

void Submission::add_up() {
  report_.blendfile_place = survey_.plan().blendfile_place;
  report_.files = survey_.files().size();
  report_.bytes = survey_.files().bytes();
  report_.files_read = survey_.files().files_read();
  report_.outside_files = static_cast<std::uint64_t>(
      std::ranges::count_if(survey_.plan().files, &pack::PlannedFile::outside));
  report_.project_hint = survey_.plan().project_hint;
  report_.warnings = survey_.plan().warnings;
  for (const std::vector<std::string>& more :
       {survey_.plan().name_warnings, survey_.finish_cache(), warnings_})
    report_.warnings.insert(report_.warnings.end(), more.begin(), more.end());
  if (server_) report_.server = *server_;
}

}  // namespace

result<SubmitReport> submit(const SubmitOptions& options, Progress& progress,
                            const std::stop_token& stop) {
  const SubmitOptions whole = with_absolute_paths(options);
  return Submission(whole, progress, stop).run();
}

}  // namespace shaman::client
