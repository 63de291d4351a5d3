// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "shaman/error.hpp"
#include "shaman/manager/job_type.hpp"
#include "shaman/manager/manager.hpp"

namespace shaman::manager {

/// An artist's request for a render job.
struct JobRequest {
  std::string type;
  std::string name;                             ///< empty: the .blend's name
  std::map<std::string, std::string> settings;  ///< by key, as text
  std::int64_t priority = 50;
  std::string tag;  ///< of workers: its name or id; empty: any worker
  bool is_paused = false;
  std::map<std::string, std::string> metadata;
};

/// A job on its way to a Manager. prepare() finds all errors that can be found before files are
/// uploaded.
class Submission {
 public:
  /// The Manager must outlive this object. `blendfile` is the artist's path.
  Submission(Manager& manager, JobRequest request, std::string blendfile);

  /// Reads the job type, the scene and the tags, and lets the Manager compile the job. Blocks.
  /// errc::invalid_argument names all errors in the settings.
  [[nodiscard]] result<void> prepare();

  /// Sentences about problems that workers may have, as of prepare().
  [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }

  /// After prepare(): a description of the job for people: `the job "shot010", of the type
  /// simple-blender-render, frames 1-4, output folder /farm/out`.
  [[nodiscard]] std::string summary() const;

  /// After prepare(): the same for programs, with the members `name`, `type`, `priority` and
  /// `settings` of the Manager's API, if workers find the .blend at `job_blendfile`.
  [[nodiscard]] result<nlohmann::json> planned(const std::string& job_blendfile) const;

  /// Makes the job; workers find the .blend at `job_blendfile` (`{jobs}/film/shot1.blend`).
  /// `checkout` is erased with the job; empty: none. Blocks. The errors of Manager::check() and
  /// Manager::submit().
  [[nodiscard]] result<Job> submit(const std::string& job_blendfile, const std::string& checkout);

 private:
  [[nodiscard]] result<void> find_type();
  [[nodiscard]] result<void> find_tag();
  [[nodiscard]] result<CompletedSettings> complete(const std::string& job_blendfile) const;
  [[nodiscard]] result<nlohmann::json> job_for(const std::string& job_blendfile,
                                               const std::string& checkout) const;

  Manager& manager_;
  JobRequest request_;
  std::string blendfile_;
  JobType type_;
  SceneFacts scene_;
  std::string tag_id_;
  std::string shared_folder_;
  WorkerSystems worker_systems_;
  std::vector<std::string> warnings_;
  nlohmann::json checked_settings_;
};

}  // namespace shaman::manager
