// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/file_list_answer.hpp"

#include "base/json_writer.hpp"

namespace shaman::http {
namespace {

constexpr std::size_t kFilesAtOnce = 64 * 1024;  // bytes

}  // namespace

bool FileListAnswer::produce(std::string& out) {
  if (next_ == 0) {
    out += head_;
    out.back() = ',';
    out += R"("files":[)";
  }
  const std::size_t enough = out.size() + kFilesAtOnce;
  while (next_ < files_.size() && out.size() < enough) {
    const FileSpec file = files_[next_];
    if (next_++ > 0) out += ',';
    JsonObject(out)
        .text("path", file.path)
        .text("sha", file.id.digest.hex())
        .number("size", file.id.size);
  }
  if (next_ < files_.size()) return true;
  out += "]}";
  return false;
}

}  // namespace shaman::http
