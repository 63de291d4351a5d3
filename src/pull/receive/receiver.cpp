// SPDX-License-Identifier: GPL-3.0-or-later
#include "pull/receive/receiver.hpp"

#include <algorithm>
#include <exception>
#include <future>
#include <utility>

#include <boost/asio/use_awaitable.hpp>

#include "base/json_writer.hpp"
#include "http/client/body_source.hpp"
#include "http/client/refusal.hpp"
#include "protocol/names.hpp"
#include "pull/receive/content_reader.hpp"
#include "pull/receive/file_receiver.hpp"

namespace shaman::pull {

namespace asio = boost::asio;
using client::HttpConnection;
using client::HttpRequest;
using client::HttpResponse;

namespace {

// For larger files the cost of a separate request is small.
constexpr std::uint64_t kBatchUpTo = 256U << 10U;
constexpr std::uint64_t kBatchBytes = std::uint64_t{16} << 20U;
// Their locks are one list in the system.
constexpr std::size_t kBatchFiles = 512;
// A file that another process fetches, or a lane that has nothing to do.
constexpr std::chrono::milliseconds kLookAgainAfter{50};

Error not_there(const BlobId& id) {
  return {errc::not_found, "the server has lost a file of the checkout (" + id.brief() +
                               "): submit the scene again, then pull again"};
}

std::string batch_request(const std::vector<BlobId>& ids) {
  std::string text = R"({"files":[)";
  for (const BlobId& id : ids) {
    if (text.back() == '}') text += ',';
    JsonObject(text).text("sha", id.digest.hex()).number("size", id.size);
  }
  return text + "]}";
}

// An answer with many files; each is in the cache before the next.
class BatchSink : public client::AnswerSink {
 public:
  BatchSink(std::vector<BlobId> ids, ContentReader::Callbacks callbacks)
      : reader_(std::move(ids), std::move(callbacks)) {}
  result<void> begin(const HttpResponse&) override { return {}; }
  result<void> write(std::span<const std::byte> piece) override { return reader_.write(piece); }
  [[nodiscard]] const ContentReader& reader() const { return reader_; }

