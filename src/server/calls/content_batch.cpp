// SPDX-License-Identifier: GPL-3.0-or-later
// The content of many small files in one answer (docs/protocol.md).
#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <spdlog/spdlog.h>

#include "shaman/text.hpp"

#include "protocol/batch.hpp"
#include "protocol/files_request.hpp"
#include "server/access/admission.hpp"
#include "server/access/reader.hpp"
#include "server/handlers.hpp"
#include "server/read_json_body.hpp"
#include "server/run_for_client.hpp"

namespace shaman::http {
namespace {

constexpr std::size_t kMostFiles = 10'000;
constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 20U;
constexpr std::uint64_t kMostBytes = std::uint64_t{256} << 20U;
// One piece is made while the client reads the one before.
constexpr std::size_t kPiece = std::size_t{128} << 10U;

// At most one file is open at a time, and at most one piece is in memory.
class BatchContent final : public PieceSource {
 public:
  BatchContent(Store& store, FileList files, Requester reader)
      : store_(store), files_(std::move(files)), reader_(std::move(reader)) {}

  bool produce(std::string& out) override {
    const std::size_t enough = out.size() + kPiece;
    while (out.size() < enough) {
      if (!blob_ && next_ == files_.size()) return false;
      const auto done = blob_ ? continue_file(out, enough - out.size()) : begin_file(out);
      if (done) continue;
      spdlog::error("sending many files: {}", text::escape(done.error().message()));
      has_failed_ = true;
      return false;
    }
    return true;
  }
  [[nodiscard]] bool has_failed() const override { return has_failed_; }

 private:
  result<void> begin_file(std::string& out) {
    const BlobId id = files_[next_++].id;
    auto blob = store_.open_blob(id, reader_);
    if (!blob) return blob.error();
    if (!*blob) {
      out.append(id.digest.hex()).append(" missing\n");
      return {};
    }
    out += protocol::batch_header(id);
    sent_ = 0;
    if (id.size > 0) blob_ = *std::move(blob);
    return {};
  }

  result<void> continue_file(std::string& out, std::size_t room) {
    const std::uint64_t size = blob_->id().size;
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(room, size - sent_));
    const std::size_t before = out.size();
    out.resize(before + length);
    const auto read =
        blob_->read(sent_, std::as_writable_bytes(std::span(out.data() + before, length)));
    if (!read) {
      out.resize(before);
      return read;
    }
    sent_ += length;
    if (sent_ == size) blob_.reset();
    return {};
  }

  Store& store_;
  const FileList files_;
  const Requester reader_;
  std::size_t next_ = 0;
  std::optional<StoredBlob> blob_;  // the open one
  std::uint64_t sent_ = 0;          // of it
  bool has_failed_ = false;
};

std::optional<Response> refuse_too_much(const FileList& files) {
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const BlobId id = files[i].id;
    if (id.size > kLargestFile)
      return Response::error(
          413, "files[" + std::to_string(i) + "] has more than 1 MiB: request its content alone");
    bytes += id.size;
  }
  if (bytes <= kMostBytes) return std::nullopt;
  return Response::error(413, "the files have more than 256 MiB together: request fewer at once");
}

}  // namespace

Task<Response> post_content_batch(Exchange& exchange) {
  if (auto refused = refuse_other_than_json(exchange)) co_return *std::move(refused);
  // Without chunks, an answer that was cut off could look complete.
  if (exchange.head.is_http_1_0) co_return Response::error(505, "this call needs HTTP/1.1");
  JsonBody body;
  if (auto failed = co_await read_json_body(exchange, body)) co_return *std::move(failed);
  exchange.connection.enter_working();
  const std::size_t most = std::min(kMostFiles, exchange.options.limits.json_files);
  auto request = co_await run_on(exchange.services.pools.requests, exchange.connection, [&] {
    return read_files_request(body, FilesRequestKind::content, most);
  });
  if (!request) co_return Response::error(request.error());
  if (auto refused = refuse_too_much(request->files)) co_return *std::move(refused);
  // The request's own memory is given back: who waits for memory holds none.
  exchange.grants.clear();
  const std::size_t memory = 2 * kPiece + request->files.size() * sizeof(FileSpec);
  if (auto refused = co_await set_aside_for_json(exchange, memory)) co_return *std::move(refused);
  exchange.connection.require_rate(exchange.connection.timeouts().json_min_rate);
  Response response;
  response.content_type = "application/octet-stream";
  response.stream = std::make_unique<BatchContent>(exchange.services.store,
                                                   std::move(request->files), reader_of(exchange));
  co_return response;
}

}  // namespace shaman::http
