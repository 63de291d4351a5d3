// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "shaman/blend/blend_file.hpp"
#include "shaman/error.hpp"

#include "links.hpp"
#include "scan.hpp"
#include "trace/collect/path_collector.hpp"

namespace shaman::trace {

/// Which data-blocks of a .blend count.
struct Wanted {
  bool everything = false;
  std::vector<std::string> names;  ///< `OBCube`: these, and what they reach; sorted
};

/// Finds the references of a .blend's wanted data-blocks, by following every pointer that Blender's
/// SDNA declares from them. Reads no other file.
class Scanner {
 public:
  explicit Scanner(blend::BlendFile& file);

  /// errc::damaged_file, errc::io_error, errc::limit_exceeded. Called once.
  [[nodiscard]] result<Scan> run(const Wanted& wanted);

 private:
  // The state that the libraries packed into a file share, however deep they are packed into each
  // other.
  struct Nesting {
    int depth = 0;
    std::uint64_t bytes_left = 0;  // their allowance, uncompressed
  };
  Scanner(blend::BlendFile& file, Nesting nesting);

  void read_libraries();
  void look_up_roots(const Wanted& wanted);
  void visit_data_block(std::uint32_t head);
  void visit_struct(const blend::Record& record);
  void follow_link(const Link& link, std::uint64_t pointer);
  void follow_pointers(std::uint32_t block, const Link& link);
  void need_linked(std::uint32_t head);
  void reach(std::uint32_t block, std::uint32_t declared);
  [[nodiscard]] std::uint32_t struct_of(std::uint32_t block, std::uint32_t declared) const;
  [[nodiscard]] Owner owner_of(std::uint32_t head, const blend::Record& record) const;
  [[nodiscard]] result<void> scan_packed_libraries();
  [[nodiscard]] Error too_much(const std::string& what) const;

  void note_user(std::uint32_t head);
  void note_part(const blend::Record& record, std::uint32_t inherited);
  void add_chains();
  void add_users(std::uint32_t head, std::vector<std::string>& chain);

  struct ToVisit {
    std::uint32_t block;
    std::uint32_t struct_index;
    std::uint32_t part = 0;
  };
  // The user of a data-block that an artist finds most easily.
  struct User {
    std::uint32_t head = 0;
    std::string part;  // `Strip "boom"`, `Modifier "Cache"`; may be empty
  };

  blend::BlendFile& file_;
  Nesting nesting_;
  LibraryTable libraries_;
  Scan scan_;
  PathCollector collector_;
  std::vector<Handler> handlers_;  // by struct
  Links links_;
  std::vector<bool> seen_;                  // by block
  std::vector<std::uint32_t> data_blocks_;  // to be visited
  std::vector<ToVisit> blocks_;             // of the present data-block, to visit
  std::uint32_t head_ = 0;                  // of the present data-block
  std::vector<std::string> parts_{""};      // of the present data-block: strips, modifiers, nodes
  std::uint32_t part_ = 0;                  // the present one; 0: none
  std::unordered_map<std::uint32_t, User> users_;  // by data-block
  std::vector<std::uint32_t> first_linked_;        // by library: a placeholder
};

/// `Image "wall.png"` of an ID's name `IMwall.png`.
[[nodiscard]] std::string describe_data_block(std::string_view id_name);

}  // namespace shaman::trace
