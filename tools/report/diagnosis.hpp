// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace shaman::tools {

/// One check of `shaman doctor`.
struct Finding {
  enum class Kind : std::uint8_t {
    fine,
    mind,   ///< works, but may surprise
    wrong,  ///< does not work; the text says what to do
  };
  Kind kind = Kind::fine;
  std::string about;  ///< one word: server, storage, clock, …
  std::string text;
};

class Diagnosis {
 public:
  void fine(std::string about, std::string text) { add(Finding::Kind::fine, about, text); }
  void mind(std::string about, std::string text) { add(Finding::Kind::mind, about, text); }
  void wrong(std::string about, std::string text) { add(Finding::Kind::wrong, about, text); }

  [[nodiscard]] const std::vector<Finding>& findings() const noexcept { return findings_; }
  [[nodiscard]] bool has_wrong() const;
  /// Its text; empty if there is no error.
  [[nodiscard]] std::string first_wrong() const;
  /// One line per finding, for people.
  [[nodiscard]] std::string text() const;
  /// For --json; `error` is the first finding with an error.
  [[nodiscard]] nlohmann::json json() const;

 private:
  void add(Finding::Kind kind, std::string& about, std::string& text) {
    findings_.push_back({kind, std::move(about), std::move(text)});
  }
  std::vector<Finding> findings_;
};

}  // namespace shaman::tools
