// SPDX-License-Identifier: GPL-3.0-or-later
#include "knowledge.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

namespace shaman::jobs {
namespace {

using nlohmann::json;

constexpr const char* kKnown = "known.json";
constexpr const char* kConfirmed = "confirmed.json";

Error damaged(const std::string& path) {
  return {errc::damaged_file, text::printable(path) +
                                  " is damaged: remove it; which checkouts had jobs is then found "
                                  "out anew, and nothing is lost but graces that had begun"};
}

// Nothing (null) where there is no file.
result<std::string> content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file && errno == ENOENT) return std::string();
  std::string content;
  std::array<char, 65536> piece{};
  while (file.read(piece.data(), piece.size()) || file.gcount() > 0)
    content.append(piece.data(), static_cast<std::size_t>(file.gcount()));
  if (file.is_open() && !file.bad()) return content;
  return Error{errc::io_error,
               "cannot read " + text::printable(path) + ": " + std::strerror(errno)};
}

result<void> write_file(const std::string& folder, const char* name, const json& content) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  auto file = os::OutputFile::create(os::join(folder, name));
  if (!file) return file.error();
  const std::string text = content.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  if (auto written = file->write(std::as_bytes(std::span(text))); !written) return written;
  return file->commit();
}

Knowledge knowledge_from(const json& content) {
  Knowledge knowledge;
  for (const auto& [path, known] : content.at("checkouts").items())
    knowledge.checkouts[path] = {known.at("jobs").get<std::set<std::string>>(),
                                 known.at("goneSince").get<std::int64_t>()};
  knowledge.deleted_jobs = content.at("deletedJobs").get<std::set<std::string>>();
  knowledge.held = content.at("held").get<std::vector<std::string>>();
  return knowledge;
}

}  // namespace

result<Knowledge> KnowledgeFiles::read() const {
  const std::string path = os::join(folder_, kKnown);
  const auto content = content_of(path);
  if (!content) return content.error();
  if (content->empty()) return Knowledge();
  try {
    return knowledge_from(json::parse(*content));
  } catch (const json::exception&) {
    return damaged(path);
  }
}

result<void> KnowledgeFiles::write(const Knowledge& knowledge) const {
  json checkouts = json::object();
  for (const auto& [path, known] : knowledge.checkouts)
    checkouts[path] = {{"jobs", known.jobs}, {"goneSince", known.gone_since}};
  return write_file(folder_, kKnown,
                    {{"checkouts", std::move(checkouts)},
                     {"deletedJobs", knowledge.deleted_jobs},
                     {"held", knowledge.held}});
}

result<std::vector<std::string>> KnowledgeFiles::read_confirmed() const {
  const std::string path = os::join(folder_, kConfirmed);
  const auto content = content_of(path);
  if (!content) return content.error();
  if (content->empty()) return std::vector<std::string>();
  try {
    return json::parse(*content).get<std::vector<std::string>>();
  } catch (const json::exception&) {
    return damaged(path);
  }
}

result<void> KnowledgeFiles::write_confirmed(const std::vector<std::string>& checkouts) const {
  return write_file(folder_, kConfirmed, checkouts);
}

void KnowledgeFiles::forget_confirmed() const {
  std::error_code ignored;  // what was confirmed once more erases nothing more
  std::filesystem::remove(os::join(folder_, kConfirmed), ignored);
}

}  // namespace shaman::jobs
