// SPDX-License-Identifier: GPL-3.0-or-later
#include "trace/collect/path_collector.hpp"

#include <utility>

namespace shaman::trace {
namespace {

// PATH_MAX of Linux; Blender itself takes no more than 1,024 bytes.
constexpr std::size_t kLongestPath = 4096;

std::uint64_t memory_of(const Reference& reference) {
  std::uint64_t bytes = sizeof reference + reference.data_block.size() + reference.stored.size() +
                        reference.stored_name.size() +
                        reference.tiles.size() * sizeof reference.tiles.front();
  for (const std::string& name : reference.names)
    bytes += sizeof name + name.size();
  return bytes;
}

std::uint64_t memory_of(const TreeInput& input) {
  return sizeof input + input.tree.size() + input.input.size();
}

}  // namespace

void PathCollector::add(Reference reference) {
  if (file_.spend(memory_of(reference))) scan_.references.push_back(std::move(reference));
}

void PathCollector::add(StringArgument argument) {
  if (file_.spend(memory_of(argument.value) + memory_of(argument.input)))
    scan_.arguments.push_back(std::move(argument));
}

void PathCollector::add(StringRoute route) {
  if (file_.spend(memory_of(route.from) + (route.to ? memory_of(*route.to) : 0)))
    scan_.routes.push_back(std::move(route));
}

Reference PathCollector::implied(Kind kind) const {
  Reference reference;
  reference.kind = kind;
  reference.data_block = owner_.data_block;
  reference.owner = owner_.scope.first;
  if (!part_.empty()) reference.chain.push_back(part_);
  if (owner_.library != LibraryTable::kNone) {
    reference.base = Base::library;
    reference.library = owner_.library;
  }
  return reference;
}

Reference PathCollector::by_text(Kind kind, const blend::BlendFile::Text& text) const {
  Reference reference = implied(kind);
  reference.stored = text.bytes;
  reference.field = {text.place.offset, static_cast<std::uint32_t>(text.place.capacity)};
  return reference;
}

std::optional<Reference> PathCollector::reference(Kind kind, const blend::Record& record,
                                                  std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (!record.has(name)) continue;
    std::optional<blend::BlendFile::Text> text;
    if (const std::uint64_t pointer = record.pointer(name); pointer != 0) {
      text = file_.text(pointer, owner_.scope);
    } else {
      text = {record.text(name), *record.place(name)};
    }
    if (!text || text->bytes.empty() || text->bytes.size() > kLongestPath) return std::nullopt;
    return by_text(kind, *text);
  }
  return std::nullopt;
}

std::optional<PathCollector::DataBlock> PathCollector::data_block(std::uint64_t pointer) {
  const std::uint32_t block = file_.blocks().find(pointer, owner_.scope);
  const std::optional<blend::Record> record = file_.load(block);
  if (!record) return std::nullopt;
  if (file_.blocks()[block].code == blend::code_of("ID"))
    return DataBlock{libraries_.of_placeholder(block), record->text("name")};
  if (!record->has("id.name")) return std::nullopt;
  return DataBlock{libraries_.of_data_block(file_, *record, owner_.scope), record->text("id.name")};
}

void PathCollector::add_file(Kind kind, const blend::Record& record,
                             std::initializer_list<std::string_view> names) {
  if (std::optional<Reference> found = reference(kind, record, names)) add(std::move(*found));
}

}  // namespace shaman::trace
