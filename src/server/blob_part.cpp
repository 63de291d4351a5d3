// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/blob_part.hpp"

#include <algorithm>
#include <span>

#include <spdlog/spdlog.h>

#include "shaman/text.hpp"

#include "http/connection.hpp"
#include "server/calls/uploads/turns.hpp"

namespace shaman::http {
namespace {

// What the socket does not take is read again in the next turn: few of them are larger.
constexpr std::size_t kBufferedStep = std::size_t{128} << 10U;

}  // namespace

FilePart::Step BlobPart::failed(const Error& error) const {
  spdlog::error("sending a blob: {}", text::escape(error.message()));
  return Step::failed;
}

FilePart::Step BlobPart::send(Connection& connection) {
  const std::uint64_t end = std::min(length_, sent_ + kTurnBytes);
  while (sent_ < end) {
    const auto socket = connection.plain_socket();
    const Step step = socket && is_direct_ ? send_directly(connection, *socket, end - sent_)
                                           : send_by_buffer(connection);
    if (step != Step::moved) return step;
  }
  return sent_ == length_ ? Step::complete : Step::moved;
}

FilePart::Step BlobPart::send_directly(Connection& connection, int socket, std::uint64_t at_most) {
  const auto sent = blob_.send(first_ + sent_, static_cast<std::size_t>(at_most), socket);
  if (!sent) return failed(sent.error());
  sent_ += sent->bytes;
  connection.count_written(sent->bytes);
  switch (sent->outcome) {
    case StoredBlob::Sent::Outcome::moved:
      return Step::moved;
    case StoredBlob::Sent::Outcome::would_block:
      return Step::would_block;
    case StoredBlob::Sent::Outcome::unsupported:
      is_direct_ = false;
      return Step::moved;
    case StoredBlob::Sent::Outcome::ended:
      return Step::failed;
  }
  return Step::failed;
}

FilePart::Step BlobPart::send_by_buffer(Connection& connection) {
  const std::span<std::byte> room = step_buffer().first(
      static_cast<std::size_t>(std::min<std::uint64_t>(kBufferedStep, length_ - sent_)));
  if (const auto read = blob_.read(first_ + sent_, room); !read) return failed(read.error());
  std::string_view left(reinterpret_cast<const char*>(room.data()), room.size());
  while (!left.empty()) {
    std::size_t length = 0;
    const auto now = connection.write_now(left, length);
    sent_ += length;
    left.remove_prefix(length);
    if (now == Connection::Now::would_block) return Step::would_block;
    if (now == Connection::Now::ended) return Step::failed;
  }
  return Step::moved;
}

}  // namespace shaman::http
