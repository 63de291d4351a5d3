// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shaman/blob_id.hpp"

/// The places of files below the storage folder.
namespace shaman::layout {

inline constexpr std::string_view kFileStore = "file-store";
inline constexpr std::string_view kBlobs = "stored";  ///< in kFileStore
inline constexpr std::string_view kBlobsPath = "file-store/stored";
inline constexpr std::string_view kForeignUploading =
    "uploading";  ///< in kFileStore: another server's
inline constexpr std::string_view kJobs = "jobs";
/// In kJobs: files that others have put into erased checkouts.
inline constexpr std::string_view kKept = ".kept";
/// The link in a checkout's folder that leads to its manifest.
inline constexpr std::string_view kManifestName = ".shaman-checkout";
/// In a checkout's folder: links to what was rendered from it.
inline constexpr std::string_view kOutputs = ".shaman-outputs";
/// The prefix of the names of all links that the server adds to a checkout's folder.
inline constexpr std::string_view kOwnRecords = ".shaman-";
/// In kJobs, the prefix of folders that are about to become a checkout; empty, and short-lived.
inline constexpr std::string_view kNewInJobs = ".shaman-new-";
/// In kJobs and kBlobs, the prefix of folders that test whether folders can be made there.
inline constexpr std::string_view kProbe = ".shaman-probe-";
inline constexpr std::string_view kPrivate = ".shaman";
inline constexpr std::string_view kFormat = "format";  ///< this and the following ones: in kPrivate
/// A symbolic link whose text identifies this storage, wherever it is mounted.
inline constexpr std::string_view kId = "id";
inline constexpr std::string_view kUploading = "uploading";
inline constexpr std::string_view kPartial = "partial";  ///< resumable uploads
inline constexpr std::string_view kStaging = "staging";
inline constexpr std::string_view kLocks = "locks";
inline constexpr std::string_view kJournal = "journal";  ///< one folder per server; see Journal
inline constexpr std::string_view kTrash = "trash";      ///< collected blobs, one folder per run
/// The prefix of the folder of a run before its second look: it is unknown whether the blobs that
/// it moved are wanted.
inline constexpr std::string_view kUnfinished = "open-";
/// Damaged blobs, and other entries found in the place of a blob or of a folder of blobs.
inline constexpr std::string_view kQuarantine = "quarantine";
inline constexpr std::string_view kKnownBlobs = "proofs";  ///< see KnownBlobs
inline constexpr std::string_view kPins = "pins";  ///< its links protect blobs as those in jobs do
inline constexpr std::string_view kReserve = "reserve";      ///< see StorageReserve
inline constexpr std::string_view kCollector = "collector";  ///< exists while a collection runs

/// The digits of a digest that name the outer folder of its blobs.
inline constexpr std::size_t kShardDigits = 2;

/// A blob's path below kBlobs: `ab`/`cdef…`/`4096.blob`.
struct BlobPlace {
  explicit BlobPlace(const BlobId& id);
  [[nodiscard]] std::string_view shard() const noexcept;
  [[nodiscard]] std::string_view rest() const noexcept;

  std::string folder;  ///< shard/rest
  std::string file;
};

/// The text of a symbolic link to a blob, made in a folder `depth` levels below the storage folder.
[[nodiscard]] std::string link_text(const BlobId& id, std::size_t depth);

/// The blob that a path like `…/stored/ab/cdef…/4096.blob` leads to, absolute or relative; nothing
/// if it does not end like one.
[[nodiscard]] std::optional<BlobId> blob_of_path(std::string_view path);

/// The name of a blob in a run's folder in kTrash, and the inverse.
[[nodiscard]] std::string trash_name(const BlobId& id);
[[nodiscard]] std::optional<BlobId> blob_of_trash_name(std::string_view name);

/// The name of a partial upload's file in kPartial. It states how many bytes from the start are on
/// stable storage, whatever the file's length.
struct PartialName {
  BlobId id;
  std::uint64_t durable = 0;
  /// Distinguishes it from another server's partial upload of the same blob, which this server may
  /// not see yet: neither must ever get the other's name.
  std::string tag{};

  [[nodiscard]] std::string text() const;  ///< `SHA-SIZE-TAG-DURABLE`
  [[nodiscard]] static std::optional<PartialName> parse(std::string_view name);
};

}  // namespace shaman::layout
