// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <future>
#include <memory>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shaman/fs/local.hpp"
#include "shaman/store.hpp"

#include "temporary_folder.hpp"

namespace shaman::test {

inline std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

inline BlobId id_of(std::string_view content) {
  return {Sha256::of(content), content.size()};
}

/// Commits and waits for the outcome.
inline result<void> commit(Store& store, Upload upload) {
  std::promise<result<void>> outcome;
  auto future = outcome.get_future();
  store.commit(std::move(upload), [&](result<void> done) { outcome.set_value(std::move(done)); });
  return future.get();
}

inline Upload begin(Store& store, const BlobId& id) {
  auto begun = store.begin_upload(id, false);
  if (!begun) throw std::runtime_error(begun.error().message());
  return std::move(std::get<Upload>(*begun));
}

/// Stores the content as an uploader would.
inline BlobId put(Store& store, std::string_view content) {
  const BlobId id = id_of(content);
  auto begun = store.begin_upload(id, false);
  if (!begun) throw std::runtime_error(begun.error().message());
  if (std::holds_alternative<AlreadyStored>(*begun)) return id;
  Upload upload = std::move(std::get<Upload>(*begun));
  const auto written = upload.write(bytes(content));
  const auto committed = commit(store, std::move(upload));
  if (!written || !committed) throw std::runtime_error("storing failed");
  return id;
}

/// A store in a temporary folder; what it logs is kept.
class StoreTest : public ::testing::Test {
 protected:
  explicit StoreTest(fs::FileSystem* file_system = nullptr)
      : file_system_(file_system == nullptr ? local_ : *file_system) {
    // It is made in the background, with flushes of its own (journal_test.cpp).
    options_.journal.bytes = 0;
    options_.log = [this](LogLevel, const std::string& message) {
      const std::lock_guard lock(log_mutex_);
      log_.push_back(message);
    };
  }

  result<std::unique_ptr<Store>> try_open() {
    return Store::open(file_system_, root(), options_, pool_);
  }
  std::unique_ptr<Store> open() {
    auto store = try_open();
    if (!store) throw std::runtime_error(store.error().message());
    return std::move(*store);
  }

  [[nodiscard]] std::string root() const { return folder_.path("store"); }
  [[nodiscard]] std::string below(std::string_view path) const {
    return root() + "/" + std::string(path);
  }
  [[nodiscard]] std::string blob_path(const BlobId& id) const {
    const std::string hex = id.digest.hex();
    return below("file-store/stored/" + hex.substr(0, 2) + "/" + hex.substr(2) + "/" +
                 std::to_string(id.size) + ".blob");
  }
  /// Regular files and links below a folder of the storage, as paths relative to it.
  [[nodiscard]] std::vector<std::string> files_below(std::string_view path) const {
    std::vector<std::string> files;
    std::error_code error;
    const std::filesystem::path start(below(path));
    for (auto entry = std::filesystem::recursive_directory_iterator(start, error);
         !error && entry != std::filesystem::recursive_directory_iterator();
         entry.increment(error)) {
      if (!entry->is_directory() || entry->is_symlink())
        files.push_back(std::filesystem::relative(entry->path().parent_path(), start) /
                        entry->path().filename());
    }
    std::sort(files.begin(), files.end());
    return files;
  }
  [[nodiscard]] bool logged(std::string_view text) {
    const std::lock_guard lock(log_mutex_);
    return std::any_of(log_.begin(), log_.end(), [&](const std::string& message) {
      return message.find(text) != std::string::npos;
    });
  }

  TemporaryFolder folder_;
  fs::LocalFileSystem local_;
  fs::FileSystem& file_system_;
  StoreOptions options_;
  WorkerPool pool_{4};
  std::mutex log_mutex_;
  std::vector<std::string> log_;
};

}  // namespace shaman::test
