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

// Pointers that Blender does not follow when it loads a data-block's dependencies: neighbours in
// lists of all data-blocks, and pointers that are only valid at run time. Following them would
// include every scene of a library.
constexpr std::array kExcluded{
    Excluded{"ID", "next"},         Excluded{"ID", "prev"},
    Excluded{"ID", "newid"},        Excluded{"ID", "orig_id"},
    Excluded{"ID", "lib"},  // the scanner reads it
    Excluded{"ID", "py_instance"},  Excluded{"Library", "parent"},
    Excluded{"ImageUser", "scene"}, Excluded{"Library", "archive_parent_library"},
};

bool is_excluded(std::string_view holder, std::string_view field) {
  return std::any_of(kExcluded.begin(), kExcluded.end(), [&](const Excluded& excluded) {
    return excluded.holder == holder && excluded.field == field;
  });
}

// Structs embedded deeper than this do not exist; a struct in a hostile SDNA could contain itself.
constexpr int kMaxNesting = 16;

bool is_embedded(const blend::Field& field) {
  return field.pointers == 0 && !field.is_function && field.size > 0 &&
         field.struct_index != blend::Sdna::kNone;
}

bool is_link(const blend::Field& field) {
  return field.pointers > 0 && !field.is_function && field.size > 0 &&
         (field.struct_index != blend::Sdna::kNone || field.type_name == "void");
}

// Derives two facts about each struct from those about others: it *holds* a pointer that leads on,
// itself or in an embedded struct; and it is a *target*: pointers that are declared to lead to it
// lead on.
class Spreading {
 public:
  explicit Spreading(const blend::Sdna& sdna)
      : bases_(sdna.size(), blend::Sdna::kNone),
        pointing_(sdna.size()),
        embedding_(sdna.size()),
        holds_(sdna.size(), false),
        is_target_(sdna.size(), false) {
    for (std::uint32_t i = 0; i < sdna.size(); ++i) {
      for (const blend::Field& field : sdna[i].fields) {
        if (!is_excluded(sdna[i].name, field.name)) note(i, field);
      }
    }
  }

  void add_target(std::uint32_t index) {
    if (is_target_[index]) return;
    is_target_[index] = true;
    new_targets_.push_back(index);
  }

  void run() {
    while (!new_targets_.empty() || !new_holders_.empty()) {
      if (!new_targets_.empty()) {
        const std::uint32_t target = take(new_targets_);
        for (const std::uint32_t holder : pointing_[target])
          add_holder(holder);
        // A pointer declared to its first member may mean the whole struct.
        if (bases_[target] != blend::Sdna::kNone) add_target(bases_[target]);
      } else {
        const std::uint32_t held = take(new_holders_);
        add_target(held);
        for (const std::uint32_t holder : embedding_[held])
          add_holder(holder);
      }
    }
  }

  [[nodiscard]] bool holds(std::uint32_t index) const { return holds_[index]; }

 private:
  void note(std::uint32_t holder, const blend::Field& field) {
    if (is_embedded(field)) {
      embedding_[field.struct_index].push_back(holder);
      if (field.offset == 0 && field.elements == 1) bases_[holder] = field.struct_index;
    } else if (is_link(field)) {
      if (field.pointers > 1 || field.struct_index == blend::Sdna::kNone) {
        add_holder(holder);
      } else {
        pointing_[field.struct_index].push_back(holder);
      }
    }
  }

  void add_holder(std::uint32_t index) {
    if (holds_[index]) return;
    holds_[index] = true;
    new_holders_.push_back(index);
  }

  static std::uint32_t take(std::vector<std::uint32_t>& queue) {
    const std::uint32_t index = queue.back();
    queue.pop_back();
    return index;
  }

  std::vector<std::uint32_t> bases_;                   // by struct: its first member's struct
  std::vector<std::vector<std::uint32_t>> pointing_;   // by struct: the structs that point to it
  std::vector<std::vector<std::uint32_t>> embedding_;  // by struct: the structs that embed it
  std::vector<bool> holds_;
  std::vector<bool> is_target_;
  std::vector<std::uint32_t> new_holders_;
  std::vector<std::uint32_t> new_targets_;
};

// By struct: whether it has a pointer, itself or in an embedded struct.
std::vector<bool> structs_with_pointers(const blend::Sdna& sdna) {
  std::vector<std::vector<std::uint32_t>> embedding(sdna.size());
  std::vector<bool> found(sdna.size(), false);
  std::vector<std::uint32_t> to_do;
  for (std::uint32_t i = 0; i < sdna.size(); ++i) {
    for (const blend::Field& field : sdna[i].fields) {
      if (is_embedded(field)) embedding[field.struct_index].push_back(i);
      found[i] = found[i] || is_link(field);
    }
    if (found[i]) to_do.push_back(i);
  }
  while (!to_do.empty()) {
    const std::uint32_t held = to_do.back();
    to_do.pop_back();
    for (const std::uint32_t holder : embedding[held]) {
      if (!found[holder]) to_do.push_back(holder);
      found[holder] = true;
    }
  }
  return found;
}

}  // namespace

bool is_data_block(const blend::Sdna& sdna, std::uint32_t struct_index) {
  if (struct_index >= sdna.size()) return false;
  const blend::Struct& type = sdna[struct_index];
  if (type.name == "ID") return true;
  return !type.fields.empty() && type.fields.front().pointers == 0 &&
         type.fields.front().type_name == "ID";
}

Links::Links(const blend::Sdna& sdna, const std::vector<bool>& wanted)
    : sdna_(sdna), has_pointers_(structs_with_pointers(sdna)), leads_on_(sdna.size(), false) {
  Spreading spreading(sdna);
  for (std::uint32_t i = 0; i < sdna.size(); ++i) {
    leads_on_[i] = wanted[i] || is_data_block(sdna, i);
    if (leads_on_[i]) spreading.add_target(i);
  }
  spreading.run();
  for (std::uint32_t i = 0; i < sdna.size(); ++i)
    leads_on_[i] = leads_on_[i] || spreading.holds(i);
}

std::span<const Link> Links::of(std::uint32_t struct_index) {
  const auto [at, is_new] = links_.try_emplace(struct_index);
  if (is_new) collect(struct_index, 0, 0, at->second);
  return at->second;
}

void Links::collect(std::uint32_t struct_index, std::uint32_t offset, int depth,
                    std::vector<Link>& links) const {
  if (depth > kMaxNesting || !has_pointers_[struct_index]) return;
  const blend::Struct& type = sdna_[struct_index];
  for (const blend::Field& field : type.fields) {
    if (is_excluded(type.name, field.name)) continue;
    if (is_link(field)) {
      links.push_back(
          {offset + field.offset, field.elements, field.pointers > 1, field.struct_index});
    } else if (is_embedded(field)) {
      for (std::uint32_t i = 0; i < field.elements; ++i)
        collect(field.struct_index, offset + field.offset + i * field.type_size, depth + 1, links);
    }
  }
}

}  // namespace shaman::trace
