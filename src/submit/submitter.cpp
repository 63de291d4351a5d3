// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/client/submitter.hpp"

#include <algorithm>
#include <array>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include "http/client/network.hpp"
#include "protocol/names.hpp"
#include "submit/delivery.hpp"
#include "submit/sent_lists.hpp"
#include "submit/shaman_calls.hpp"
#include "submit/stopwatch.hpp"
#include "submit/survey.hpp"

namespace shaman::client {

namespace asio = boost::asio;

namespace {

// The time of a round trip that no local network takes.
constexpr std::chrono::milliseconds kFarAway{10};
constexpr int kCreateAttempts = 3;
constexpr std::size_t kFewestNetworkThreads = 2;
constexpr std::size_t kMostNetworkThreads = 8;
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
  result<void> attempt_until_unchanged();
  result<void> attempt_all();
  result<void> read_project();
  [[nodiscard]] bool is_refused_by_strict();
  void report_shortfall();
  void tell_what_is_known();
  result<void> meet_server();
  result<void> bring_files();
  result<void> bring_what_was_saved();
  result<void> make_checkout();
  void add_up();

  const SubmitOptions& options_;
  Progress& progress_;
  std::stop_source everything_;
  std::stop_callback<std::function<void()>> on_stop_;
  const std::stop_token stop_;
  Survey survey_;
  Network network_;
  Network::Strand strand_;
  HttpConnection connection_;
  LineMeter line_;

  std::optional<ServerInfo> server_;
  std::optional<result<ServerInfo>> identified_;
  std::future<result<void>> identification_;
  bool is_last_attempt_ = false;
  std::vector<std::string> warnings_;
  SubmitReport report_;
  std::optional<SentLists> lists_;    // once the server is met
  std::optional<Delivery> delivery_;  // once the server is met
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
    is_last_attempt_ = attempt == kReadingAttempts;
    result<void> done = attempt_all();
    if (done) return done;
    // Each round has one file less, so the loop ends.
    const std::size_t unreadable = delivery_ ? delivery_->unreadable().size() : 0;
    if (unreadable > unreadable_before) --attempt;
    unreadable_before = unreadable;
    // A .blend that was saved meanwhile may need other files.
    if (done.error().code != errc::changed_while_read || attempt == kReadingAttempts) return done;
  }
}

result<void> Submission::attempt_all() {
  if (result<void> read = read_project(); !read) return read;
  if (report_.outcome != SubmitReport::Outcome::submitted) return {};
  const std::uint64_t sent_before = report_.uploaded_files;
  if (result<void> brought = bring_files(); !brought) return brought;
  if (report_.outcome != SubmitReport::Outcome::submitted) return {};
  if (report_.uploaded_files > sent_before)
    if (result<void> brought = bring_what_was_saved(); !brought) return brought;
  return make_checkout();
}

// Uploads may take an hour, in which the artist works on. Once: a file that is written all the time
// must not keep the submission from its end.
result<void> Submission::bring_what_was_saved() {
  const result<std::size_t> changed = survey_.take_in_changes();
  if (!changed && changed.error().code == errc::changed_while_read && is_last_attempt_) {
    warnings_.push_back(changed.error().message() +
                        ", again and again; the checkout has an earlier version");
    return {};
  }
  if (!changed) return changed.error();
  return *changed == 0 ? result<void>() : delivery_->bring();
}

// Up to every file's state.
result<void> Submission::read_project() {
  {
    const Stopwatch time(report_.times.trace);
    static const std::map<std::string, std::string> kNone;
    const auto& unreadable = delivery_ ? delivery_->unreadable() : kNone;
    if (result<void> traced = survey_.trace_and_plan(unreadable); !traced) return traced;
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
  return meet_server();
}

result<void> Submission::bring_files() {
  if (!options_.strict) return delivery_->bring_while_hashing([this] { report_shortfall(); });
  // If a file turns out to be unreadable, nothing may have been sent.
  {
    const Stopwatch time(report_.times.hash);
    if (result<void> hashed = survey_.hash(); !hashed) return hashed;
  }
  report_shortfall();
  if (is_refused_by_strict()) return {};
  return delivery_->bring();
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
  lists_.emplace(options_, *server_, survey_.checkout_path());
  delivery_.emplace(Delivery::Setting{options_, *server_, survey_, *lists_, network_, strand_,
                                      connection_, line_, progress_, stop_, report_});
  return check_takes_submissions(*server_, options_.server.url);
}

result<void> Submission::make_checkout() {
  const std::string path = survey_.checkout_path();
  for (int attempt = 1;; ++attempt) {
    if (stop_.stop_requested()) return Error{errc::cancelled, {}};
    progress_.begin(Stage::creating, 0, 0);
    const FileList files = survey_.files().list();
    const CheckoutWish wish{path, random_key(),
                            options_.may_reuse && server_->has(protocol::kReuses)};
    const result<CheckoutAnswer> made = [&] {
      const Stopwatch time(report_.times.create);
      // Not cancellable: it would be unknown whether the checkout exists.
      return network_.run<CheckoutAnswer>(strand_, {}, [&] {
        return create_checkout(connection_, files, wish, lists_->of_all(files), &progress_);
      });
    }();
    if (made) {
      report_.checkout_path = made->path;
      report_.is_reused = made->is_reused;
      lists_->remember(made->path, files);
      return {};
    }
    if (made.error().code == errc::unreachable)
      return Error{
          errc::unreachable,
          made.error().message() + "; it may have made the checkout: see `shaman checkout list`"};
    if (made.error().code != errc::blobs_missing || attempt == kCreateAttempts) return made.error();
    // Recently stored files may have been collected; any other error would recur.
    const std::uint64_t sent_before = report_.uploaded_files;
    if (result<void> brought = delivery_->bring(); !brought) return brought;
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
       {survey_.plan().name_warnings, survey_.finish_cache(),
        delivery_ ? delivery_->warnings() : std::vector<std::string>(), warnings_})
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
