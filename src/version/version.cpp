// SPDX-License-Identifier: GPL-3.0-or-later
#include "version/version.hpp"

#include "commit.hpp"

namespace shaman {
namespace {

constexpr std::string_view kCompiler =
#if defined(__clang__)
    "Clang " __clang_version__;
#elif defined(__GNUC__)
    "GCC " __VERSION__;
#else
    "an unknown compiler";
#endif

constexpr std::string_view kBuildType = SHAMAN_BUILD_TYPE;
constexpr std::string_view kSanitizers = SHAMAN_SANITIZERS;

std::string build() {
  std::string text(kBuildType.empty() ? "untyped" : kBuildType);
  text += " build";
  if (!kSanitizers.empty()) text.append(" with sanitizers ").append(kSanitizers);
  return text;
}

}  // namespace

std::string_view version() noexcept {
  return SHAMAN_VERSION;
}

std::string_view commit() noexcept {
  return SHAMAN_COMMIT;
}

std::string version_line(std::string_view program) {
  std::string line(program);
  line.append(" ").append(version()).append(" (");
  if (commit().empty())
    line += "unknown commit";
  else
    line.append("commit ").append(commit());
  return line.append(", ").append(build()).append(", ").append(kCompiler).append(")");
}

}  // namespace shaman
