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

/// The part of a Flamenco Manager's API that submitting jobs needs.
namespace shaman::manager {

/// A job as the Manager describes it; `status` is the Manager's word.
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

  /// Whether the job has ended: only a person can change its status now.
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

/// The shared storage, as computers of one platform see it.
struct SharedStorage {
  std::string location;
  bool is_shaman_enabled = false;

  /// The folder that contains `jobs`, or all files if the Manager's Shaman is off.
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
  bool is_first_run = false;  ///< nobody has set it up yet
};

/// The part of the Manager's configuration file that matters here.
struct ConfigurationFile {
  std::string collection_period;  ///< a duration as Go writes it: `24h0m0s`
};

/// A variable of a Manager, on one platform.
struct Variable {
  std::string value;
  /// The Manager replaces this value at the beginning of a text by the variable, so that other
  /// platforms get their own value.
  bool is_twoway = false;
};
using Variables = std::map<std::string, Variable>;  ///< by name

/// A Manager's judgement of a folder.
struct FolderCheck {
  bool is_usable = false;
  std::string cause;  ///< why it is not usable
};

/// One Manager, or the server in front of it. All calls block, and are for one thread at a time.
/// Calls that only read are repeated a few times if the connection fails. Errors:
/// errc::unreachable; errc::manager_away; errc::protocol_error, with the Manager's words;
/// errc::not_found.
class Manager {
 public:
  /// `stop` cancels the current call with errc::cancelled, except for a request that makes a job.
  explicit Manager(client::Server server, std::stop_token stop = {});
  ~Manager();
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  [[nodiscard]] const client::BaseUrl& url() const noexcept;

  [[nodiscard]] result<Version> version();
  [[nodiscard]] result<Configuration> configuration();
  /// errc::not_found: the Manager is older than about 3.5.
  [[nodiscard]] result<ConfigurationFile> configuration_file();
  /// Asks the Manager whether it can use a folder as its storage. The Manager writes a file there
  /// for a moment.
  [[nodiscard]] result<FolderCheck> check_folder(const std::string& path);

  /// At least one job type. errc::invalid_argument: a file store without a Manager answers at the
  /// address.
  [[nodiscard]] result<std::vector<JobType>> job_types();
  [[nodiscard]] result<std::vector<Tag>> tags();
  /// `audience` is `users` or `workers`; `platform` as in this_platform().
  [[nodiscard]] result<SharedStorage> shared_storage(const std::string& audience,
                                                     const std::string& platform);
  /// The variables for these computers, with the same arguments.
  [[nodiscard]] result<Variables> variables(const std::string& audience,
                                            const std::string& platform);

  /// Lets the Manager compile the job without storing it. errc::invalid_argument: the Manager
  /// would not accept the job.
  [[nodiscard]] result<void> check(const nlohmann::json& job);
  /// Makes the job exactly once. The metadata of `job` must have a random kSubmissionKey: if an
  /// answer is lost, it identifies the job in the Manager's list before the request is sent again.
  /// errc::unreachable: it is unknown whether the Manager has made the job.
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

/// The member of a job's metadata with the random key of its submission.
inline constexpr const char* kSubmissionKey = "shaman.submission";

/// The Manager's name of the operating system that this program runs on: `linux`, `windows` or
/// `darwin`.
[[nodiscard]] std::string this_platform();

}  // namespace shaman::manager
