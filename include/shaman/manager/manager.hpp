// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "shaman/client/server.hpp"
#include "shaman/error.hpp"
#include "shaman/manager/job_type.hpp"

/// A Flamenco Manager's API for jobs, as far as submitting them needs it.
namespace shaman::manager {

/// What is shown of a job; `status` is the Manager's word.
struct Job {
  std::string id;
  std::string name;
  std::string type;
  std::string status;
  std::string activity;
  std::string created;  ///< RFC 3339
  std::string updated;  ///< RFC 3339
  std::int64_t priority = 0;
  nlohmann::json whole;  ///< the Manager's whole answer

  /// The job does not change any more unless a person acts.
  [[nodiscard]] bool is_final() const;
};

struct Task {
  std::string id;
  std::string name;
  std::string status;
  std::string worker;  ///< empty: no worker has it
};

struct Tag {
  std::string id;
  std::string name;
};

/// Where a platform sees the jobs' files.
struct SharedStorage {
  std::string location;
  bool is_shaman_enabled = false;

  /// The folder that contains `jobs` or, if the Manager's Shaman is off, everything.
  [[nodiscard]] std::string root() const;
};

/// A Manager's version.
struct Version {
  std::string name;
  std::string short_version;  ///< `3.8.2`, `3.9-beta1`
};

/// The part of its configuration that a Manager reports to every client.
struct Configuration {
  SharedStorage storage;      ///< as the Manager sees it
  bool is_first_run = false;  ///< it has not been set up
};

/// The part of the Manager's configuration file that matters here.
struct ConfigurationFile {
  std::string collection_period;  ///< a duration as Go writes it: `24h0m0s`
};

/// A variable of a Manager, on one platform.
struct Variable {
  std::string value;
  /// The Manager replaces the value at the start of a text by the variable, and so by the values of
  /// other platforms.
  bool is_twoway = false;
};
using Variables = std::map<std::string, Variable>;  ///< by name

/// A Manager's judgement of a folder.
struct FolderCheck {
  bool is_usable = false;
  std::string cause;  ///< why not
};

/// One Manager, or the server in front of it. All calls block. Reading is tried a few times.
/// Errors: errc::unreachable, errc::manager_away, errc::bad_answer with the Manager's words,
/// errc::not_found.
class Manager {
 public:
  /// `stop` cancels the current call: errc::cancelled. A job that is being made is waited for.
  explicit Manager(client::Server server, std::stop_token stop = {});
  ~Manager();
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  [[nodiscard]] const client::BaseUrl& url() const noexcept;

  [[nodiscard]] result<Version> version();
  [[nodiscard]] result<Configuration> configuration();
  /// Since 3.5 or so; errc::not_found before.
  [[nodiscard]] result<ConfigurationFile> configuration_file();
  /// Lets the Manager try whether it can use a folder as its storage; the Manager writes a file
  /// there for a moment.
  [[nodiscard]] result<FolderCheck> check_folder(const std::string& path);

  /// At least one. errc::malformed_request: the address has no Manager, only a file store.
  [[nodiscard]] result<std::vector<JobType>> job_types();
  [[nodiscard]] result<std::vector<Tag>> tags();
  /// `audience` is `users` or `workers`; `platform` as in this_platform().
  [[nodiscard]] result<SharedStorage> shared_storage(const std::string& audience,
                                                     const std::string& platform);
  /// The farm's variables for such machines; arguments as above.
  [[nodiscard]] result<Variables> variables(const std::string& audience,
                                            const std::string& platform);

  /// Lets the Manager compile the job and stores nothing.
  [[nodiscard]] result<void> check(const nlohmann::json& job);
  /// Makes the job, once: `job`'s metadata must have its own kSubmissionKey, which finds a job
  /// whose answer was lost before it is sent again. errc::unreachable: the job may have been made
  /// or not.
  [[nodiscard]] result<Job> submit(const nlohmann::json& job);

  [[nodiscard]] result<std::vector<Job>> jobs();
  [[nodiscard]] result<Job> job(const std::string& id);
  [[nodiscard]] result<std::vector<Task>> tasks(const std::string& job_id);
  /// The last lines of a task's log; empty if there is none yet.
  [[nodiscard]] result<std::string> log_tail(const std::string& task_id);
  [[nodiscard]] result<void> cancel(const std::string& job_id);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

inline constexpr const char* kSubmissionKey = "shaman.submission";

/// `linux`, `windows`, `darwin`: what a Manager calls the system that this runs on.
[[nodiscard]] std::string this_platform();

}  // namespace shaman::manager
