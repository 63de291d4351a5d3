// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "shaman/client/progress.hpp"
#include "shaman/client/submitter.hpp"
#include "shaman/error.hpp"

#include "http/client/http_connection.hpp"
#include "http/client/line_meter.hpp"
#include "http/client/network.hpp"
#include "protocol/wire.hpp"
#include "submit/portions.hpp"
#include "submit/sent_lists.hpp"
#include "submit/survey.hpp"
#include "submit/upload/uploader.hpp"

namespace shaman::client {

/// Brings the files of a survey to a server: asks which it lacks, and uploads those. One thread at
/// a time. errc::changed_while_read: trace the scene again, without unreadable(); else as for
/// submit().
class Delivery {
 public:
  /// What it works with. All of it must outlive the delivery.
  struct Setting {
    const SubmitOptions& options;
    const ServerInfo& server;
    Survey& survey;
    SentLists& lists;
    Network& network;
    Network::Strand strand;  ///< of `connection`
    HttpConnection& connection;
    LineMeter& line;
    Progress& progress;
    std::stop_token stop;
    SubmitReport& report;  ///< gets the times and what was sent, also of a failure
  };
  explicit Delivery(Setting setting) : at_(std::move(setting)) {}
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  /// Hashes the survey's files, and meanwhile asks and uploads in portions. Calls `on_hashed` when
  /// all are hashed and the uploads go on. On return the server has said for each file that it is
  /// stored.
  [[nodiscard]] result<void> bring_while_hashing(const std::function<void()>& on_hashed);
  /// Sends what the server lacks of the hashed files, until it lacks nothing.
  [[nodiscard]] result<void> bring();

  /// The files that became unreadable after they were hashed: by path, the reason. Not while it
  /// works.
  [[nodiscard]] const std::map<std::string, std::string>& unreadable() const noexcept {
    return unreadable_;
  }
  [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }

 private:
  struct Rounds {
    std::size_t fewest_wanted = std::numeric_limits<std::size_t>::max();
    int without_progress = 0;
  };
  result<void> bring(Rounds rounds);
  result<bool> round(Rounds& rounds);
  result<void> hash_ask_and_send(Uploader& uploader, const std::function<void()>& on_hashed);
  result<void> ask_in_portions(Portions& portions, Uploader& uploader, const std::stop_token& stop);
  result<void> finish(Uploader& uploader);
  result<std::vector<Required>> ask(const FileList& blobs, ListSending how,
                                    const std::stop_token& stop);
  [[nodiscard]] UploaderOptions how_to_upload();
  result<void> hash_once_more(Payload& payload);
  [[nodiscard]] std::optional<EarlierVersion> find_earlier(Payload& payload);
  void remember_stored();
  void count(const UploadOutcome& outcome);
  void count_duplicates(std::span<const Payload> sent);
  void drop_empty_files();
  [[nodiscard]] Error begin_without(const Payload& payload, const Error& error);

  const Setting at_;
  std::optional<RateLimit> rate_;
  std::optional<Ingestion> ingestion_;
  std::vector<std::string> warnings_;
  std::mutex unreadable_mutex_;
  std::map<std::string, std::string> unreadable_;
};

}  // namespace shaman::client
