// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/submit_report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "shaman/text.hpp"
#include "shaman/units.hpp"

#include "report/scene_warnings.hpp"

namespace shaman::tools {

using client::SubmitReport;
using nlohmann::json;

namespace {

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

// With Duplicates, this adds up to Files.
std::string sent_text(const SubmitReport& report) {
  if (report.uploaded_files == 0) return "nothing, the server had everything";
  const std::uint64_t accounted = report.uploaded_files + report.duplicate_files;
  const std::uint64_t others = report.files - std::min(report.files, accounted);
  std::string had = others == 0   ? ""
                    : others == 1 ? "the other one"
                                  : "the other " + std::to_string(others);
  if (report.resumed_bytes > 0)
    had += (had.empty() ? "" : ", and ") + units::size_text(report.resumed_bytes) +
           " from an interrupted upload";
  const std::string whole =
      report.spared_bytes == 0
          ? std::string()
          : " instead of " + units::size_text(report.uploaded_bytes + report.spared_bytes);
  if (report.ingested_files > 0)
    had = text::count_of(report.ingested_files, "file", "files") + " of these, " +
          units::size_text(report.ingested_bytes) + ", the server read itself" +
          (had.empty() ? "" : "; it had " + had);
  else if (!had.empty())
    had = "the server had " + had;
  return text::count_of(report.uploaded_files, "file", "files") + ", " +
         units::size_text(report.uploaded_bytes) + whole + (had.empty() ? "" : "; " + had);
}

}  // namespace

json job_json(const manager::Job& job) {
  return {{"id", job.id},
          {"name", job.name},
          {"status", job.status},
          {"type", job.type},
          {"priority", job.priority},
          {"settings", job.whole.value("settings", json::object())}};
}

json submit_json(const SubmitReport& report, const manager::Job* job) {
  json object{{"schema", 1},
              {"checkoutPath", report.checkout_path},
              {"blendfile", report.blendfile_place},
              {"files", report.files},
              {"outsideFiles", report.outside_files},
              {"bytes", report.bytes},
              {"uploadedFiles", report.uploaded_files},
              {"uploadedBytes", report.uploaded_bytes},
              {"resumedBytes", report.resumed_bytes},
              {"sparedBytes", report.spared_bytes},
              {"ingestedFiles", report.ingested_files},
              {"ingestedBytes", report.ingested_bytes},
              {"refusedIngests", report.refused_ingests},
              {"duplicateFiles", report.duplicate_files},
              {"skippedFiles", report.files - std::min(report.files, report.uploaded_files)},
              {"hashedFiles", report.files_read},
              {"milliseconds", times_of(report.times)}};
  if (!report.project_hint.empty()) object["projectHint"] = json_text(report.project_hint);
  if (report.is_reused) object["reused"] = true;
  add_warnings(object, warnings_of(report));
  if (job != nullptr) object["job"] = job_json(*job);
  return object;
}

json in_place_json(const SharedStorageJob& place, const manager::Job* job) {
  json object{{"schema", 1}, {"blendfile", json_text(place.blendfile)}};
  object["outside"] = json_texts(place.outside);
  add_warnings(object, {{}, place.trace.problems, {}, place.trace.missing_files()});
  if (job != nullptr) object["job"] = job_json(*job);
  return object;
}

void add_job_end(json& line, const JobEnd& end) {
  json& job = line["job"];
  if (!end.job_status.empty()) job["status"] = end.job_status;
  job["tasks"] = {
      {"total", end.tasks.all}, {"completed", end.tasks.completed}, {"failed", end.tasks.failed}};
  if (!end.error.empty()) line["error"] = end.error;
}

std::string job_summary(const manager::Job& job) {
  return "Job:        " + text::printable(job.name) + ", " + text::printable(job.status) + " (" +
         text::printable(job.id) + ")\n";
}

std::string duplicates_line(const char* label, std::uint64_t files) {
  if (files == 0) return {};
  return label + text::count_of(files, "file has", "files have") +
         " the same content as another, and " + (files == 1 ? "is" : "are") + " not sent again\n";
}

std::string submit_summary(const SubmitReport& report) {
  std::string out;
  if (report.is_reused)
    out +=
        "Unchanged:  " + text::printable(report.checkout_path) +
        (report.uploaded_files > 0 ? ", the checkout of another submission that sent the same files"
                                   : ", the checkout of an earlier submission") +
        "\n";
  else
    out += "Checkout:   " + text::printable(report.checkout_path) + "\n";
  out +=
      "Blend file: " + text::printable(report.checkout_path + "/" + report.blendfile_place) + "\n";
  out += "Files:      " + text::count_of(report.files, "file", "files") + ", " +
         units::size_text(report.bytes) + "\n";
  if (report.outside_files > 0)
    out += "Outside:    " + text::count_of(report.outside_files, "file", "files") +
           " from outside the project, in _outside_project\n";
  if (!report.project_hint.empty()) out += "Hint:       " + report.project_hint + "\n";
  out += duplicates_line("Duplicates: ", report.duplicate_files);
  return out + "Sent:       " + sent_text(report) + " (" + seconds(report.times.total) +
         " in all)\n";
}

SceneWarnings warnings_of(const client::SubmitReport& report) {
  return {report.warnings, report.problems, report.suspicious, report.missing};
}

std::string submit_warnings(const SubmitReport& report) {
  return warnings_text(warnings_of(report), kMostLinesOfFiles);
}

}  // namespace shaman::tools
