// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "shaman/file_list.hpp"

#include "http/response.hpp"

namespace shaman::http {

/// `{…,"files":[FileSpec…]}`, where `head` is a JSON object with at least one member.
class FileListAnswer final : public PieceSource {
 public:
  FileListAnswer(std::string head, FileList files)
      : head_(std::move(head)), files_(std::move(files)) {}

  bool produce(std::string& out) override;
  /// The next piece is the first one again.
  void rewind() noexcept { next_ = 0; }

 private:
  const std::string head_;
  const FileList files_;
  std::size_t next_ = 0;
};

}  // namespace shaman::http
