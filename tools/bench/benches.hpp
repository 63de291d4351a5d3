// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bench/bench.hpp"

/// Every bench; each is defined in the file of its name in limits/ or parts/.
namespace shaman::bench {

extern const Bench kSha256;
extern const Bench kLoopback;
extern const Bench kLargeWrite;
extern const Bench kSmallFiles;
extern const Bench kLinks;
extern const Bench kMarks;
extern const Bench kEcho;

extern const Bench kUnknownFilesEmpty;
extern const Bench kLargeUploads;
extern const Bench kSameFile;
extern const Bench kSmallUploads;
extern const Bench kBatchUploads;
extern const Bench kManyUploads;
extern const Bench kStatus;
extern const Bench kKnownFiles;
extern const Bench kUnknownFilesFull;
extern const Bench kCheckouts;
extern const Bench kBusyServer;

}  // namespace shaman::bench
