// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>

namespace shaman::test {

/// A folder that is gone when the test ends. All paths are UTF-8 with `/`, as os.hpp has them.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::random_device random;
    for (int attempt = 0; attempt < 10; ++attempt) {
      path_ = std::filesystem::temp_directory_path() /
              ("shaman-test-" + std::to_string(random()) + std::to_string(random()));
      if (std::filesystem::create_directory(path_)) return;
    }
    throw std::runtime_error("no temporary folder can be made");
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] std::string path() const { return text_of(path_); }
  [[nodiscard]] std::string path(std::string_view below) const {
    return text_of(path_ / path_of(below));
  }

  /// Writes a file with its folders; returns its absolute path.
  std::string write(std::string_view below, std::string_view content) const {
    const std::filesystem::path file = path_ / path_of(below);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return text_of(file);
  }

  static std::string read(const std::string& file) {
    std::ifstream in(path_of(file), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  /// The library takes and gives the local encoding, which on Windows is not UTF-8.
  static std::filesystem::path path_of(std::string_view text) {
    return std::u8string(text.begin(), text.end());
  }
  static std::string text_of(const std::filesystem::path& path) {
    const std::u8string text = path.generic_u8string();
    return {text.begin(), text.end()};
  }

 private:
  std::filesystem::path path_;
};

}  // namespace shaman::test
