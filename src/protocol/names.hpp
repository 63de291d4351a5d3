// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "shaman/blob_id.hpp"

/// The addresses, header fields and features of the protocol (docs/protocol.md), for both sides.
namespace shaman::protocol {

/// Addresses. In patterns for a router, `{}` matches one segment.
inline constexpr std::string_view kInfo = "/api/v3/shaman/info";
inline constexpr std::string_view kRequirements = "/api/v3/shaman/checkout/requirements";
inline constexpr std::string_view kCreate = "/api/v3/shaman/checkout/create";
inline constexpr std::string_view kCheckout =
    "/api/v3/shaman/checkout";  ///< before the path of one
inline constexpr std::string_view kCheckouts = "/api/v3/shaman/checkouts";
inline constexpr std::string_view kFiles = "/api/v3/shaman/files";
inline constexpr std::string_view kBatch = "/api/v3/shaman/files:batch";
inline constexpr std::string_view kContentBatch = "/api/v3/shaman/files:content";
inline constexpr std::string_view kContentSuffix = "/content";    ///< after the address of a file
inline constexpr std::string_view kManifestSuffix = "/manifest";  ///< after that of a checkout
inline constexpr std::string_view kOutputsSuffix = "/outputs";    ///< the same
/// For whoever watches the server (docs/monitoring.md).
inline constexpr std::string_view kLivez = "/livez";
inline constexpr std::string_view kReadyz = "/readyz";
inline constexpr std::string_view kMetrics = "/metrics";
/// Of a Flamenco Manager (OpenAPI document of Flamenco 3.8).
inline constexpr std::string_view kManager = "/api/v3";
inline constexpr std::string_view kVersion = "/api/v3/version";
inline constexpr std::string_view kFarmStatus = "/api/v3/status";
inline constexpr std::string_view kConfiguration = "/api/v3/configuration";
inline constexpr std::string_view kConfigurationFile = "/api/v3/configuration/file";
inline constexpr std::string_view kCheckFolder = "/api/v3/configuration/check/shared-storage";
inline constexpr std::string_view kSharedStorage = "/api/v3/configuration/shared-storage";
inline constexpr std::string_view kVariables = "/api/v3/configuration/variables";
inline constexpr std::string_view kJobs = "/api/v3/jobs";
inline constexpr std::string_view kJobsCheck = "/api/v3/jobs/check";
inline constexpr std::string_view kJobsQuery = "/api/v3/jobs/query";
inline constexpr std::string_view kJobTypes = "/api/v3/jobs/types";
inline constexpr std::string_view kTasks = "/api/v3/tasks";
inline constexpr std::string_view kWorkerTags = "/api/v3/worker-mgt/tags";

/// `/api/v3/shaman/files/{checksum}/{filesize}`
[[nodiscard]] inline std::string file_address(const BlobId& id) {
  return std::string(kFiles) + "/" + id.digest.hex() + "/" + std::to_string(id.size);
}

/// Header fields.
inline constexpr std::string_view kOriginalFilename = "X-Shaman-Original-Filename";
inline constexpr std::string_view kCanDefer = "X-Shaman-Can-Defer-Upload";
inline constexpr std::string_view kDeltaBase = "X-Shaman-Delta-Base";
inline constexpr std::string_view kIngestPath = "X-Shaman-Ingest-Path";
inline constexpr std::string_view kIngestProof = "X-Shaman-Ingest-Proof";
inline constexpr std::string_view kReuseCheckout = "X-Shaman-Reuse-Checkout";
inline constexpr std::string_view kIdempotencyKey = "Idempotency-Key";
inline constexpr std::string_view kUploadOffset = "Upload-Offset";
inline constexpr std::string_view kUploadComplete = "Upload-Complete";

/// Media types.
inline constexpr std::string_view kBatchType = "application/x-shaman-batch";
inline constexpr std::string_view kDeltaType = "application/x-shaman-delta";
inline constexpr std::string_view kPartialUploadType = "application/partial-upload";

/// Features that a server lists in its answer to kInfo.
inline constexpr std::string_view kCreateWaits = "create-wait";
inline constexpr std::string_view kIdempotentCreates = "idempotency-key";
inline constexpr std::string_view kErases = "erase-checkout";
inline constexpr std::string_view kResumes = "resumable-uploads";
inline constexpr std::string_view kBatches = "batch";
inline constexpr std::string_view kReuses = "reuse-checkout";
inline constexpr std::string_view kLists = "list-checkouts";
inline constexpr std::string_view kCompresses = "compressed-bodies";
inline constexpr std::string_view kTakesDifferences = "list-differences";
inline constexpr std::string_view kDeltas = "delta-uploads";
inline constexpr std::string_view kSendsContent = "content";
inline constexpr std::string_view kSendsBatches = "content-batch";
inline constexpr std::string_view kSendsManifests = "checkout-manifest";
inline constexpr std::string_view kHasOutputs = "outputs";
inline constexpr std::string_view kHealth = "health";
inline constexpr std::string_view kFigures = "metrics";
/// Only of a server that is configured for it, and for those who may send files.
inline constexpr std::string_view kIngests = "ingest";
inline constexpr std::array kFeatures{
    kCreateWaits,    kIdempotentCreates, kErases,           kResumes, kBatches,      kReuses,
    kLists,          kCompresses,        kTakesDifferences, kDeltas,  kSendsContent, kSendsBatches,
    kSendsManifests, kHasOutputs,        kHealth,           kFigures};

}  // namespace shaman::protocol
