// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/resumption_fields.hpp"

#include <algorithm>

#include "base/json_writer.hpp"
#include "http/structured_field.hpp"
#include "protocol/names.hpp"

namespace shaman::http {
namespace {

constexpr std::int64_t kOldestVersion = 5;
constexpr std::int64_t kNewestVersion = 9;
constexpr std::int64_t kWithoutMediaType = 5;
constexpr std::string_view kProblem = "application/problem+json";
constexpr std::string_view kProblemTypes = "https://iana.org/assignments/http-problem-types#";

std::optional<std::uint64_t> unsigned_item(std::string_view field) {
  const auto value = parse_integer_item(field);
  if (!value || *value < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

std::string media_type_of(std::string_view field) {
  std::string type(field.substr(0, field.find(';')));
  std::erase(type, ' ');
  std::ranges::transform(type, type.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return type;
}

Response problem(unsigned status, std::string body) {
  Response response;
  response.status = status;
  response.content_type = kProblem;
  response.body = std::move(body);
  return response;
}

}  // namespace

ResumptionFields ResumptionFields::of(const RequestHead& head) {
  ResumptionFields fields;
  fields.complete = parse_boolean_item(head.header(protocol::kUploadComplete));
  fields.offset = unsigned_item(head.header(protocol::kUploadOffset));
  fields.length = unsigned_item(head.header("Upload-Length"));
  fields.version = parse_integer_item(head.header("Upload-Draft-Interop-Version"));
  fields.media_type = media_type_of(head.header("Content-Type"));
  return fields;
}

bool ResumptionFields::speaks_draft() const noexcept {
  return version && *version >= kOldestVersion && *version <= kNewestVersion;
}

bool ResumptionFields::asks_for_resumption() const noexcept {
  return complete && (!version || speaks_draft());
}

bool ResumptionFields::has_right_media_type() const noexcept {
  if (media_type == protocol::kPartialUploadType) return true;
  return media_type.empty() && version == kWithoutMediaType;
}

std::string UploadLimits::header() const {
  return "Upload-Limit: max-size=" + std::to_string(max_size) +
         ", min-size=0, max-age=" + std::to_string(max_age.count()) + "\r\n";
}

void add_resumption(Response& response, const UploadLimits& limits,
                    std::optional<std::uint64_t> offset, std::optional<bool> complete) {
  if (offset) response.headers += "Upload-Offset: " + std::to_string(*offset) + "\r\n";
  if (complete)
    response.headers += *complete ? "Upload-Complete: ?1\r\n" : "Upload-Complete: ?0\r\n";
  response.headers += limits.header();
}

std::string interim_answer(std::int64_t version, std::string_view location,
                           const UploadLimits& limits, std::optional<std::uint64_t> offset) {
  std::string out = "HTTP/1.1 104 Upload Resumption Supported\r\nUpload-Draft-Interop-Version: " +
                    std::to_string(version) + "\r\n";
  if (!location.empty()) out.append("Location: ").append(location).append("\r\n");
  if (offset) out += "Upload-Offset: " + std::to_string(*offset) + "\r\n";
  return out + limits.header() + "\r\n";
}

Response mismatching_offset(std::uint64_t expected, std::uint64_t provided) {
  std::string body;
  JsonObject(body)
      .text("type", std::string(kProblemTypes) + "mismatching-upload-offset")
      .text("title", "the offset does not match the offset of the upload")
      .number("status", 409)
      .number("expected-offset", expected)
      .number("provided-offset", provided);
  return problem(409, std::move(body));
}

Response inconsistent_length(std::string_view message) {
  std::string body;
  JsonObject(body)
      .text("type", std::string(kProblemTypes) + "inconsistent-upload-length")
      .text("title", message)
      .number("status", 400);
  return problem(400, std::move(body));
}

}  // namespace shaman::http
