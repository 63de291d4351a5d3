// SPDX-License-Identifier: GPL-3.0-or-later
#include "links.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace shaman::trace {
namespace {

struct Excluded {
  std::string_view holder;
  std::string_view field;
};

// Pointers that Blender does not follow when it loads what a data-block needs: neighbours in lists
// of all data-blocks, and what is only valid while it runs. Following them would bring in a
// library's every scene.
constexpr std::array kExcluded{
    Excluded{"ID", "next"},         Excluded{"ID", "prev"},
    Excluded{"ID", "newid"},        Excluded{"ID", "orig_id"},
    Excluded{"ID", "lib"},  // told apart by the scanner
    Excluded{"ID", "py_instance"},  Excluded{"Library", "parent"},
    Excluded{"ImageUser", "scene"}, Excluded{"Library", "archive_parent_library"},
};

bool is_excluded(std::string_view holder, std::string_view field) {
  return std::any_of(kExcluded.begin(), kExcluded.end(), [&](const Excluded& excluded) {
    return excluded.holder == holder && excluded.field == field;
  });
}

// Structs embedded deeper than this do not exist; a hostile SDNA could hold itself.
constexpr int kMaxDepth = 16;

}  // namespace

bool is_data_block(const blend::Sdna& sdna, std::uint32_t struct_index) {
  if (struct_index >= sdna.size()) return false;
  const blend::Struct& type = sdna[struct_index];
  if (type.name == "ID") return true;
  return !type.fields.empty() && type.fields.front().pointers == 0 &&
         type.fields.front().type_name == "ID";
}

Links::Links(const blend::Sdna& sdna, const std::vector<bool>& wanted)
    : links_(sdna.size()), leads_on_(sdna.size(), false) {
  for (std::uint32_t i = 0; i < sdna.size(); ++i)
    collect(sdna, i, i, 0, 0);
  spread(sdna, wanted);
}

void Links::collect(const blend::Sdna& sdna, std::uint32_t holder, std::uint32_t struct_index,
                    std::uint32_t offset, int depth) {
  constexpr std::size_t kMaxLinks = 4096;
  if (depth > kMaxDepth || links_[holder].size() > kMaxLinks) return;
  const blend::Struct& type = sdna[struct_index];
  for (const blend::Field& field : type.fields) {
    if (field.is_function || is_excluded(type.name, field.name)) continue;
    const bool is_struct = field.struct_index != blend::Sdna::kNone;
    if (field.pointers > 0) {
      if (is_struct || field.type_name == "void")
        links_[holder].push_back(
            {offset + field.offset, field.elements, field.pointers > 1, field.struct_index});
    } else if (is_struct && field.type_size > 0) {
      for (std::uint32_t i = 0; i < field.elements; ++i)
        collect(sdna, holder, field.struct_index, offset + field.offset + i * field.type_size,
                depth + 1);
    }
  }
}

// Backwards from the structs that are looked for, data-blocks and unknown targets, to all from
// which a pointer leads there.
void Links::spread(const blend::Sdna& sdna, const std::vector<bool>& wanted) {
  std::vector<std::vector<std::uint32_t>> holders(sdna.size());
  std::vector<std::uint32_t> to_do;
  const auto mark = [&](std::uint32_t struct_index) {
    if (leads_on_[struct_index]) return;
    leads_on_[struct_index] = true;
    to_do.push_back(struct_index);
  };
  for (std::uint32_t i = 0; i < sdna.size(); ++i) {
    if (wanted[i] || is_data_block(sdna, i)) mark(i);
    for (const Link& link : links_[i]) {
      if (link.target == blend::Sdna::kNone) {
        mark(i);
      } else {
        holders[link.target].push_back(i);
      }
    }
  }
  while (!to_do.empty()) {
    const std::uint32_t target = to_do.back();
    to_do.pop_back();
    for (const std::uint32_t holder : holders[target])
      mark(holder);
  }
}

}  // namespace shaman::trace
