// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/blend/record.hpp"

#include <algorithm>
#include <bit>

#include "bytes.hpp"

namespace shaman::blend {

std::optional<Record::Found> Record::find(std::string_view path) const {
  const Struct* holder = &type();
  std::size_t offset = 0;
  while (true) {
    const std::size_t dot = path.find('.');
    const Field* const field = holder->find(path.substr(0, dot));
    if (field == nullptr) return std::nullopt;
    offset += field->offset;
    if (offset + field->size > bytes_.size()) return std::nullopt;
    if (dot == std::string_view::npos) return Found{field, offset};
    if (field->pointers > 0 || field->is_function || field->struct_index == Sdna::kNone)
      return std::nullopt;
    holder = &(*sdna_)[field->struct_index];
    path.remove_prefix(dot + 1);
  }
}

std::int64_t Record::integer(std::string_view field, std::int64_t fallback) const {
  const std::optional<Found> found = find(field);
  if (!found || found->field->pointers > 0 || found->field->elements == 0) return fallback;
  const std::string_view type = found->field->type_name;
  const std::size_t width = found->field->type_size;
  if (width == 0 || width > 8 || type == "float" || type == "double") return fallback;
  const auto bytes = bytes_.subspan(found->offset, width);
  if (type.starts_with('u'))
    return static_cast<std::int64_t>(read_unsigned(bytes, header_->big_endian));
  return read_signed(bytes, header_->big_endian);
}

double Record::real(std::string_view field, double fallback) const {
  const std::optional<Found> found = find(field);
  if (!found || found->field->pointers > 0 || found->field->elements == 0) return fallback;
  const std::string_view type = found->field->type_name;
  const auto bytes = bytes_.subspan(found->offset, found->field->type_size);
  if (type == "float" && bytes.size() == 4)
    return static_cast<double>(std::bit_cast<float>(
        static_cast<std::uint32_t>(read_unsigned(bytes, header_->big_endian))));
  if (type == "double" && bytes.size() == 8)
    return std::bit_cast<double>(read_unsigned(bytes, header_->big_endian));
  return static_cast<double>(integer(field));
}

std::string Record::text(std::string_view field) const {
  const std::optional<Found> found = find(field);
  if (!found || found->field->pointers > 0 || found->field->type_size != 1) return {};
  const std::string_view all(reinterpret_cast<const char*>(bytes_.data()) + found->offset,
                             found->field->size);
  return std::string(all.substr(0, all.find('\0')));
}

std::uint64_t Record::pointer(std::string_view field, std::size_t element) const {
  const std::optional<Found> found = find(field);
  if (!found || found->field->pointers == 0 || element >= found->field->elements) return 0;
  return pointer_at(found->offset + element * header_->pointer_size);
}

std::optional<Record> Record::embedded(std::string_view field) const {
  const std::optional<Found> found = find(field);
  if (!found || found->field->pointers > 0 || found->field->struct_index == Sdna::kNone)
    return std::nullopt;
  return Record(*header_, *sdna_, found->field->struct_index, offset_ + found->offset,
                bytes_.subspan(found->offset, found->field->size), owner_);
}

std::optional<Place> Record::place(std::string_view field) const {
  const std::optional<Found> found = find(field);
  if (!found) return std::nullopt;
  return Place{offset_ + found->offset, found->field->size};
}

std::uint64_t Record::pointer_at(std::size_t byte) const {
  if (byte + header_->pointer_size > bytes_.size()) return 0;
  return read_unsigned(bytes_.subspan(byte, header_->pointer_size), header_->big_endian);
}

}  // namespace shaman::blend
