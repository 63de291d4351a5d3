// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/blend/header.hpp"

#include <algorithm>
#include <string_view>

#include "messages.hpp"

namespace shaman::blend {
namespace {

// -1 unless all are digits.
int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

// BLENDER17-01v0502: size of this header, 8-byte pointers, file format, byte order, version.
result<Header> parse_long(std::string_view text, const std::string& name) {
  if (text.size() < Header::kLongest) return cut_off(name, text.size());
  if (text.substr(7, 2) != "17") return damaged(name, 7, "a header size of 17");
  if (text[9] != '-') return damaged(name, 9, "'-' for 8-byte pointers");
  if (text.substr(10, 2) != "01") return damaged(name, 10, "file format 01");
  Header header;
  header.size = Header::kLongest;
  header.long_block_heads = true;
  if (text[12] != 'v' && text[12] != 'V') return damaged(name, 12, "'v' or 'V' for the byte order");
  header.big_endian = text[12] == 'V';
  header.version = number(text.substr(13, 4));
  if (header.version < 0) return damaged(name, 13, "a version of 4 digits");
  return header;
}

// BLENDER-v304
result<Header> parse_classic(std::string_view text, const std::string& name) {
  if (text.size() < 12) return cut_off(name, text.size());
  Header header;
  if (text[7] != '_' && text[7] != '-')
    return damaged(name, 7, "'_' or '-' for the size of pointers");
  header.pointer_size = text[7] == '_' ? 4 : 8;
  if (text[8] != 'v' && text[8] != 'V') return damaged(name, 8, "'v' or 'V' for the byte order");
  header.big_endian = text[8] == 'V';
  header.version = number(text.substr(9, 3));
  if (header.version < 0) return damaged(name, 9, "a version of 3 digits");
  return header;
}

}  // namespace

result<Header> Header::parse(std::span<const std::byte> bytes, const std::string& name) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()),
                              std::min(bytes.size(), kLongest));
  if (text.empty())
    return Error{errc::damaged_file, text::in_quotes(name) +
                                         " is empty; copy it again, or use a backup such as "
                                         "Blender's .blend1"};
  if (!text.starts_with("BLENDER"))
    return Error{errc::damaged_file,
                 text::in_quotes(name) +
                     " is not a .blend file: it does not begin with BLENDER; name a file that "
                     "Blender saved"};
  if (text.size() > 7 && number(text.substr(7, 1)) >= 0) return parse_long(text, name);
  return parse_classic(text, name);
}

}  // namespace shaman::blend
