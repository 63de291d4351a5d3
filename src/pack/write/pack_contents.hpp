// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/pack/plan.hpp"
#include "shaman/pack/rewrite.hpp"

/// What folder and archive have in common.
namespace shaman::pack {

/// A file that is made, not copied.
struct InfoFile {
  std::string place;  ///< `pack-info.txt`, or a like name if the project has one of that name
  std::string content;
};

[[nodiscard]] InfoFile info_file(const Plan& plan);

/// Whether `--compress` may change the file: a .blend, by its name.
[[nodiscard]] bool is_blend_name(std::string_view place);

/// Whether its content is compressed already, by the file's name: deflating it gains nothing.
[[nodiscard]] bool is_compressed_name(std::string_view place);

/// Whether a pack without the file is worth having, where reading it has failed like this: it
/// cannot be read, or is gone, and is not the .blend to be opened first.
[[nodiscard]] bool may_go_without(const Plan& plan, const std::string& source, const Error& error);

/// Gives the file as it is to be in the pack to `sink`.
[[nodiscard]] result<void> stream_file(const PlannedFile& file, bool compress, const Sink& sink);

}  // namespace shaman::pack
