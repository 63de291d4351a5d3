// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/file_list.hpp"

#include "http/client/body_source.hpp"

/// The JSON of the protocol's calls, as a client writes and reads it.
namespace shaman::client {

/// `{"files":[…]}`, with a `"checkoutPath"` if one is given; made while it is read, so that 400,000
/// files are never one text in memory. The list must outlive it, unchanged, and its paths must be
/// UTF-8.
class FilesBody : public BodySource {
 public:
  FilesBody(const FileList& files, std::string_view checkout_path);
  [[nodiscard]] result<std::size_t> read(std::span<std::byte> into) override;
  /// The number of bytes that read() gives in all.
  [[nodiscard]] static std::uint64_t length_of(const FileList& files,
                                               std::string_view checkout_path);

 private:
  void make_more();

  const FileList& files_;
  std::string head_;
  std::size_t next_ = 0;
  bool has_ended_ = false;
  std::string made_;
  std::size_t position_ = 0;
};

/// A file that a server still wants.
struct Required {
  BlobId id;
  BlobStatus status = BlobStatus::unknown;  ///< or uploading: another client is sending it
};

/// Reads the answer to `requirements`. errc::protocol_error.
[[nodiscard]] result<std::vector<Required>> read_requirements(std::string_view json);
/// Reads the `checkoutPath` of the answer to `create`. errc::protocol_error.
[[nodiscard]] result<std::string> read_checkout_path(std::string_view json);
/// Reads the answer of `files/{checksum}/{filesize}`. errc::protocol_error.
[[nodiscard]] result<BlobStatus> read_status(std::string_view json);
/// How much of a file the server holds, from its status.
[[nodiscard]] std::optional<std::uint64_t> read_offset(std::string_view json);

}  // namespace shaman::client
