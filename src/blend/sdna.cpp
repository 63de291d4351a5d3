// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/blend/sdna.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "blend/limits.hpp"
#include "bytes.hpp"
#include "messages.hpp"

namespace shaman::blend {

const Field* Struct::find(std::string_view field) const noexcept {
  const auto at = std::lower_bound(
      by_name.begin(), by_name.end(), field,
      [this](std::uint32_t index, std::string_view wanted) { return fields[index].name < wanted; });
  if (at == by_name.end() || fields[*at].name != field) return nullptr;
  return &fields[*at];
}

std::uint32_t Sdna::find(std::string_view name) const noexcept {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? kNone : found->second;
}

/// Reads the five parts one after the other. All sizes come from the file: each step checks that
/// the bytes are there.
class SdnaParser {
 public:
  SdnaParser(Sdna& out, const Header& header, const std::string& name, std::uint64_t offset)
      : out_(out), header_(header), name_(name), offset_(offset), bytes_(out.bytes_) {}

  result<void> run() {
    if (bytes_.size() > kMaxSdnaBytes) return beyond_limit(name_, "more than 64 MiB of SDNA");
    if (!tag("SDNA") || !tag("NAME") || !texts(names_) || !tag("TYPE") || !texts(types_) ||
        !tag("TLEN") || !lengths() || !tag("STRC") || !structs())
      return *failure_;
    resolve();
    return {};
  }

 private:
  bool fail(std::string_view expected) {
    failure_ = damaged(name_, offset_ + at_, expected);
    return false;
  }
  bool limit(std::string_view what) {
    failure_ = beyond_limit(name_, what);
    return false;
  }

  // Each part starts at a multiple of four.
  bool tag(std::string_view expected) {
    at_ = (at_ + 3) & ~std::size_t{3};
    if (bytes_.size() < 4 || at_ > bytes_.size() - 4 ||
        std::string_view(reinterpret_cast<const char*>(bytes_.data()) + at_, 4) != expected)
      return fail("\"" + std::string(expected) + "\" in the SDNA");
    at_ += 4;
    return true;
  }

  bool number(std::size_t width, std::uint32_t& value) {
    if (bytes_.size() - at_ < width) return fail("more SDNA");
    value =
        static_cast<std::uint32_t>(read_unsigned(bytes_.subspan(at_, width), header_.big_endian));
    at_ += width;
    return true;
  }

  bool texts(std::vector<std::string_view>& out) {
    std::uint32_t count = 0;
    if (!number(4, count)) return false;
    if (count > kMaxSdnaNames) return limit("more than 100,000 names in the SDNA");
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::string_view rest(reinterpret_cast<const char*>(bytes_.data()) + at_,
                                  bytes_.size() - at_);
      const std::size_t end = rest.find('\0');
      if (end == std::string_view::npos) return fail("the end of a name in the SDNA");
      out.push_back(rest.substr(0, end));
      at_ += end + 1;
    }
    return true;
  }

  bool lengths() {
    for (std::size_t i = 0; i < types_.size(); ++i) {
      std::uint32_t size = 0;
      if (!number(2, size)) return false;
      sizes_.push_back(size);
    }
    return true;
  }

  bool structs() {
    std::uint32_t count = 0;
    if (!number(4, count)) return false;
    if (count > kMaxSdnaStructs) return limit("more than 20,000 structs in the SDNA");
    for (std::uint32_t i = 0; i < count; ++i) {
      std::uint32_t type = 0;
      std::uint32_t fields = 0;
      if (!number(2, type) || !number(2, fields)) return false;
      if (type >= types_.size()) return fail("the number of a type in the SDNA");
      struct_types_.push_back(type);
      first_field_.push_back(out_.fields_.size());
      if (!fields_of(fields, sizes_[type])) return false;
    }
    first_field_.push_back(out_.fields_.size());
    return true;
  }

