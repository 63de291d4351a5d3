// SPDX-License-Identifier: GPL-3.0-or-later
#include "gc/blob_check.hpp"

#include <algorithm>
#include <span>
#include <thread>
#include <vector>

#include "shaman/digest.hpp"

#include "fs/error_kinds.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;

constexpr std::size_t kPiece = std::size_t{1} << 20U;
// So that a stop is noticed soon.
constexpr std::chrono::milliseconds kLongestSleep{100};

bool is_set(const std::atomic<bool>* stop) {
  return stop != nullptr && stop->load(std::memory_order_relaxed);
}

// Too many open files or a missing right do not mean that the blob is damaged.
BlobCheck unreadable(const boost::system::error_code& error) {
  const bool is_damage = error == errors::io_error || error == errors::invalid_argument ||
                         error == errors::bad_message ||
                         error == errors::too_many_symbolic_link_levels;
  if (fs::is_refusal(error)) return {BlobCheck::Outcome::refused, error.message()};
  return {is_damage ? BlobCheck::Outcome::damaged : BlobCheck::Outcome::failed,
          "it cannot be read: " + error.message()};
}

BlobCheck damaged(std::string what) {
  return {BlobCheck::Outcome::damaged, std::move(what)};
}

}  // namespace

void RateLimit::took(std::uint64_t bytes, const std::atomic<bool>* stop) {
  const std::uint64_t total = total_ += bytes;
  if (rate_ == 0) return;
  const std::chrono::duration<double> due(static_cast<double>(total) / static_cast<double>(rate_));
  for (;;) {
    const std::chrono::duration<double> early = due - (file_system_.steady_now() - start_);
    if (early.count() <= 0 || is_set(stop)) return;
    std::this_thread::sleep_for(std::min<std::chrono::duration<double>>(early, kLongestSleep));
  }
}

BlobCheck check_blob(fs::FileSystem& file_system, const fs::Folder& blobs, const std::string& path,
                     const BlobId& id, RateLimit& limit, const std::atomic<bool>* stop) {
  const auto file = file_system.open_file(blobs, path);
  if (!file) {
    // Collected, or its folder is no longer a folder: this run cannot judge it.
    if (file.error() == errors::no_such_file_or_directory) return {BlobCheck::Outcome::gone, {}};
    return unreadable(file.error());
  }
  Sha256 hash;
  std::uint64_t size = 0;
  std::vector<std::byte> buffer(
      static_cast<std::size_t>(std::clamp<std::uint64_t>(id.size + 1, 4096, kPiece)));
  for (;;) {
    if (is_set(stop)) return {BlobCheck::Outcome::stopped, {}};
    const auto got = file_system.read_some(*file, size, buffer);
    if (!got) return unreadable(got.error());
    if (*got == 0) break;
    hash.update(std::span(buffer).first(*got));
    size += *got;
    limit.took(*got, stop);
  }
  if (size != id.size) return damaged("it is " + std::to_string(size) + " bytes long");
  const Digest digest = hash.finish();
  if (digest != id.digest) return damaged("its content has the SHA-256 " + digest.hex());
  return {};
}

}  // namespace shaman
