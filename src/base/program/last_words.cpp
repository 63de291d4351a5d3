// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/program/last_words.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>

#include "shaman/text.hpp"

namespace shaman {
namespace {

constexpr int kFailed = 1;
const char* name = "shaman";

std::string what_happened() {
  try {
    if (const auto exception = std::current_exception()) std::rethrow_exception(exception);
  } catch (const std::exception& error) {
    return text::printable(error.what());
  } catch (...) {
    return "an exception of an unknown kind";
  }
  return "std::terminate() was called";
}

[[noreturn]] void end() {
  std::fprintf(stderr,
               "%s: ended by an error that no part of it expects: %s. This is a defect: please"
               " report it.\n",
               name, what_happened().c_str());
  std::_Exit(kFailed);
}

}  // namespace

void say_last_words(const char* program) noexcept {
  name = program;
  std::set_terminate(&end);
}

}  // namespace shaman
