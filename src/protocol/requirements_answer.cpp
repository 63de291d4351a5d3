// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/requirements_answer.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <random>
#include <utility>

#include "base/json_writer.hpp"

namespace shaman::http {
namespace {

constexpr std::size_t kEnoughForOnce = 64 * 1024;

// A client chooses the digests in a request: if the hash were known in advance, it could choose a
// million ids that all fall into one bucket.
class KeyedHash {
 public:
  KeyedHash() {
    std::random_device random;
    for (std::uint64_t& key : keys_)
      key = (std::uint64_t{random()} << 32 | random()) | 1U;
  }
  std::uint64_t operator()(const BlobId& id) const noexcept {
    std::array<std::uint64_t, 4> words;
    std::memcpy(words.data(), id.digest.bytes().data(), sizeof words);
    std::uint64_t sum = id.size * keys_[4];
    for (std::size_t i = 0; i < words.size(); ++i)
      sum += (words[i] ^ words[i] >> 32) * keys_[i];
    return (sum ^ sum >> 32) * keys_[5];
  }

 private:
  std::array<std::uint64_t, 6> keys_;
};

}  // namespace

void leave_out_duplicates(const FileList& files, std::vector<BlobStatus>& statuses) {
  // Open addressing over indexes: 400,000 files take 4 MB instead of a set's 30.
  static constexpr std::uint32_t kFree = UINT32_MAX;
  const std::size_t slots = std::bit_ceil(2 * files.size() + 1);
  std::vector<std::uint32_t> table(slots, kFree);
  const KeyedHash hash;
  const int shift = 64 - std::countr_zero(slots);
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (statuses[i] == BlobStatus::stored) continue;
    const BlobId id = files[i].id;
    std::size_t slot = shift == 64 ? 0 : static_cast<std::size_t>(hash(id) >> shift);
    while (table[slot] != kFree && files[table[slot]].id != id)
      slot = (slot + 1) & (slots - 1);
    if (table[slot] == kFree)
      table[slot] = static_cast<std::uint32_t>(i);
    else
      statuses[i] = BlobStatus::stored;
  }
}

RequirementsAnswer::RequirementsAnswer(FileList files, std::vector<BlobStatus> statuses)
    : files_(std::move(files)), statuses_(std::move(statuses)) {
  leave_out_duplicates(files_, statuses_);
}

bool RequirementsAnswer::produce(std::string& out) {
  if (!std::exchange(has_begun_, true)) out += R"({"files":[)";
  const std::size_t enough = out.size() + kEnoughForOnce;
  while (next_ < files_.size() && out.size() < enough) {
    const std::size_t index = next_++;
    if (statuses_[index] == BlobStatus::stored) continue;
    if (std::exchange(has_file_, true)) out += ',';
    const FileSpec file = files_[index];
    JsonObject(out)
        .text("sha", file.id.digest.hex())
        .number("size", file.id.size)
        .text("path", file.path)
        .text("status", to_string(statuses_[index]));
  }
  if (next_ < files_.size()) return true;
  out += "]}";
  return false;
}

}  // namespace shaman::http
