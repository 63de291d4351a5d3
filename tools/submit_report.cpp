// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit_report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "shaman/text.hpp"

namespace shaman::tools {

using client::MissingFile;
using client::SubmitReport;
using nlohmann::json;

namespace {

// JSON is UTF-8; what is not, in a name on Linux or a data-block's, is shown in escapes.
std::string json_text(const std::string& text) {
  return text::is_utf8(text) ? text : text::printable(text);
}

double milliseconds(client::SubmitTimes::Duration time) {
  return static_cast<double>(static_cast<std::int64_t>(time.count() * 1e6)) / 1e3;
}

std::string seconds(client::SubmitTimes::Duration time) {
  std::array<char, 32> buffer;
  std::snprintf(buffer.data(), buffer.size(), "%.2f s", time.count());
  return buffer.data();
}

json times_of(const client::SubmitTimes& times) {
  return {
      {"trace", milliseconds(times.trace)},   {"stat", milliseconds(times.stat)},
      {"hash", milliseconds(times.hash)},     {"requirements", milliseconds(times.requirements)},
      {"upload", milliseconds(times.upload)}, {"create", milliseconds(times.create)},
      {"total", milliseconds(times.total)}};
}

// A file that is not in the checkout, and one of those who want it.
struct Complaint {
  std::string path;
  std::string reason;
  std::string data_block;
  std::string blend;
};

bool is_new_file(const std::vector<Complaint>& sorted, std::size_t index) {
  return index == 0 || sorted[index].path != sorted[index - 1].path;
}

std::string count_of_files(const std::vector<Complaint>& sorted, std::string_view one,
                           std::string_view many) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i)
    count += is_new_file(sorted, i) ? 1 : 0;
  return text::count_of(count, one, many);
}

// A whole sequence that is not there would push everything else off the screen.
constexpr std::size_t kMostLinesOfFiles = 60;

std::string listed(const std::vector<Complaint>& sorted) {
  std::string out;
  std::size_t lines = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const Complaint& file = sorted[i];
    if (lines >= kMostLinesOfFiles)
      return out + "  and " + std::to_string(sorted.size() - i) + " more; --json names them all\n";
    if (is_new_file(sorted, i)) {
      out += "  " + text::printable(file.path) + "\n";
      ++lines;
    }
    out += "      " + file.reason + "wanted by " + text::printable(file.data_block) + " in " +
           text::printable(file.blend) + "\n";
    ++lines;
  }
  return out;
}

}  // namespace

std::string submit_json(const SubmitReport& report) {
  json missing = json::array();
  json wanted = json::array();
  for (const MissingFile& file : report.missing) {
    const std::string path = json_text(file.path);
    if (missing.empty() || missing.back() != path) missing.push_back(path);
    wanted.push_back({{"path", path},
                      {"kind", trace::to_string(file.kind)},
                      {"dataBlock", json_text(file.data_block)},
                      {"blend", json_text(file.blend)}});
  }
  json left_out = json::array();
  for (const pack::Suspicious& file : report.suspicious)
    left_out.push_back({{"path", json_text(file.file)},
                        {"reason", json_text(file.reason)},
                        {"dataBlock", json_text(file.data_block)},
                        {"blend", json_text(file.blend)}});
  json problems = json::array();
  for (const trace::Problem& problem : report.problems)
    problems.push_back(
        {{"blend", json_text(problem.blend)}, {"message", json_text(problem.message)}});
  json warnings = json::array();
  for (const std::string& warning : report.warnings)
    warnings.push_back(json_text(warning));

  return json{{"schema", 1},
              {"checkoutPath", report.checkout_path},
              {"blendfile", report.blendfile_place},
              {"files", report.files},
              {"bytes", report.bytes},
              {"uploadedFiles", report.uploaded_files},
              {"uploadedBytes", report.uploaded_bytes},
              {"skippedFiles", report.files - std::min(report.files, report.uploaded_files)},
              {"hashedFiles", report.files_read},
              {"missing", missing},
              {"missingWantedBy", wanted},
              {"leftOut", left_out},
              {"problems", problems},
              {"warnings", warnings},
              {"milliseconds", times_of(report.times)}}
      .dump();
}

std::string submit_summary(const SubmitReport& report) {
  std::string out = "Checkout:   " + text::printable(report.checkout_path) + "\n";
  out +=
      "Blend file: " + text::printable(report.checkout_path + "/" + report.blendfile_place) + "\n";
  out += "Files:      " + text::count_of(report.files, "file", "files") + ", " +
         text::human_bytes(report.bytes) + "\n";
  out += "Sent:       ";
  out += report.uploaded_files == 0 ? "nothing, the server had everything"
                                    : text::count_of(report.uploaded_files, "file", "files") +
                                          ", " + text::human_bytes(report.uploaded_bytes);
  out += " (" + seconds(report.times.total) + " in all)\n";
  return out;
}

std::string submit_complaints(const SubmitReport& report) {
  std::string out;
  for (const std::string& warning : report.warnings)
    out += "shaman: warning: " + warning + "\n";
  for (const trace::Problem& problem : report.problems)
    out += "shaman: warning: cannot look into \"" + text::printable(problem.blend) +
           "\": " + problem.message + "\n";

  std::vector<Complaint> left_out;
  for (const pack::Suspicious& file : report.suspicious)
    left_out.push_back({file.file, file.reason + "; ", file.data_block, file.blend});
  if (!left_out.empty())
    out += "shaman: " + count_of_files(left_out, "file is", "files are") +
           " left out, as it may be private (--allow-outside PATTERN takes it):\n" +
           listed(left_out);

  std::vector<Complaint> missing;
  for (const MissingFile& file : report.missing)
    missing.push_back({file.path, "", file.data_block, file.blend});
  if (!missing.empty())
    out += "shaman: " + count_of_files(missing, "file is", "files are") + " missing:\n" +
           listed(missing);
  return out;
}

}  // namespace shaman::tools
