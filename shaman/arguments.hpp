// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace shaman::program {

/// Arguments in the form in which main() gets them, for callers that change them before a command
/// runs.
class Arguments {
 public:
  /// `all` begins with the name of the program or of the command.
  explicit Arguments(std::vector<std::string> all) : all_(std::move(all)) {
    for (std::string& each : all_)
      values_.push_back(each.data());
    values_.push_back(nullptr);
  }
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;

  [[nodiscard]] int count() const { return static_cast<int>(all_.size()); }
  [[nodiscard]] char** values() { return values_.data(); }

 private:
  std::vector<std::string> all_;
  std::vector<char*> values_;
};

}  // namespace shaman::program
