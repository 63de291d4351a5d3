// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/program/standard_output.hpp"

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

namespace shaman {
namespace {

// The first failure, because later ones only follow from it: errno, or this if errno was lost.
constexpr int kUnknown = -1;
int first_failure = 0;

void remember_failure() {
  if (first_failure == 0) first_failure = errno != 0 ? errno : kUnknown;
}

}  // namespace

void write_out(std::string_view text) {
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) remember_failure();
}

void flush_output() {
  errno = 0;
  if (std::fflush(stdout) != 0) remember_failure();
}

result<void> finish_output() {
  flush_output();
  errno = 0;
  if (std::ferror(stdout) != 0) remember_failure();
  // Network file systems report a full disk only now. A program may be started without standard
  // output, which is no error if it has printed nothing.
  errno = 0;
  if (std::fclose(stdout) != 0 && errno != EBADF) remember_failure();
  if (first_failure == 0) return {};
  const std::string why =
      first_failure == kUnknown ? "" : ": " + std::generic_category().message(first_failure);
  return Error{errc::io_error, "the output could not be written, and is incomplete" + why};
}

}  // namespace shaman
