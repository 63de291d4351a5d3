// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/batch.hpp"

#include <nlohmann/json.hpp>

#include "base/json_writer.hpp"

namespace shaman::protocol {

using nlohmann::json;

std::string batch_header(const BlobId& id) {
  return id.digest.hex() + " " + std::to_string(id.size) + "\n";
}

std::string batch_answer(std::span<const BatchedFile> files) {
  std::string out = R"({"files":[)";
  for (const BatchedFile& file : files) {
    if (out.back() == '}') out += ',';
    JsonObject object(out);
    object.text("sha", file.id.digest.hex()).number("size", file.id.size);
    object.number("status", file.status);
    if (!file.message.empty()) object.text("message", file.message);
  }
  return out += "]}";
}

std::vector<BatchedFile> read_batch_answer(std::string_view text) {
  std::vector<BatchedFile> files;
  const json parsed = json::parse(text, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("files") || !parsed["files"].is_array()) return {};
  for (const json& file : parsed["files"]) {
    if (!file.is_object() || !file.contains("status") || !file["status"].is_number_unsigned())
      return {};
    const auto message = file.find("message");
    const bool has_words = message != file.end() && message->is_string();
    BatchedFile& read = files.emplace_back();
    read.status = file["status"].get<unsigned>();
    if (has_words) read.message = message->get<std::string>();
  }
  return files;
}

}  // namespace shaman::protocol
