// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/blend/blend_file.hpp"

#include "trace/library_table.hpp"
#include "trace/scan.hpp"

namespace shaman::trace {

/// The data-block that is being searched.
struct Owner {
  blend::Scope scope;      ///< its blocks
  std::string id_name;     ///< `OBCube`
  std::string data_block;  ///< for people: `Object "Cube"`
  /// The library that it was packed from (Blender 5).
  std::uint32_t library = LibraryTable::kNone;
};

/// The context of a function for one struct: the file, the data-block around the struct, and the
/// place for its results.
class PathCollector {
 public:
  PathCollector(blend::BlendFile& file, const LibraryTable& libraries, Scan& scan)
      : file_(file), libraries_(libraries), scan_(scan) {}

  [[nodiscard]] blend::BlendFile& file() noexcept { return file_; }
  [[nodiscard]] Scan& scan() noexcept { return scan_; }
  [[nodiscard]] const Owner& owner() const noexcept { return owner_; }
  void set_owner(Owner owner) { owner_ = std::move(owner); }
  /// The present part of the data-block: `Strip "boom"`; empty: no named part.
  void set_part(std::string part) { part_ = std::move(part); }

  /// A reference from a `char[n]` or `char *` field, the first of these names that the file has;
  /// nothing if it is empty.
  [[nodiscard]] std::optional<Reference> reference(Kind kind, const blend::Record& record,
                                                   std::initializer_list<std::string_view> names);
  /// A reference without a field: its place follows from the .blend's own.
  [[nodiscard]] Reference implied(Kind kind) const;
  /// A reference from text that was already read.
  [[nodiscard]] Reference by_text(Kind kind, const blend::BlendFile::Text& text) const;

  /// The data-block that a pointer leads to, linked or not.
  struct DataBlock {
    std::uint32_t library = LibraryTable::kNone;
    std::string id_name;
  };
  [[nodiscard]] std::optional<DataBlock> data_block(std::uint64_t pointer);

  /// Adds to the scan, and counts it against the file's allowance.
  void add(Reference reference);
  void add(StringArgument argument);
  void add(StringRoute route);
  /// Adds the one file that a field names.
  void add_file(Kind kind, const blend::Record& record,
                std::initializer_list<std::string_view> names);

  [[nodiscard]] std::optional<blend::Record> follow(std::uint64_t pointer) {
    return file_.follow(pointer, owner_.scope);
  }
  [[nodiscard]] std::optional<blend::Record> follow(const blend::Record& record,
                                                    std::string_view field) {
    return follow(record.pointer(field));
  }
  [[nodiscard]] std::vector<blend::Record> list(const blend::Record& record,
                                                std::string_view field) {
    return file_.list(record, field, owner_.scope);
  }
  /// Whether a pointer field leads to a block that is in the file.
  [[nodiscard]] bool leads_somewhere(const blend::Record& record, std::string_view field) {
    return file_.blocks().find(record.pointer(field), owner_.scope) != blend::BlockIndex::kNone;
  }

 private:
  blend::BlendFile& file_;
  const LibraryTable& libraries_;
  Scan& scan_;
  Owner owner_;
  std::string part_;
};

/// Reads one struct of its registered kind.
using Handler = void (*)(PathCollector& collector, const blend::Record& record);

struct HandlerEntry {
  std::string_view struct_name;  ///< its name in files
  Handler handler;
};

/// Every struct with paths, and its function. Only these depend on kinds of data-blocks: which
/// data-blocks are needed follows from their pointers.
[[nodiscard]] std::span<const HandlerEntry> handlers();

}  // namespace shaman::trace
