// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/named_file/named_file.hpp"

#include "base/named_file/named_file_system.hpp"

namespace shaman {
namespace {

Error of_option(const NamedFile& file, const Error& error) {
  if (file.option.empty()) return error;
  return {error.code, file.option + ": " + error.message()};
}

}  // namespace

result<NamedContent> read_named_file(const NamedFile& file) {
  auto content = named_file::read_by_system(file.path, file.most);
  if (!content) return of_option(file, content.error());
  return content;
}

result<void> check_output_file(const NamedFile& file) {
  const std::string whole = os::absolute(file.path);
  const auto folder = os::info(std::string(os::parent(whole)));
  if (!folder) return of_option(file, folder.error());
  const auto output = os::OutputFile::create(whole);
  if (!output) return of_option(file, output.error());
  return {};
}

}  // namespace shaman
