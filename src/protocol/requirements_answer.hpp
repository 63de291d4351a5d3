// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "shaman/file_list.hpp"

#include "http/response.hpp"

namespace shaman::http {

/// `{"files":[FileSpecWithStatus…]}`, of the files that are not stored, each (sha, size) once, in
/// the order of the request.
class RequirementsAnswer final : public PieceSource {
 public:
  /// One status per file.
  RequirementsAnswer(FileList files, std::vector<BlobStatus> statuses);
  bool produce(std::string& out) override;

 private:
  FileList files_;
  std::vector<BlobStatus> statuses_;
  std::size_t next_ = 0;
  bool has_begun_ = false;
  bool has_file_ = false;
};

/// Marks every file as stored if an earlier one of the list has the same blob.
void leave_out_duplicates(const FileList& files, std::vector<BlobStatus>& statuses);

}  // namespace shaman::http
