// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/expiry/knowledge.hpp"

#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include "shaman/text.hpp"

#include "fs/error_kinds.hpp"

namespace shaman::jobs {
namespace {

namespace errors = boost::system::errc;
using nlohmann::json;

constexpr std::string_view kPrivate = ".shaman";
constexpr std::string_view kFolder = "jobs";
constexpr std::string_view kKnown = "known.json";
constexpr std::string_view kConfirmed = "confirmed.json";
// A million checkouts with long names.
constexpr std::size_t kLongest = std::size_t{512} << 20U;

std::string text_of(const json& content) {
  return content.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

// An older server wrote paths only.
std::vector<CheckoutId> checkouts_from(const json& list) {
  std::vector<CheckoutId> checkouts;
  for (const json& each : list)
    if (each.is_string())
      checkouts.push_back({each.get<std::string>()});
    else
      checkouts.push_back(
          {each.at("path").get<std::string>(), each.at("identity").get<std::string>()});
  return checkouts;
}

json list_of(const std::vector<CheckoutId>& checkouts) {
  json list = json::array();
  for (const CheckoutId& each : checkouts)
    list.push_back({{"path", each.path}, {"identity", each.identity}});
  return list;
}

Knowledge knowledge_from(const json& content) {
  Knowledge knowledge;
  for (const auto& [path, known] : content.at("checkouts").items())
    knowledge.checkouts[path] = {
        known.at("jobs").get<std::set<std::string>>(), known.at("goneSince").get<std::int64_t>(),
        known.value("notAfter", std::int64_t{0}), known.value("identity", std::string())};
  knowledge.deleted_jobs = content.at("deletedJobs").get<std::set<std::string>>();
  knowledge.held = checkouts_from(content.at("held"));
  knowledge.first_seen =
      content.value("firstSeen", json::object()).get<std::map<std::string, FirstSeen>>();
  return knowledge;
}

}  // namespace

Error KnowledgeFiles::unusable(std::string_view name, const std::string& why) const {
  return {errc::damaged_file,
          text::printable(storage_) + "/.shaman/jobs/" + std::string(name) + " " + why +
              ": remove it; which checkouts had jobs is then found out again, and nothing is lost "
              "but graces that had begun"};
}

Error KnowledgeFiles::failure(std::string_view doing, std::string_view name,
                              const boost::system::error_code& error) const {
  if (error == errors::not_a_directory || error == errors::too_many_symbolic_link_levels)
    return unusable(name, "is a link, or .shaman/jobs is not a folder");
  if (error == errors::invalid_argument || error == errors::is_a_directory)
    return unusable(name, "is not a regular file");
  return {errc::io_error, "cannot " + std::string(doing) + " " + text::printable(storage_) +
                              "/.shaman/jobs/" + std::string(name) + ": " + error.message()};
}

fs::result<fs::Folder> KnowledgeFiles::private_folder() const {
  const auto root = file_system_.open_root(storage_);
  if (!root) return root.error();
  return file_system_.open_folder(*root, kPrivate);
}

// Nothing where there is no file.
result<std::string> KnowledgeFiles::content_of(std::string_view name) const {
  const auto opened = private_folder();
  const auto file =
      opened ? file_system_.open_file(*opened, std::string(kFolder) + "/" + std::string(name))
             : fs::result<fs::File>(opened.error());
  if (!file && fs::is_absent(file.error())) return std::string();
  if (!file) return failure("read", name, file.error());
  auto content = fs::read_all(file_system_, *file, kLongest);
  if (!content) return failure("read", name, content.error());
  return std::move(*content);
}

// Under its name at once or not at all.
result<void> KnowledgeFiles::write_file(std::string_view name, const std::string& content) const {
  const auto opened = private_folder();
  const auto folder = opened ? fs::open_or_make_folder(file_system_, *opened, kFolder)
                             : fs::result<fs::Folder>(opened.error());
  if (!folder) return failure("write", name, folder.error());
  const std::string temporary = std::string(name) + "-" + std::to_string(file_system_.random());
  const auto written = [&]() -> fs::result<void> {
    auto file = file_system_.create_file(*folder, temporary);
    if (!file) return file.error();
    auto done = fs::write_all(file_system_, *file, 0, std::as_bytes(std::span(content)));
    if (done) done = file_system_.flush(*file);
    if (done) done = file_system_.close(std::move(*file));
    if (done) done = file_system_.rename(*folder, temporary, *folder, name);
    if (done) done = file_system_.flush(*folder);
    return done;
  }();
  if (written) return {};
  static_cast<void>(file_system_.remove_file(*folder, temporary));
  return failure("write", name, written.error());
}

result<Knowledge> KnowledgeFiles::read() const {
  const auto content = content_of(kKnown);
  if (!content) return content.error();
  if (content->empty()) return Knowledge();
  try {
    return knowledge_from(json::parse(*content));
  } catch (const json::exception&) {
    return unusable(kKnown, "is damaged");
  }
}

result<void> KnowledgeFiles::write(const Knowledge& knowledge) const {
  json checkouts = json::object();
  for (const auto& [path, known] : knowledge.checkouts)
    checkouts[path] = {{"jobs", known.jobs},
                       {"goneSince", known.gone_since},
                       {"notAfter", known.not_after},
                       {"identity", known.identity}};
  return write_file(kKnown, text_of({{"checkouts", std::move(checkouts)},
                                     {"deletedJobs", knowledge.deleted_jobs},
                                     {"held", list_of(knowledge.held)},
                                     {"firstSeen", knowledge.first_seen}}));
}

result<std::vector<CheckoutId>> KnowledgeFiles::read_confirmed() const {
  const auto content = content_of(kConfirmed);
  if (!content) return content.error();
  if (content->empty()) return std::vector<CheckoutId>();
  try {
    return checkouts_from(json::parse(*content));
  } catch (const json::exception&) {
    return unusable(kConfirmed, "is damaged");
  }
}

result<void> KnowledgeFiles::write_confirmed(const std::vector<CheckoutId>& checkouts) const {
  return write_file(kConfirmed, text_of(list_of(checkouts)));
}

void KnowledgeFiles::forget_confirmed() const {
  // What was confirmed once more erases nothing more.
  if (const auto opened = private_folder())
    static_cast<void>(
        file_system_.remove_file(*opened, std::string(kFolder) + "/" + std::string(kConfirmed)));
}

}  // namespace shaman::jobs
