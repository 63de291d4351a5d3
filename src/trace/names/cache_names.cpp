// SPDX-License-Identifier: GPL-3.0-or-later
#include "trace/names/cache_names.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <initializer_list>

namespace shaman::trace {
namespace {

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// A frame: at least this many digits, and a sign before frame 0.
bool take_number(std::string_view& text, std::size_t at_least) {
  std::string_view rest = text;
  take(rest, "-");
  std::size_t digits = 0;
  while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9')
    ++digits;
  // printf pads to a width that counts the sign.
  if (digits + (text.size() - rest.size()) < at_least || digits == 0) return false;
  text = rest.substr(digits);
  return true;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> all) {
  return std::find(all.begin(), all.end(), text) != all.end();
}

// BKE_ptcache: `{name}_{frame:06d}_{index:02d}.bphys`.
bool is_point_cache(const Reference& reference, std::string_view name) {
  std::string index;
  if (reference.index >= 0) {
    std::array<char, 16> buffer;
    std::snprintf(buffer.data(), buffer.size(), "_%02d", static_cast<int>(reference.index));
    index = buffer.data();
  }
  return std::any_of(reference.names.begin(), reference.names.end(), [&](const std::string& stem) {
    std::string_view rest = name;
    return take(rest, stem) && take(rest, "_") && take_number(rest, 6) && take(rest, index) &&
           is_one_of(rest, {".bphys", ".vdb"});
  });
}

// BKE_ocean_cache_*: `disp_####.exr` and its companions.
bool is_ocean_cache(std::string_view name) {
  for (const std::string_view stem : {"disp_", "foam_", "normal_", "spray_", "spray_inverse_"}) {
    std::string_view rest = name;
    if (take(rest, stem) && take_number(rest, 4) && rest == ".exr") return true;
  }
  return false;
}

// Mantaflow: `{stem}_{frame:04d}{extension}`; the stem names the content.
bool is_fluid_cache(std::string_view name) {
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos) return false;
  if (!is_one_of(name.substr(dot), {".uni", ".vdb", ".raw", ".obj", ".gz", ".bobj.gz"}))
    return false;
  const std::size_t underscore = name.substr(0, dot).rfind('_');
  if (underscore == std::string_view::npos || underscore == 0) return false;
  std::string_view number = name.substr(underscore + 1, dot - underscore - 1);
  return take_number(number, 4) && number.empty();
}

// Elbeem, to 2.81.
bool is_fluidsim_cache(std::string_view name) {
  if (!take(name, "fluidsurface_")) return false;
  for (const std::string_view stem : {"final_", "preview_", "particles_"}) {
    std::string_view rest = name;
    if (take(rest, stem) && take_number(rest, 4))
      return is_one_of(rest, {".bobj.gz", ".bvel.gz", ".gz"});
  }
  return false;
}

// `00001_00000.json`; several frames share a blob, and a blob may be several files.
bool is_node_bake(std::string_view subfolder, std::string_view name) {
  if (!take_number(name, 1)) return false;
  if (subfolder == "meta") return name.ends_with(".json");
  return name.ends_with(".blob") || name.ends_with(".vdb") || name.ends_with(".bdata");
}

}  // namespace

std::span<const std::string_view> cache_subfolders(Rule rule) {
  static constexpr std::array<std::string_view, 1> kItself{""};
  static constexpr std::array<std::string_view, 6> kFluid{"config", "data",      "noise",
                                                          "mesh",   "particles", "guiding"};
  static constexpr std::array<std::string_view, 3> kBake{"meta", "blobs", "bdata"};
  if (rule == Rule::fluid_cache) return kFluid;
  if (rule == Rule::node_bake) return kBake;
  return kItself;
}

bool is_cache_file(const Reference& reference, std::string_view subfolder, std::string_view name) {
  switch (reference.rule) {
    case Rule::point_cache:
      return is_point_cache(reference, name);
    case Rule::ocean_cache:
      return is_ocean_cache(name);
    case Rule::fluid_cache:
      return is_fluid_cache(name);
    case Rule::fluidsim_cache:
      return is_fluidsim_cache(name);
    case Rule::node_bake:
      return is_node_bake(subfolder, name);
    default:
      return false;
  }
}

}  // namespace shaman::trace
