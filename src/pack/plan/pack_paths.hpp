// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Paths within a pack: relative to its root, `/` between components, empty for the root itself.
/// Also the references of .blend files in the pack to them.
namespace shaman::pack {

/// `a/b` of `a/b/c`, empty of `c`.
[[nodiscard]] std::string_view folder_of(std::string_view place) noexcept;
/// `c` of `a/b/c`.
[[nodiscard]] std::string_view name_of(std::string_view place) noexcept;
/// `.png` of `a/b.png`, in the name's own spelling; empty when there is none.
[[nodiscard]] std::string_view extension_of(std::string_view place) noexcept;
/// The non-empty parts between slashes; a root `/` gives none.
[[nodiscard]] std::vector<std::string_view> components_of(std::string_view path);
/// The first `count` components of an absolute path, as an absolute path.
[[nodiscard]] std::string first_components(std::string_view path, std::size_t count);
/// Whether `path` is `folder` or below it; by text.
[[nodiscard]] bool is_within(std::string_view path, std::string_view folder) noexcept;
/// The part of `path` below `folder`, which must contain it.
[[nodiscard]] std::string_view below(std::string_view path, std::string_view folder) noexcept;
/// `a/b`, either of which may be empty.
[[nodiscard]] std::string join_places(std::string_view folder, std::string_view name);

/// How a reader of stored paths interprets a backslash: Blender as a slash, Cycles (OSL, IES) as
/// itself.
enum class Backslash : unsigned char { separates, stands_for_itself };

/// Where Blender looks for a stored path, wherever the pack is: `//` is the folder `base_folder` of
/// the pack; `.` and `..` are resolved by text, as BLI_path_normalize does. Nothing if it is not
/// `//`-relative or leaves the pack.
[[nodiscard]] std::optional<std::string> resolve_in_pack(std::string_view base_folder,
                                                         std::string_view stored,
                                                         Backslash backslash);

/// The shortest reference from a .blend in `base_folder` to `place`: `//../tex/wall.png`.
[[nodiscard]] std::string reference_to(std::string_view base_folder, std::string_view place);

}  // namespace shaman::pack
