// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"

namespace shaman::pull {

/// How the files of a folder come from the cache.
enum class Mode : std::uint8_t { symlink, hardlink, reflink, copy };
[[nodiscard]] std::string_view name_of(Mode mode) noexcept;
[[nodiscard]] std::optional<Mode> mode_of(std::string_view name) noexcept;

/// The name of the state in a pulled folder. No checkout has a name that begins with it.
inline constexpr std::string_view kStateName = ".shaman-pull";

struct PulledFile {
  std::string path;
  BlobId id;
  /// Of a copy, when it was made; 0 of a link.
  std::int64_t mtime_ns = 0;
  friend bool operator==(const PulledFile&, const PulledFile&) = default;
};

/// What a pulled folder is, as it is kept in the folder and in the cache.
struct PullState {
  std::string id;        ///< of the folder, in the cache
  std::string folder;    ///< absolute
  std::string cache;     ///< absolute
  std::string server;    ///< its address
  std::string checkout;  ///< its path
  std::string etag;      ///< of the manifest; empty: unknown
  Mode mode = Mode::symlink;
  std::vector<PulledFile> files;  ///< sorted by path
  friend bool operator==(const PullState&, const PullState&) = default;
};

/// Without line ends and other control characters, which the state cannot have.
[[nodiscard]] bool can_be_kept(std::string_view text) noexcept;

/// How much is read of a state, and of its members before the files.
inline constexpr std::size_t kLongestState = std::size_t{1} << 30U;
inline constexpr std::size_t kLongestHead = std::size_t{32} << 10U;

[[nodiscard]] std::string state_text(const PullState& state);
/// errc::damaged_file for any text that state_text() does not write, or that names a file outside
/// of its folder.
[[nodiscard]] result<PullState> read_state(std::string_view text);
/// The members before the files; the text may end after them.
[[nodiscard]] result<PullState> read_state_head(std::string_view text);

}  // namespace shaman::pull