 private:
  ContentReader reader_;
};

Error ended_early(const HttpConnection& connection) {
  return {errc::unreachable,
          connection.url().text() + " ended an answer before all files were sent"};
}

}  // namespace

struct Receiver::Held {
  Held(const BlobCache& of, BlobId which) : cache(of), id(which) {}
  ~Held() { cache.unlock(id); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  const BlobCache& cache;
  const BlobId id;
};

Receiver::Receiver(const client::Server& server, const BlobCache& cache, ReceiverOptions options,
                   client::Progress& progress)
    : server_(server), cache_(cache), options_(options), progress_(progress) {}

bool Receiver::is_small(const BlobId& id) const {
  return options_.can_batch && id.size <= kBatchUpTo;
}

// The largest first, so that at the end no lane waits long for another.
void Receiver::sort_in(const std::vector<BlobId>& files) {
  for (const BlobId& id : files)
    (is_small(id) ? small_ : large_).push_back(id);
  std::ranges::sort(large_, std::greater<>(), &BlobId::size);
}

std::optional<Receiver::Work> Receiver::take() {
  const std::scoped_lock lock(mutex_);
  const auto now = Clock::now();
  while (!deferred_.empty() && deferred_.front().due <= now) {
    const BlobId id = deferred_.front().id;
    (is_small(id) ? small_ : large_).push_back(id);
    deferred_.pop_front();
  }
  Work work;
  if (!large_.empty()) {
    work.push_back(large_.front());
    large_.pop_front();
  }
  // The small files are shared out evenly.
  const bool is_batch = work.empty();
  const std::size_t most = std::min(kBatchFiles, small_.size() / options_.jobs + 1);
  for (std::uint64_t bytes = 0;
       is_batch && !small_.empty() && work.size() < most && bytes < kBatchBytes;) {
    bytes += small_.front().size;
    work.push_back(small_.front());
    small_.pop_front();
  }
  if (work.empty() && deferred_.empty() && in_work_ == 0) return std::nullopt;
  in_work_ += work.size();
  return work;
}

void Receiver::put_back(const BlobId& id) {
  const std::scoped_lock lock(mutex_);
  deferred_.push_back({id, Clock::now() + kLookAgainAfter});
  --in_work_;
}

void Receiver::settle(const BlobId& id, std::uint64_t resumed) {
  progress_.files_done += 1;
  const std::scoped_lock lock(mutex_);
  received_.files += 1;
  received_.bytes += id.size - resumed;
  received_.resumed_bytes += resumed;
  --in_work_;
}

void Receiver::settle_from_others(const BlobId& id) {
  progress_.files_done += 1;
  progress_.bytes_done += id.size;
  const std::scoped_lock lock(mutex_);
  --in_work_;
}

void Receiver::fail(Error error) {
  {
    const std::scoped_lock lock(mutex_);
    if (!failure_) failure_ = std::move(error);
  }
  stop_.request_stop();
}

bool Receiver::has_failed() {
  return stop_.stop_requested();
}

std::unique_ptr<Receiver::Held> Receiver::hold(const BlobId& id) {
  const auto locked = cache_.try_lock(id);
  if (!locked) {
    fail(locked.error());
    return nullptr;
  }
  if (!*locked) {
    put_back(id);
    return nullptr;
  }
  auto held = std::make_unique<Held>(cache_, id);
  if (!cache_.has(id)) return held;
  settle_from_others(id);
  return nullptr;
}

asio::awaitable<bool> Receiver::may_try_again(HttpConnection& connection,
                                              const result<HttpResponse>& answer, const BlobId& id,
                                              unsigned& failures) {
  ++failures;
  const bool may_pass =
      answer ? client::is_passing(answer->status) : answer.error().code == errc::unreachable;
  if (!may_pass || failures >= options_.attempts) {
    if (!answer)
      fail(answer.error());
    else if (answer->status == 404)
      fail(not_there(id));
    else
      fail(client::refusal("did not send a file", *answer));
    co_return false;
  }
  std::chrono::milliseconds delay = options_.backoff.delay(failures, client::random_share());
  if (answer && answer->retry_after)
    delay = std::max<std::chrono::milliseconds>(
        delay, std::min(*answer->retry_after, client::kLongestRetryAfter));
  if (!answer) progress_.server_is_away(delay);
  asio::steady_timer timer(connection.strand(), delay);
  co_await timer.async_wait(asio::use_awaitable);
  co_return true;
}

asio::awaitable<void> Receiver::fetch_one(HttpConnection& connection, BlobId id) {
  const std::unique_ptr<Held> held = hold(id);
  if (!held) co_return;
  auto opened = FileReceiver::open(cache_, id, progress_);
  if (!opened) co_return fail(opened.error());
  FileReceiver& receiver = **opened;
  unsigned failures = 0;
  unsigned mismatches = 0;
  for (;;) {
    if (receiver.is_whole() && (id.size > 0 || id.digest == Sha256::of(std::string_view()))) {
      const auto finished = receiver.finish();
      if (finished) co_return settle(id, receiver.resumed());
      // Once more from its beginning: what an earlier run left may have been wrong.
      const bool may_retry = finished.error().code == errc::content_mismatch && mismatches++ == 0;
      if (!may_retry) co_return fail(finished.error());
    }
    HttpRequest request;
    request.path = protocol::file_address(id) + std::string(protocol::kContentSuffix);
    request.sink = &receiver;
    request.answer_rate = options_.rate;
    receiver.add_fields(request);
    const std::uint64_t before = receiver.held();
    result<HttpResponse> answer = co_await connection.exchange(request);
    if (receiver.held() > before) failures = 0;
    if (answer) progress_.server_is_back();
    const bool has_content = answer && (answer->status == 200 || answer->status == 206);
    if (has_content && receiver.is_whole()) continue;
    if (has_content) answer = ended_early(connection);
    if (answer && answer->status == 416)
      if (const auto emptied = receiver.restart(); !emptied) co_return fail(emptied.error());
    const bool is_other_range = answer && answer->status == 416 && ++failures < options_.attempts;
    if (!is_other_range && !co_await may_try_again(connection, answer, id, failures)) co_return;
  }
}

asio::awaitable<void> Receiver::fetch_batch(HttpConnection& connection, Work ids) {
  std::vector<std::unique_ptr<Held>> held;
  std::vector<BlobId> left;
  for (const BlobId& id : ids) {
    if (auto one = hold(id)) {
      held.push_back(std::move(one));
      left.push_back(id);
    }
  }
  unsigned failures = 0;
  while (!left.empty() && !has_failed()) {
    ContentReader::Callbacks callbacks;
    callbacks.is_whole = [this](const BlobId& id, std::span<const std::byte> content) {
      if (auto stored = put(cache_, id, content); !stored) return stored;
      progress_.bytes_done += id.size;
      settle(id, 0);
      return result<void>();
    };
    callbacks.is_missing = [](const BlobId& id) -> result<void> { return not_there(id); };
    BatchSink sink(left, std::move(callbacks));
    HttpRequest request;
    request.method = "POST";
    request.path = protocol::kContentBatch;
    request.headers = {{"Content-Type", "application/json"}};
    const std::string text = batch_request(left);
    request.body_length = text.size();
    request.open_body = [&text] {
      return result<std::unique_ptr<client::BodySource>>(std::make_unique<client::TextBody>(text));
    };
    request.sink = &sink;
    request.answer_rate = options_.rate;
    result<HttpResponse> answer = co_await connection.exchange(request);
    const std::size_t done = sink.reader().done();
    if (done > 0) failures = 0;
    if (answer) progress_.server_is_back();
    if (answer && answer->status == 200 && sink.reader().is_over()) co_return;
    left.erase(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(done));
    if (answer && answer->status == 200) answer = ended_early(connection);
    if (left.empty() && !answer && answer.error().code == errc::unreachable) co_return;
    const BlobId next = left.empty() ? ids.back() : left.front();
    if (!co_await may_try_again(connection, answer, next, failures)) co_return;
  }
}

asio::awaitable<void> Receiver::run_lane(client::Network::Strand strand) {
  HttpConnection connection(strand, server_, options_.timeouts);
  while (!has_failed()) {
    std::optional<Work> work = take();
    if (!work) co_return;
    if (work->empty()) {
      asio::steady_timer timer(strand, kLookAgainAfter);
      co_await timer.async_wait(asio::use_awaitable);
    } else if (is_small(work->front())) {
      co_await fetch_batch(connection, *std::move(work));
    } else {
      co_await fetch_one(connection, work->front());
    }
  }
}

result<Received> Receiver::fetch(const std::vector<BlobId>& files, const std::stop_token& stop) {
  sort_in(files);
  const std::size_t lanes = std::max<std::size_t>(options_.jobs, 1);
  client::Network network(lanes);
  const std::stop_callback on_stop(stop, [this] { stop_.request_stop(); });
  std::vector<std::future<result<void>>> running;
  for (std::size_t i = 0; i < lanes; ++i) {
    const client::Network::Strand strand = network.make_strand();
    running.push_back(
        network.start(strand, stop_.get_token(), [this, strand] { return run_lane(strand); }));
  }
  std::exception_ptr broken;
  for (std::future<result<void>>& lane : running) {
    try {
      static_cast<void>(lane.get());
    } catch (...) {
      broken = std::current_exception();
      stop_.request_stop();
    }
  }
  if (broken) std::rethrow_exception(broken);
  if (stop.stop_requested()) return Error{errc::cancelled, {}};
  if (failure_) return *failure_;
  return received_;
}

}  // namespace shaman::pull
