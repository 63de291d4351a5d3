// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/pack/plan.hpp"
#include "shaman/pack/rewrite.hpp"

/// Shared by folders and archives.
namespace shaman::pack {

/// A generated file, not a copy.
struct InfoFile {
  std::string place;  ///< `pack-info.txt`, or a similar name if the project has a file of that name
  std::string content;
};

[[nodiscard]] InfoFile info_file(const Plan& plan);

/// Whether `--compress` may change the file: a .blend, by its name.
[[nodiscard]] bool is_blend_name(std::string_view place);

/// Whether its content is already compressed, by the file's name: deflating it gains nothing.
[[nodiscard]] bool is_compressed_name(std::string_view place);

/// Whether a pack without the file is useful after this read error: the file cannot be read, or is
/// gone, and is not the .blend to open first.
[[nodiscard]] bool may_go_without(const Plan& plan, const std::string& source, const Error& error);

/// Passes the file's content for the pack to `sink`.
[[nodiscard]] result<void> stream_file(const PlannedFile& file, bool compress, const Sink& sink);

}  // namespace shaman::pack
