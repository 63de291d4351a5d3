// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/upload/ingestion.hpp"

#include <array>
#include <cstddef>

#include "shaman/os.hpp"

#include "protocol/ingest.hpp"
#include "submit/upload/file_bodies.hpp"

namespace shaman::client {
namespace {

// A folder may be one of many on the same storage that the server may not read.
constexpr unsigned kMostRefusals = 16;

}  // namespace

Ingestion::Ingestion(const IngestOffer& offer) : seed_(offer.seed) {
  for (const std::string& folder : offer.folders) {
    if (!os::is_absolute(folder)) continue;
    // A folder that this machine does not see.
    if (auto real = os::real_path(folder)) folders_.push_back({*std::move(real), folder});
  }
}

std::optional<std::string> Ingestion::path_of(const std::string& path) const {
  if (folders_.empty()) return std::nullopt;
  const auto real = os::real_path(path);
  if (!real) return std::nullopt;
  for (const Folder& folder : folders_) {
    if (real->size() > folder.real.size() + 1 && real->starts_with(folder.real) &&
        (*real)[folder.real.size()] == '/')
      return folder.named + real->substr(folder.real.size());
  }
  return std::nullopt;
}

result<Digest> Ingestion::prove(const FileState& state, const BlobId& id) const {
  const auto file = open_as_hashed(state);
  if (!file) return file.error();
  const protocol::IngestChallenge challenge(seed_, id);
  protocol::IngestProof proof(challenge);
  std::array<std::byte, protocol::kProofRangeBytes> range;
  for (std::size_t i = 0; i < protocol::kProofRanges; ++i) {
    const auto read = file->read_at(challenge.offset(i), range);
    if (!read) return read.error();
    if (*read < range.size()) return changed_since_hashed(state.path);
    proof.add_range(range);
  }
  return proof.finish();
}

bool Ingestion::may_begin() {
  const std::scoped_lock lock(mutex_);
  if (state_ == State::unknown) {
    state_ = State::being_tried;
    return true;
  }
  return state_ == State::works;
}

void Ingestion::worked() {
  const std::scoped_lock lock(mutex_);
  state_ = State::works;
  refusals_ = 0;
}

void Ingestion::was_refused() {
  const std::scoped_lock lock(mutex_);
  if (state_ == State::being_tried || ++refusals_ >= kMostRefusals) state_ = State::given_up;
}

void Ingestion::stays_open() {
  const std::scoped_lock lock(mutex_);
  if (state_ == State::being_tried) state_ = State::unknown;
}

}  // namespace shaman::client
