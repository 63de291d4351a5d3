// SPDX-License-Identifier: GPL-3.0-or-later
#include <type_traits>

#include "scan.hpp"

namespace shaman::trace {
namespace {

// Writing and reading use the same functions, one for each struct, so that they cannot differ.
class Writer {
 public:
  std::string bytes;

  void number(std::uint64_t value) {
    while (value >= 0x80) {
      bytes += static_cast<char>(value | 0x80);
      value >>= 7;
    }
    bytes += static_cast<char>(value);
  }
  template <class T>
  void scalar(const T& value) {
    number(static_cast<std::uint64_t>(value));
  }
  void text(const std::string& value) {
    number(value.size());
    bytes += value;
  }
  template <class T>
  void list(const std::vector<T>& values) {
    number(values.size());
    for (const T& value : values)
      visit(*this, const_cast<T&>(value));
  }
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  [[nodiscard]] bool finished() const { return !failed_ && rest_.empty(); }

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
    failed_ = true;
    return 0;
  }
  template <class T>
  void scalar(T& value) {
    value = static_cast<T>(number());
  }
  void text(std::string& value) {
    const std::uint64_t size = number();
    if (size > rest_.size()) {
      failed_ = true;
      return;
    }
    value = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(static_cast<std::size_t>(size));
  }
  template <class T>
  void list(std::vector<T>& values) {
    const std::uint64_t size = number();
    // Each element takes a byte at least.
    if (size > rest_.size()) failed_ = true;
    for (std::uint64_t i = 0; i < size && !failed_; ++i)
      visit(*this, values.emplace_back());
  }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

template <class Archive>
void visit(Archive& archive, std::uint32_t& value) {
  archive.scalar(value);
}

template <class Archive>
void visit(Archive& archive, std::string& value) {
  archive.text(value);
}

template <class Archive>
void visit(Archive& archive, PathField& field) {
  archive.scalar(field.offset);
  archive.scalar(field.capacity);
}

template <class Archive>
void visit(Archive& archive, Leftover& leftover) {
  archive.scalar(leftover.becomes);
  archive.text(leftover.stored);
  visit(archive, leftover.field);
  archive.text(leftover.stored_name);
  visit(archive, leftover.name_field);
  archive.scalar(leftover.sound_offset);
}

template <class Archive>
void visit(Archive& archive, Reference& reference) {
  archive.scalar(reference.kind);
  archive.scalar(reference.rule);
  archive.scalar(reference.base);
  archive.scalar(reference.library);
  archive.scalar(reference.optional);
  archive.scalar(reference.may_be_absent);
  archive.text(reference.data_block);
  archive.list(reference.chain);
  archive.text(reference.stored);
  archive.text(reference.stored_name);
  visit(archive, reference.field);
  archive.list(reference.tiles);
  archive.list(reference.names);
  archive.scalar(reference.index);
}

template <class Archive>
void visit(Archive& archive, TreeInput& input) {
  archive.scalar(input.library);
  archive.text(input.tree);
  archive.text(input.input);
}

template <class Archive>
void visit(Archive& archive, StringArgument& argument) {
  visit(archive, argument.value);
  visit(archive, argument.input);
}

template <class Archive>
void visit(Archive& archive, StringRoute& route) {
  visit(archive, route.from);
  bool has_end = !route.to;
  archive.scalar(has_end);
  if (has_end) {
    route.to.reset();
  } else {
    if (!route.to) route.to.emplace();
    visit(archive, *route.to);
  }
}

template <class Archive>
void visit(Archive& archive, LibraryLink& library) {
  archive.text(library.data_block);
  archive.list(library.chain);
  archive.text(library.stored);
  visit(archive, library.field);
  archive.scalar(library.is_archive);
  archive.list(library.wanted);
  archive.list(library.packed);
}

template <class Archive>
void visit(Archive& archive, Scan& scan) {
  archive.list(scan.references);
  archive.list(scan.libraries);
  archive.list(scan.view_suffixes);
  archive.list(scan.arguments);
  archive.list(scan.routes);
  archive.list(scan.leftovers);
}

}  // namespace

std::string serialise(const Scan& scan) {
  Writer writer;
  writer.text(std::string(kTracerVersion));
  visit(writer, const_cast<Scan&>(scan));
  return std::move(writer.bytes);
}

std::optional<Scan> parse_scan(std::string_view bytes) {
  Reader reader(bytes);
  std::string version;
  reader.text(version);
  if (version != kTracerVersion) return std::nullopt;
  Scan scan;
  visit(reader, scan);
  if (!reader.finished()) return std::nullopt;
  return scan;
}

}  // namespace shaman::trace
