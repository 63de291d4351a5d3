// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/os.hpp"
#include "shaman/pack/rewrite.hpp"

#include "http/client/body_source.hpp"
#include "submit/cache/hash_cache.hpp"

namespace shaman::client {

/// Opens a file that is still in the state in which it was hashed; else changed_since_hashed().
[[nodiscard]] result<os::InputFile> open_as_hashed(const FileState& state);
/// errc::changed_while_read
[[nodiscard]] Error changed_since_hashed(const std::string& path);

/// A file in the state in which it was hashed. Opening it and reading its end fail with
/// errc::changed_while_read in any other state.
[[nodiscard]] result<std::unique_ptr<BodySource>> file_body(const FileState& state);

/// Whether a file of that name has another content, as far as its size and date tell.
[[nodiscard]] bool is_newer(const os::FileInfo& now, const os::FileInfo& known);

/// A rewritten .blend, which a separate thread makes while it is read; never whole in memory or on
/// disk. errc::changed_while_read as above.
[[nodiscard]] result<std::unique_ptr<BodySource>> rewritten_body(const FileState& state,
                                                                 std::vector<pack::Patch> patches);

}  // namespace shaman::client
