// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/diagnosis.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "shaman/text.hpp"

namespace shaman::tools {
namespace {

// For people and for programs.
const char* name_of(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::fine:
      return "ok";
    case Finding::Kind::mind:
      return "warning";
    case Finding::Kind::wrong:
      return "error";
  }
  return "";
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

}  // namespace

bool Diagnosis::has_wrong() const {
  return std::ranges::find(findings_, Finding::Kind::wrong, &Finding::kind) != findings_.end();
}

std::string Diagnosis::first_wrong() const {
  const auto found = std::ranges::find(findings_, Finding::Kind::wrong, &Finding::kind);
  return found == findings_.end() ? std::string() : found->text;
}

std::string Diagnosis::text() const {
  std::string out;
  for (const Finding& each : findings_)
    out += padded(name_of(each.kind), 8) + padded(each.about, 8) + " " +
           text::printable(each.text) + "\n";
  return out;
}

nlohmann::json Diagnosis::json() const {
  using nlohmann::json;
  json list = json::array();
  for (const Finding& each : findings_)
    list.push_back({{"kind", name_of(each.kind)}, {"about", each.about}, {"text", each.text}});
  json line{{"schema", 1}, {"isWell", !has_wrong()}, {"findings", std::move(list)}};
  if (has_wrong()) {
    line["error"] = first_wrong();
    line["missing"] = json::array();
  }
  return line;
}

}  // namespace shaman::tools
