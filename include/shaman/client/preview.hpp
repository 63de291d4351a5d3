// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "shaman/client/progress.hpp"
#include "shaman/client/save_state.hpp"
#include "shaman/client/submitter.hpp"
#include "shaman/error.hpp"
#include "shaman/pack/plan.hpp"
#include "shaman/trace/trace.hpp"

namespace shaman::client {

/// A file to upload.
struct PreviewFile {
  std::string source;       ///< absolute path here
  std::string place;        ///< in the checkout
  std::uint64_t bytes = 0;  ///< on this machine
};

/// The part of a submission that the farm already has.
struct FarmShare {
  ServerInfo server;
  std::uint64_t stored_files = 0;  ///< of the checkout
  std::uint64_t stored_bytes = 0;
  std::uint64_t to_send_files = 0;  ///< different contents
  std::uint64_t to_send_bytes = 0;
  std::uint64_t duplicate_files = 0;  ///< further files with one of these contents
};

/// What a submission would do, and what is unexpected about it.
struct Preview {
  std::string project;        ///< absolute
  std::string checkout_path;  ///< to be requested
  /// The user has a checkout there already. False does not mean that nobody has one.
  bool is_path_taken = false;
  std::string blendfile_place;  ///< inside the checkout
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;

  bool is_whole = true;  ///< as in SubmitReport
  std::vector<trace::MissingFile> missing;
  std::vector<pack::Suspicious> suspicious;
  std::vector<trace::Problem> problems;
  std::vector<std::string> warnings;
  std::vector<std::string> name_warnings;  ///< see pack::Plan
  std::vector<PreviewFile> outside;        ///< of the project; the largest first
  std::vector<PreviewFile> largest;        ///< at most ten
  std::string project_hint;                ///< see pack::Plan
  SaveState saved;

  std::optional<FarmShare> farm;  ///< nothing when no server was asked, or none answered
  std::string no_farm;            ///< why not
  /// The error with which this server would end a submission, if it answers.
  std::optional<Error> refusal;
};

/// Does what submit() does up to the requirements call; sends no file and makes no checkout. With
/// `ask_server` false it hashes nothing and calls no server. If the server does not answer, that is
/// not an error: `no_farm` says why. Neither is a `refusal`. The server marks the files as used, as
/// in any submission. Errors and `stop` as for submit(); `preview` then has what was found so far.
[[nodiscard]] result<void> preview(const SubmitOptions& options, bool ask_server,
                                   Progress& progress, const std::stop_token& stop,
                                   Preview& preview);

}  // namespace shaman::client
