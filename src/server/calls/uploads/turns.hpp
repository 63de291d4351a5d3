// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// How much of a file a thread of the disk pool makes or receives at once.
namespace shaman::http {

/// Without checking whether others wait for a thread: a small request can cause much work, which
/// must not go ahead of theirs.
inline constexpr std::uint64_t kTurnBytes = std::uint64_t{4} << 20U;

/// In one step of a turn.
inline constexpr std::size_t kStepBytes = std::size_t{512} << 10U;

/// This thread's room for a step: a request holds no memory between two of them.
inline std::span<std::byte> step_buffer() {
  static thread_local std::vector<std::byte> buffer(kStepBytes);
  return buffer;
}

}  // namespace shaman::http
