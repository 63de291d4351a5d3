// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "shaman/error.hpp"
#include "shaman/os.hpp"

/// Files that a person names, in an option or an environment variable: certificates, keys, token
/// files, configuration files. docs/design/0076-a-named-file-is-a-regular-file.md says why these
/// are never pipes.
namespace shaman {

struct NamedFile {
  /// Far more than any certificate bundle or list of tokens needs.
  static constexpr std::size_t kMostBytes = std::size_t{16} << 20;

  std::string path;
  std::string option;             ///< that names the file: `tls.key`, `--ca`; may be empty
  std::size_t most = kMostBytes;  ///< bytes
};

/// The access rights of a file, on systems that have them in this form (POSIX).
struct Ownership {
  std::uint32_t mode = 0;   ///< the permission bits: 0600
  std::uint32_t owner = 0;  ///< a user id
};

/// A whole file, and the attributes of the open file: all from one descriptor.
struct NamedContent {
  std::string bytes;
  os::FileInfo info;
  std::optional<Ownership> ownership;
};

/// Opens the file once, without waiting for another program, and reads all of it. Every error names
/// the option and the file. errc::not_found; errc::invalid_argument: a folder, FIFO, socket or
/// device; errc::too_large; errc::io_error. From any thread.
[[nodiscard]] result<NamedContent> read_named_file(const NamedFile& file);

/// Whether a file can be made at this path: its folder exists and accepts new files, and an
/// existing entry at the path is a regular file. Creates and removes a temporary file to find out.
/// Errors as above.
[[nodiscard]] result<void> check_output_file(const NamedFile& file);

}  // namespace shaman
