// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shaman/checkout.hpp"

#include "failing_file_system.hpp"
#include "store_fixture.hpp"

namespace shaman::test {

/// Checkouts of a store on a file system that can be made to fail.
class CheckoutsTest : public StoreTest {
 protected:
  CheckoutsTest()
      : StoreTest(&failing_),
        store_(open()),
        checkouts_(std::make_unique<Checkouts>(*store_, CheckoutOptions{})) {}

  using Files = std::vector<std::pair<std::string, BlobId>>;

  static CheckoutRequest request(std::string path, const Files& files, std::string key = {}) {
    CheckoutRequest request;
    request.path = std::move(path);
    request.idempotency_key = std::move(key);
    for (const auto& [file, id] : files)
      request.files.add(id, file);
    return request;
  }
  result<std::string> create(std::string path, const Files& files, std::string key = {}) {
    const auto plan = checkouts_->validate(request(std::move(path), files, std::move(key)));
    if (!plan) return plan.error();
    const auto made = checkouts_->create(*plan);
    if (!made) return made.error();
    return made->path;
  }
  /// The path that it got, or the failure's words.
  std::string created(std::string path, const Files& files, std::string key = {}) {
    const auto made = create(std::move(path), files, std::move(key));
    EXPECT_TRUE(made) << made.error().message();
    return made ? *made : made.error().message();
  }
  /// The checkout of this path as a listing finds it.
  FoundCheckout found(const std::string& path) {
    const auto all = checkouts_->list();
    EXPECT_TRUE(all) << all.error().message();
    if (all)
      for (const FoundCheckout& each : *all)
        if (each.path == path) return each;
    ADD_FAILURE() << "no checkout " << path;
    return {};
  }
  std::string read(const std::string& path) const {
    return TemporaryFolder::read(below("jobs/" + path));
  }
  /// Everything below jobs, folders included, but for the links with random names.
  std::vector<std::string> jobs() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(below("jobs")))
      if (!entry.path().filename().string().starts_with(".shaman-id-"))
        found.push_back(entry.path().string().substr(below("jobs/").size()));
    std::sort(found.begin(), found.end());
    return found;
  }
  void fail(Operation operation, int error, std::string path = {}, int from = 1, int until = 1000) {
    auto seen = std::make_shared<std::atomic<int>>(0);
    failing_.on_call([=](const Call& call) -> boost::system::error_code {
      if (call.operation != operation || (!path.empty() && call.path != path)) return {};
      const int count = ++*seen;
      if (count < from || count > until) return {};
      return {error, boost::system::generic_category()};
    });
  }

  fs::LocalFileSystem inner_;
  FailingFileSystem failing_{inner_};
  std::unique_ptr<Store> store_;
  std::unique_ptr<Checkouts> checkouts_;
};

}  // namespace shaman::test
