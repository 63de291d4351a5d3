// SPDX-License-Identifier: GPL-3.0-or-later
#include "trace/names/name_key.hpp"

#include <cstdlib>
#include <memory>
#include <new>

#include <utf8proc.h>

#include "shaman/text.hpp"

#include "base/code_points.hpp"
#include "base/name_fold.hpp"

namespace shaman::trace {
namespace {

utf8proc_int32_t fold(utf8proc_int32_t point, void* /*data*/) {
  return static_cast<utf8proc_int32_t>(text::folded_to_one(static_cast<char32_t>(point)));
}

struct Free {
  void operator()(utf8proc_uint8_t* bytes) const { std::free(bytes); }
};

// Canonically decomposed, marks in their order; `each` is applied to every code point first.
std::string decomposed(std::string_view utf8, utf8proc_custom_func each) {
  utf8proc_uint8_t* bytes = nullptr;
  const utf8proc_ssize_t size = utf8proc_map_custom(
      reinterpret_cast<const utf8proc_uint8_t*>(utf8.data()),
      static_cast<utf8proc_ssize_t>(utf8.size()), &bytes,
      static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_STABLE), each, nullptr);
  const std::unique_ptr<utf8proc_uint8_t, Free> owner(bytes);
  // Only a lack of memory can fail here: the text is well-formed.
  if (size < 0) throw std::bad_alloc();
  return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

}  // namespace

std::string name_key(std::string_view name) {
  if (text::is_ascii(name)) return text::in_lower_case(name);
  const std::string utf8 = text::is_utf8(name) ? std::string(name) : text::latin1_to_utf8(name);
  // Twice, because some marks fold to letters: so a capital with such a mark and its composed form
  // get the same key.
  return decomposed(decomposed(utf8, nullptr), fold);
}

}  // namespace shaman::trace
