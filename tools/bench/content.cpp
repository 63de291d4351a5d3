// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/content.hpp"

#include <array>
#include <cstdio>
#include <cstring>
#include <random>
#include <span>
#include <stdexcept>
#include <utility>

#include "shaman/digest.hpp"

namespace shaman::bench {
namespace {

constexpr std::size_t kStart = 32;

// splitmix64: as fast as memory, and no compressor finds anything in it.
std::uint64_t mix(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

std::string hex(std::uint64_t value) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(value));
  return text.data();
}

std::string host_header(const Endpoint& server) {
  const bool is_ipv6 = server.host.find(':') != std::string::npos;
  const std::string host = is_ipv6 ? "[" + server.host + "]" : server.host;
  return "Host: " + host + ":" + server.port + "\r\n";
}

}  // namespace

Content::Content() {
  std::random_device entropy;
  seed_ = std::uint64_t{entropy()} << 32 | entropy();
}

std::string_view Content::shared(std::size_t size) {
  if (shared_.size() < size) {
    shared_.resize((size + 7) / 8 * 8);
    std::uint64_t state = seed_;
    for (std::size_t i = 0; i < shared_.size(); i += sizeof(std::uint64_t)) {
      const std::uint64_t word = mix(state);
      std::memcpy(shared_.data() + i, &word, sizeof word);
    }
  }
  return std::string_view(shared_).substr(0, size);
}

std::string Content::fresh_start() {
  return hex(seed_) + hex(next_++);
}

BlobId Content::fresh_id(std::uint64_t size) {
  return {Sha256::of(fresh_start()), size};
}

std::string Content::fresh_name() {
  return "bench-" + hex(seed_) + "/" + std::to_string(next_++);
}

Request make_upload(const Endpoint& server, const BlobId& id, std::string start,
                    std::string_view rest, std::string_view extra) {
  const std::string size = std::to_string(id.size);
  Request request;
  request.head = "POST " + server.prefix + "/api/v3/shaman/files/" + id.digest.hex() + "/" + size +
                 " HTTP/1.1\r\n" + host_header(server) +
                 "Content-Type: application/octet-stream\r\nContent-Length: " + size + "\r\n";
  request.head.append(extra).append("\r\n");
  request.body_start = std::move(start);
  request.body_rest = rest;
  return request;
}

std::vector<Request> make_uploads(const Endpoint& server, Content& content, std::size_t count,
                                  std::size_t size, std::vector<BlobId>* ids) {
  if (size < kStart) throw std::invalid_argument("a file of a bench has at least 32 bytes");
  const std::string_view rest = content.shared(size - kStart);
  std::vector<Request> uploads;
  uploads.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::string start = content.fresh_start();
    Sha256 hash;
    hash.update(std::as_bytes(std::span(start)));
    hash.update(std::as_bytes(std::span(rest)));
    const BlobId id{hash.finish(), size};
    if (ids != nullptr) ids->push_back(id);
    uploads.push_back(make_upload(server, id, std::move(start), rest));
  }
  return uploads;
}

Request post_json(const Endpoint& server, std::string_view path, std::string_view body) {
  Request request;
  request.head = "POST " + server.prefix;
  request.head.append(path).append(" HTTP/1.1\r\n").append(host_header(server));
  request.head +=
      "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n";
  request.body_rest = body;
  return request;
}

Request get(const Endpoint& server, std::string_view path) {
  Request request;
  request.head = "GET " + server.prefix;
  request.head.append(path).append(" HTTP/1.1\r\n").append(host_header(server)).append("\r\n");
  return request;
}

}  // namespace shaman::bench
