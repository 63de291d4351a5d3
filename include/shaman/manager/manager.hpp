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

/// A Flamenco Manager's API for jobs, as someone who submits them needs it.
namespace shaman::manager {

/// Of a job, what is shown; `status` is the Manager's word.
struct Job {
  std::string id;
  std::string name;
  std::string type;
  std::string status;
  std::string activity;
  std::string created;  ///< RFC 3339
  std::string updated;  ///< RFC 3339
  std::int64_t priority = 0;
  nlohmann::json whole;  ///< as it was answered

  /// Nothing more will come of it unless a person wants it.
  [[nodiscard]] bool is_final() const;
};

struct Task {
  std::string id;
  std::string name;
  std::string status;
  std::string worker;  ///< empty: nobody has it
};

struct Tag {
  std::string id;
  std::string name;
};

/// Where jobs' files are for somebody who looks from a platform.
struct SharedStorage {
  std::string location;
  bool is_shaman_enabled = false;

  /// The folder that holds `jobs`, or where its Shaman is off, everything.
  [[nodiscard]] std::string root() const;
};

/// What a Manager is.
struct Version {
  std::string name;
  std::string short_version;  ///< `3.8.2`, `3.9-beta1`
};

/// What a Manager tells everybody of its configuration.
struct Configuration {
  SharedStorage storage;      ///< as the Manager sees it
  bool is_first_run = false;  ///< it has not been set up
};

/// Of the Manager's configuration file, what matters here.
struct ConfigurationFile {
  std::string collection_period;  ///< a duration as Go writes it: `24h0m0s`
};

/// A variable of a Manager, on one platform.
struct Variable {
  std::string value;
  /// What begins with its value becomes the variable, and with that the values of other platforms.
  bool is_twoway = false;
};
using Variables = std::map<std::string, Variable>;  ///< by name

/// What a Manager finds of a folder.
struct FolderCheck {
  bool is_usable = false;
  std::string cause;  ///< why not
};

/// Whether it says that a server answers, and that the Manager behind it does not: then the address
/// is right, and what the user can look at is not the network. errc::unreachable without this means
/// that nobody answers at the address.
[[nodiscard]] bool is_manager_away(const Error& error);

/// One Manager, or what stands in front of it. All calls block. Reading is tried a few times;
/// errors: errc::unreachable, errc::bad_answer with the Manager's words, errc::not_found.
class Manager {
 public:
  /// `stop` breaks off what is under way: errc::cancelled. A job that is being made is waited for.
  explicit Manager(client::Server server, std::stop_token stop = {});
  ~Manager();
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  [[nodiscard]] const client::BaseUrl& url() const noexcept;

  [[nodiscard]] result<Version> version();
  [[nodiscard]] result<Configuration> configuration();
  /// Since 3.5 or so; errc::not_found before.
  [[nodiscard]] result<ConfigurationFile> configuration_file();
  /// Lets the Manager try whether it could use a folder as its storage, for which it writes a file
  /// there for a moment.
  [[nodiscard]] result<FolderCheck> check_folder(const std::string& path);

  /// At least one. errc::malformed_request: there is no Manager at this address, only a file store.
  [[nodiscard]] result<std::vector<JobType>> job_types();
  [[nodiscard]] result<std::vector<Tag>> tags();
  /// `audience` is `users` or `workers`; `platform` as in this_platform().
  [[nodiscard]] result<SharedStorage> shared_storage(const std::string& audience,
                                                     const std::string& platform);
  /// The farm's variables for such machines. Arguments as above.
  [[nodiscard]] result<Variables> variables(const std::string& audience,
                                            const std::string& platform);

  /// Lets the Manager compile the job and stores nothing.
  [[nodiscard]] result<void> check(const nlohmann::json& job);
  /// Makes the job, once: `job`'s metadata must have a kSubmissionKey of its own, by which a job
  /// whose answer was lost is found before it is sent again. errc::unreachable: it may have been
  /// made or not.
  [[nodiscard]] result<Job> submit(const nlohmann::json& job);

  [[nodiscard]] result<std::vector<Job>> jobs();
  [[nodiscard]] result<Job> job(const std::string& id);
  [[nodiscard]] result<std::vector<Task>> tasks(const std::string& job_id);
  /// The last lines of a task's log; empty where there is none yet.
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
