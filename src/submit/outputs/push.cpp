// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "shaman/client/outputs.hpp"
#include "shaman/client/server_info.hpp"
#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "http/client/line_meter.hpp"
#include "http/client/network.hpp"
#include "http/client/rate_limit.hpp"
#include "protocol/checkout_path.hpp"
#include "protocol/names.hpp"
#include "submit/cache/file_hash.hpp"
#include "submit/outputs/found_files.hpp"
#include "submit/shaman_calls.hpp"
#include "submit/upload/uploader.hpp"

namespace shaman::client {
namespace {

constexpr int kRounds = 10;
// A server may have to wait for other clients' uploads.
constexpr std::size_t kNetworkThreads = 2;

Error cannot_take(const Server& server, const ServerInfo& info) {
  if (info.kind == ServerInfo::Kind::other) return {errc::protocol_error, info.problem};
  return {errc::protocol_error,
          server.url.text() + " is " + text::printable(info.name) + " " +
              text::printable(info.version) +
              ", which keeps no outputs: use the address of a newer shaman-server"};
}

Error was_cancelled() {
  return {errc::cancelled, "cancelled; the files that were sent need not be sent again"};
}

}  // namespace

struct OutputsPush::Impl {
  explicit Impl(PushOptions options_)
      : options(std::move(options_)),
        network(kNetworkThreads),
        strand(network.make_strand()),
        connection(strand, options.server) {
    if (options.limit_rate > 0) rate.emplace(options.limit_rate);
  }

  result<void> meet_server(const std::stop_token& stop) {
    if (server) return {};
    auto met = network.run<ServerInfo>(strand, stop, [this] { return identify(connection); });
    if (!met) return met.error();
    if (!met->has(protocol::kHasOutputs)) return cannot_take(options.server, *met);
    server = *std::move(met);
    return {};
  }

  // What is new or changed, and not being written any more.
  result<std::vector<FoundFile>> look(std::chrono::milliseconds settled_for, PushReport& report) {
    auto found = find_files(options.folder);
    if (!found) return found;
    const std::int64_t latest = os::now_ns() - std::chrono::nanoseconds(settled_for).count();
    std::erase_if(*found, [&](const FoundFile& file) {
      const auto known = listed.find(file.place);
      if (known != listed.end() && known->second == file.info) return true;
      const bool is_unfinished =
          file.info.size == 0 || (settled_for.count() > 0 && file.info.mtime_ns > latest);
      if (is_unfinished) report.unfinished.push_back(file.place);
      return is_unfinished;
    });
    return found;
  }

  result<std::vector<Payload>> hash(const std::vector<FoundFile>& files, Progress& progress,
                                    const std::stop_token& stop, PushReport& report) {
    std::uint64_t bytes = 0;
    for (const FoundFile& file : files)
      bytes += file.info.size;
    progress.begin(Stage::hashing, files.size(), bytes);
    std::vector<Payload> payloads;
    for (const FoundFile& file : files) {
      if (auto checked = protocol::check_components("file path", file.place); !checked)
        return checked.error();
      auto hashed = hash_file(file.path, {stop, &progress.hashing.bytes_done});
      progress.hashing.files_done += 1;
      if (!hashed && hashed.error().code == errc::cancelled) return was_cancelled();
      const bool is_going_on = !hashed && (hashed.error().code == errc::changed_while_read ||
                                           hashed.error().code == errc::not_found);
      if (is_going_on) report.unfinished.push_back(file.place);
      if (is_going_on) continue;
      if (!hashed) return hashed.error();
      Payload payload;
      payload.id = hashed->blob;
      payload.place = file.place;
      payload.state = std::move(hashed->state);
      payloads.push_back(std::move(payload));
    }
    return payloads;
  }

  result<void> send(const std::vector<Payload>& files, Progress& progress,
                    const std::stop_token& stop, PushReport& report) {
    FileList list;
    std::unordered_map<BlobId, const Payload*> by_id;
    for (const Payload& file : files)
      if (by_id.emplace(file.id, &file).second) list.add(file.id, file.place);
    const ListSending how{server->has(protocol::kCompresses), nullptr, nullptr};
    for (int round = 0; round < kRounds; ++round) {
      const auto wanted = network.run<std::vector<Required>>(
          strand, stop, [&] { return ask_requirements(connection, list, how, &progress); });
      if (!wanted) return wanted.error();
      if (wanted->empty()) return {};
      std::vector<Payload> payloads;
      for (const Required& required : *wanted) {
        const auto known = by_id.find(required.id);
        if (known == by_id.end())
          return Error{errc::protocol_error, "the server wants a file that it was not asked about"};
        payloads.push_back(*known->second);
      }
      progress.begin(Stage::uploading, 0, 0);
      Uploader uploader(network, options.server, how_to_upload(), payloads.size(), progress, stop);
      uploader.add(std::move(payloads));
      const result<void> sent = uploader.finish();
      report.uploaded_files += uploader.outcome().uploaded_files;
      report.uploaded_bytes += uploader.outcome().uploaded_bytes;
      if (!sent) return sent;
    }
    return Error{errc::protocol_error, "the server still lacks files that were sent to it"};
  }

  UploaderOptions how_to_upload() {
    UploaderOptions how = options_for(*server, 0, rate ? &*rate : nullptr, line);
    how.rehash = [](Payload& payload) -> result<void> {
      return Error{errc::changed_while_read,
                   text::in_quotes(payload.state.path) + " changed while it was being sent"};
    };
    return how;
  }

  result<PushReport> push(std::chrono::milliseconds settled_for, Progress& progress,
                          const std::stop_token& stop) {
    PushReport report;
    const auto found = look(settled_for, report);
    if (!found) return found.error();
    if (auto met = meet_server(stop); !met) return met.error();
    if (found->empty()) return report;
    const auto files = hash(*found, progress, stop, report);
    if (!files) return files.error();
    if (files->empty()) return report;
    if (auto sent = send(*files, progress, stop, report); !sent)
      return stop.stop_requested() ? was_cancelled() : sent.error();
    progress.stage = Stage::creating;
    FileList list;
    for (const Payload& file : *files)
      list.add(file.id, file.place);
    const auto done = network.run<void>(strand, stop, [&] {
      return add_outputs(connection, options.checkout_path, list, &progress);
    });
    if (!done) return done.error();
    for (const Payload& file : *files) {
      listed[file.place] = file.state.info;
      report.files += 1;
      report.bytes += file.id.size;
    }
    return report;
  }

  const PushOptions options;
  Network network;
  Network::Strand strand;
  HttpConnection connection;
  LineMeter line;
  std::optional<RateLimit> rate;
  std::optional<ServerInfo> server;
  std::map<std::string, os::FileInfo> listed;  ///< by place, as they were then
};

OutputsPush::OutputsPush(PushOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
OutputsPush::~OutputsPush() = default;

result<PushReport> OutputsPush::push(std::chrono::milliseconds settled_for, Progress& progress,
                                     const std::stop_token& stop) {
  return impl_->push(settled_for, progress, stop);
}

}  // namespace shaman::client
