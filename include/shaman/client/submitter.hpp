// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "shaman/client/progress.hpp"
#include "shaman/client/server.hpp"
#include "shaman/client/server_info.hpp"
#include "shaman/error.hpp"
#include "shaman/pack/plan.hpp"
#include "shaman/trace/trace.hpp"

namespace shaman::client {

struct SubmitReport;

struct SubmitOptions {
  std::string blendfile;
  Server server;
  pack::PlanOptions plan;        ///< which files to send, and their places in the checkout
  std::string checkout_path;     ///< empty: project folder's name / .blend's name
  bool strict = false;           ///< if files are missing, nothing is sent
  bool rehash = false;           ///< read every file, even if the cache knows it
  std::string cache_folder;      ///< empty: no cache
  std::uint64_t limit_rate = 0;  ///< of sending, bytes per second; 0: no limit
  /// Called when the scene's needs are known, perhaps more than once, and when the submission
  /// fails: the report has all that is known by then. Called on submit()'s thread.
  std::function<void(const SubmitReport&)> on_known;
  /// The server may answer with the unchanged checkout of an earlier submission.
  bool may_reuse = false;
  std::size_t jobs = 0;  ///< files hashed, and small ones sent, at once; 0: a suitable number
};

/// How long each part took; parts that overlap are not counted twice. Files are asked for and
/// uploaded while others are hashed: that is part of `hash`.
struct SubmitTimes {
  using Duration = std::chrono::duration<double>;
  Duration trace{0};         ///< reading the .blend files, finding what they name, planning
  Duration stat{0};          ///< looking at every file
  Duration hash{0};          ///< until the last file's digest, the cache included
  Duration requirements{0};  ///< all calls after that
  Duration upload{0};        ///< what is left of it after that
  Duration create{0};
  Duration total{0};
};

/// The result of a submission.
struct SubmitReport {
  enum class Outcome : std::uint8_t { submitted, missing_under_strict };
  Outcome outcome = Outcome::submitted;

  std::string checkout_path;    ///< that the server gave, relative to its jobs folder
  bool is_reused = false;       ///< it is the unchanged one of an earlier submission
  std::string blendfile_place;  ///< the .blend's path inside the checkout
  ServerInfo server;
  bool has_met_server = false;  ///< the server has answered; `server` says what it is

  std::uint64_t files = 0;           ///< in the checkout
  std::uint64_t bytes = 0;           ///< of these
  std::uint64_t outside_files = 0;   ///< of these from outside the project
  std::string project_hint;          ///< see pack::Plan
  std::uint64_t files_read = 0;      ///< to hash them
  std::uint64_t uploaded_files = 0;  ///< different contents that were sent
  std::uint64_t uploaded_bytes = 0;  ///< of these, without resumed_bytes and spared_bytes
  std::uint64_t resumed_bytes = 0;   ///< of these, held by the server since an interrupted upload
  /// Of these, not sent: copied by the server from an earlier version, or packed.
  std::uint64_t spared_bytes = 0;
  std::uint64_t ingested_files = 0;   ///< of uploaded_files: the server read them itself
  std::uint64_t ingested_bytes = 0;   ///< of these; nothing of them is in the sizes above
  std::uint64_t refused_ingests = 0;  ///< files that the server should have read, but were sent
  std::uint64_t duplicate_files = 0;  ///< further files with a content that was sent

  bool is_whole = true;                     ///< see pack::Shortfall::is_none
  std::vector<trace::MissingFile> missing;  ///< or not readable; sorted by path
  std::vector<pack::Suspicious> suspicious;
  std::vector<trace::Problem> problems;
  std::vector<std::string> warnings;
  SubmitTimes times;
};

/// Submits a .blend: lists the files that it needs, hashes them, sends those that the server lacks,
/// and has the server make the checkout. Blocks.
///
/// A .blend that is saved meanwhile is read again from the start, a few times. `stop` cancels at
/// any moment before the request to make the checkout. Once that is sent, submit() waits for its
/// answer: the result is a whole checkout and a report, or no checkout and errc::cancelled.
///
/// errc::not_found, errc::damaged_file: the .blend; errc::invalid_argument: it is outside the
/// project; errc::unreachable: no server, or it went away for too long; errc::changed_while_read;
/// errc::too_large, errc::storage_full, errc::protocol_error, errc::no_unique_path,
/// errc::content_mismatch: what the server said.
[[nodiscard]] result<SubmitReport> submit(const SubmitOptions& options, Progress& progress,
                                          const std::stop_token& stop);

}  // namespace shaman::client
