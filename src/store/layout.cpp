// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/layout.hpp"

#include <charconv>

namespace shaman::layout {
namespace {

constexpr std::string_view kBlobSuffix = ".blob";

// Takes the last component off a path; `//` and `/./` separate as `/` does.
std::string_view take_last(std::string_view& path) {
  for (;;) {
    const std::size_t slash = path.rfind('/');
    const std::string_view last = slash == std::string_view::npos ? path : path.substr(slash + 1);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
    if ((!last.empty() && last != ".") || path.empty()) return last;
  }
}

std::optional<std::uint64_t> size_of(std::string_view digits) {
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  const bool leading_zero = digits.size() > 1 && digits.front() == '0';
  if (digits.empty() || leading_zero || error != std::errc() ||
      end != digits.data() + digits.size())
    return std::nullopt;
  return size;
}

std::optional<BlobId> blob_of(std::string_view hex, std::string_view digits) {
  const auto digest = Digest::from_hex(hex);
  const auto size = size_of(digits);
  if (!digest || !size) return std::nullopt;
  return BlobId{*digest, *size};
}

}  // namespace

BlobPlace::BlobPlace(const BlobId& id)
    : folder(id.digest.hex()), file(std::to_string(id.size) + ".blob") {
  folder.insert(kShardDigits, 1, '/');
}

std::string_view BlobPlace::shard() const noexcept {
  return std::string_view(folder).substr(0, kShardDigits);
}

std::string_view BlobPlace::rest() const noexcept {
  return std::string_view(folder).substr(kShardDigits + 1);
}

std::string link_text(const BlobId& id, std::size_t depth) {
  const BlobPlace place(id);
  std::string text;
  text.reserve(3 * depth + kFileStore.size() + kBlobs.size() + place.folder.size() +
               place.file.size() + 3);
  for (std::size_t i = 0; i < depth; ++i)
    text += "../";
  text.append(kFileStore).append("/").append(kBlobs).append("/");
  return text.append(place.folder).append("/").append(place.file);
}

std::optional<BlobId> blob_of_path(std::string_view path) {
  const std::string_view file = take_last(path);
  const std::string_view rest = take_last(path);
  const std::string_view shard = take_last(path);
  if (!file.ends_with(kBlobSuffix) || shard.size() != kShardDigits || take_last(path) != kBlobs)
    return std::nullopt;
  return blob_of(std::string(shard).append(rest), file.substr(0, file.size() - kBlobSuffix.size()));
}

std::string trash_name(const BlobId& id) {
  return id.digest.hex() + "-" + std::to_string(id.size);
}

std::optional<BlobId> blob_of_trash_name(std::string_view name) {
  const std::size_t dash = name.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  return blob_of(name.substr(0, dash), name.substr(dash + 1));
}

std::string PartialName::text() const {
  return trash_name(id) + "-" + tag + "-" + std::to_string(durable);
}

std::optional<PartialName> PartialName::parse(std::string_view name) {
  const std::size_t last = name.rfind('-');
  if (last == std::string_view::npos) return std::nullopt;
  const std::string_view digits = name.substr(last + 1);
  name = name.substr(0, last);
  const std::size_t before = name.rfind('-');
  if (before == std::string_view::npos) return std::nullopt;
  const auto id = blob_of_trash_name(name.substr(0, before));
  PartialName partial;
  const auto parsed =
      std::from_chars(digits.data(), digits.data() + digits.size(), partial.durable);
  if (!id || parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() ||
      partial.durable > id->size)
    return std::nullopt;
  partial.id = *id;
  partial.tag = name.substr(before + 1);
  return partial;
}

}  // namespace shaman::layout
