// SPDX-License-Identifier: GPL-3.0-or-later
// The effect of a large submission on other clients: the slowest status calls while a large
// checkout is made, four large files arrive and garbage is collected, compared with an echo server
// at the same time on the same cores.
#include <atomic>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/benches.hpp"
#include "bench/context.hpp"
#include "bench/figures/statistics.hpp"
#include "bench/load/echo_server.hpp"
#include "bench/parts/requirements.hpp"
#include "bench/parts/status_load.hpp"

namespace shaman::bench {
namespace {

constexpr std::size_t kUploads = 4;
constexpr double kPauseSeconds = 0.001;

// Runs `work` in its own thread; finish() rethrows its exception.
class Background {
 public:
  template <class Work>
  explicit Background(Work work)
      : thread_([this, work = std::move(work)] {
          try {
            work();
          } catch (...) {
            failure_ = std::current_exception();
          }
        }) {}

  void finish() {
    thread_.join();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::exception_ptr failure_;
  std::jthread thread_;
};

void run(Context& context, Samples& samples) {
  const std::size_t files = context.sizes.checkouts.back();
  const std::span<const BlobId> ids = context.known(files);
  (void)requirements_seconds(context, ids, 0);
  const std::string json = files_json(ids, context.content.fresh_name());
  const Request create = post_json(context.server, "/api/v3/shaman/checkout/create", json);
  const std::vector<Request> uploads =
      make_uploads(context.server, context.content, kUploads, context.sizes.large_file);
  const EchoServer echo;

  std::atomic<int> busy = 3;
  LoadShape until_quiet;
  until_quiet.count = std::size_t(-1);
  until_quiet.pause = kPauseSeconds;
  until_quiet.stop = [&] { return busy == 0; };
  LoadResult echoed;
  const std::vector<Request> calls = status_requests(context.server, ids.first(files / 10));
  Background checkout([&] {
    const std::shared_ptr<void> done(nullptr, [&](void*) { --busy; });
    (void)context.ask(create);
  });
  Background uploading([&] {
    const std::shared_ptr<void> done(nullptr, [&](void*) { --busy; });
    LoadShape shape;
    shape.connections = kUploads;
    (void)context.load(uploads, shape);
  });
  Background collecting([&] {
    const std::shared_ptr<void> done(nullptr, [&](void*) { --busy; });
    if (context.process.can_collect()) context.process.collect();
  });
  Background echoing([&] { echoed = run_load(echo.endpoint(), calls, until_quiet); });
  const LoadResult called = run_load(context.server, calls, until_quiet);
  checkout.finish();
  uploading.finish();
  collecting.finish();
  echoing.finish();
  if (called.failures() > 0) throw BenchFailed("status calls failed: " + called.statuses());
  samples.add("busy_status_p99", percentile(called.latencies(), 99));
  samples.add("busy_echo_p99", percentile(echoed.latencies(), 99));
}

}  // namespace

const Bench kBusyServer{
    "busy-server",
    Bench::Kind::part,
    "status calls during a large checkout, 4 large uploads and a collection (needs --collect)",
    {{.id = "busy_status_p99",
      .label = "status p99 during checkout, 4 uploads, collection",
      .unit = Unit::seconds,
      .better = Better::lower,
      .limits = {"busy_echo_p99"},
      .target = Target{Target::Of::limit, 4}},
     {.id = "busy_echo_p99",
      .label = "echo p99 at the same time",
      .unit = Unit::seconds,
      .better = Better::lower}},
    run};

}  // namespace shaman::bench
