// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shaman/blob_id.hpp"

/// Where things lie below the storage folder.
namespace shaman::layout {

inline constexpr std::string_view kFileStore = "file-store";
inline constexpr std::string_view kBlobs = "stored";  ///< in kFileStore
inline constexpr std::string_view kBlobsPath = "file-store/stored";
inline constexpr std::string_view kForeignUploading =
    "uploading";  ///< in kFileStore: another server's
inline constexpr std::string_view kJobs = "jobs";
/// In kJobs: what others have put into checkouts that were erased.
inline constexpr std::string_view kKept = ".kept";
/// The link in a checkout's folder that leads to its manifest.
inline constexpr std::string_view kManifestName = ".shaman-checkout";
/// How the names of all links begin that the server adds to a checkout's own folder.
inline constexpr std::string_view kOwnRecords = ".shaman-";
/// In kJobs, how folders are called that are about to be a checkout; empty, and there for a moment.
inline constexpr std::string_view kNewInJobs = ".shaman-new-";
/// In kJobs and kBlobs, how folders are called that only try whether folders can be made there.
inline constexpr std::string_view kProbe = ".shaman-probe-";
inline constexpr std::string_view kPrivate = ".shaman";
inline constexpr std::string_view kFormat = "format";  ///< this and what follows: in kPrivate
/// A symbolic link whose text tells this storage from every other one, wherever it is mounted.
inline constexpr std::string_view kId = "id";
inline constexpr std::string_view kUploading = "uploading";
inline constexpr std::string_view kPartial = "partial";  ///< resumable uploads
inline constexpr std::string_view kStaging = "staging";
inline constexpr std::string_view kLocks = "locks";
inline constexpr std::string_view kTrash = "trash";  ///< collected blobs, in one folder a run
/// Before the name of a run that has not looked for the second time: nobody knows yet whether what
/// it took out of the store is wanted.
inline constexpr std::string_view kUnfinished = "open-";
/// Damaged blobs, and what was found in the place of a blob or of a folder of blobs.
inline constexpr std::string_view kQuarantine = "quarantine";
inline constexpr std::string_view kProofs = "proofs";    ///< see Proofs
inline constexpr std::string_view kPins = "pins";        ///< links in it protect blobs as jobs' do
inline constexpr std::string_view kReserve = "reserve";  ///< see StorageReserve
inline constexpr std::string_view kCollector = "collector";  ///< there while somebody collects

/// The digits of a digest that name the outer folder of its blobs.
inline constexpr std::size_t kShardDigits = 2;

/// Where a blob lies below kBlobs: `ab`/`cdef…`/`4096.blob`.
struct BlobPlace {
  explicit BlobPlace(const BlobId& id);
  [[nodiscard]] std::string_view shard() const noexcept;
  [[nodiscard]] std::string_view rest() const noexcept;

  std::string folder;  ///< shard/rest
  std::string file;
};

/// The text of a symbolic link to a blob, made in a folder `depth` levels below the storage folder.
[[nodiscard]] std::string link_text(const BlobId& id, std::size_t depth);

/// The blob that a path like `…/stored/ab/cdef…/4096.blob` leads to, be it absolute or relative;
/// nothing where it does not end like one.
[[nodiscard]] std::optional<BlobId> blob_of_path(std::string_view path);

/// What a blob is called in a run's folder in kTrash, and back.
[[nodiscard]] std::string trash_name(const BlobId& id);
[[nodiscard]] std::optional<BlobId> blob_of_trash_name(std::string_view name);

/// What is held of a blob whose upload can be resumed, as its file in kPartial is called: so many
/// bytes from the start are on stable storage, whatever the file's length.
struct PartialName {
  BlobId id;
  std::uint64_t durable = 0;
  /// What tells it from another server's of the same blob, which that one may not see yet: neither
  /// must ever get the other's name.
  std::string tag{};

  [[nodiscard]] std::string text() const;  ///< `SHA-SIZE-TAG-DURABLE`
  [[nodiscard]] static std::optional<PartialName> parse(std::string_view name);
};

}  // namespace shaman::layout