  bool fields_of(std::uint32_t count, std::uint32_t struct_size) {
    if (out_.fields_.size() + count > kMaxSdnaFields)
      return limit("more than 500,000 fields in the SDNA");
    std::uint64_t offset = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      std::uint32_t type = 0;
      std::uint32_t name = 0;
      if (!number(2, type) || !number(2, name)) return false;
      if (type >= types_.size()) return fail("the number of a type in the SDNA");
      if (name >= names_.size()) return fail("the number of a name in the SDNA");
      Field field = parse_name(names_[name]);
      field.type_name = types_[type];
      field.type_size = sizes_[type];
      field.struct_index = type;  // for now; resolve() replaces it by the struct's index
      const bool is_pointer = field.pointers > 0 || field.is_function;
      const std::uint64_t one = is_pointer ? header_.pointer_size : sizes_[type];
      const std::uint64_t size = one * field.elements;
      if (offset + size > struct_size) return fail("fields within the struct's size");
      field.offset = static_cast<std::uint32_t>(offset);
      field.size = static_cast<std::uint32_t>(size);
      offset += size;
      out_.fields_.push_back(field);
    }
    return true;
  }

  // `**mat`, `name[66]`, `co[3][4]`, `(*callback)()`.
  static Field parse_name(std::string_view text) {
    Field field;
    if (text.starts_with('(')) {
      field.is_function = true;
      text.remove_prefix(1);
    }
    while (text.starts_with('*')) {
      if (!field.is_function) ++field.pointers;
      text.remove_prefix(1);
    }
    const std::size_t end = text.find_first_of("[)");
    field.name = text.substr(0, end);
    if (field.is_function || end == std::string_view::npos) return field;
    std::uint64_t elements = 1;
    std::uint64_t dimension = 0;
    for (const char c : text.substr(end)) {
      if (c >= '0' && c <= '9') dimension = dimension * 10 + static_cast<unsigned>(c - '0');
      if (c == '[') dimension = 0;
      if (c == ']') elements *= dimension;
      // A struct has at most 65,535 bytes; fields_of() refuses fields that do not fit.
      dimension = std::min<std::uint64_t>(dimension, 65'536);
      elements = std::min<std::uint64_t>(elements, 65'536);
    }
    field.elements = static_cast<std::uint32_t>(elements);
    return field;
  }

  void resolve() {
    std::vector<std::uint32_t> struct_of(types_.size(), Sdna::kNone);
    for (std::uint32_t i = 0; i < struct_types_.size(); ++i)
      struct_of[struct_types_[i]] = i;
    for (Field& field : out_.fields_)
      field.struct_index = struct_of[field.struct_index];
    sort_fields();
    for (std::size_t i = 0; i < struct_types_.size(); ++i) {
      const std::size_t first = first_field_[i];
      const std::span<const Field> fields =
          std::span(out_.fields_).subspan(first, first_field_[i + 1] - first);
      const auto by_name = std::span(out_.order_).subspan(first, fields.size());
      out_.structs_.push_back(
          {types_[struct_types_[i]], sizes_[struct_types_[i]], fields, by_name});
      out_.by_name_.emplace(out_.structs_.back().name, static_cast<std::uint32_t>(i));
    }
  }

  void sort_fields() {
    out_.order_.resize(out_.fields_.size());
    for (std::size_t i = 0; i + 1 < first_field_.size(); ++i) {
      const auto first = out_.order_.begin() + static_cast<std::ptrdiff_t>(first_field_[i]);
      const auto end = out_.order_.begin() + static_cast<std::ptrdiff_t>(first_field_[i + 1]);
      std::iota(first, end, 0U);
      const Field* const fields = out_.fields_.data() + first_field_[i];
      std::stable_sort(first, end, [&](std::uint32_t a, std::uint32_t b) {
        return fields[a].name < fields[b].name;
      });
    }
  }

  Sdna& out_;
  const Header& header_;
  const std::string& name_;
  std::uint64_t offset_;
  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  std::vector<std::string_view> names_;
  std::vector<std::string_view> types_;
  std::vector<std::uint32_t> sizes_;
  std::vector<std::uint32_t> struct_types_;
  std::vector<std::size_t> first_field_;
  std::optional<Error> failure_;
};

result<Sdna> Sdna::parse(std::vector<std::byte> bytes, const Header& header,
                         const std::string& name, std::uint64_t offset) {
  Sdna sdna;
  sdna.bytes_ = std::move(bytes);
  if (const result<void> parsed = SdnaParser(sdna, header, name, offset).run(); !parsed)
    return parsed.error();
  return sdna;
}

}  // namespace shaman::blend
