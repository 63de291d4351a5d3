// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/upload/upload_queue.hpp"

#include <gmock/gmock.h>

namespace shaman::client {
namespace {

using Lane = UploadQueue::Lane;

UploadQueue::Item item(std::size_t payload, std::uint64_t size) {
  return {size, {payload, UploadFsm({}, [] { return 0.0; }, "x", {{}, size}), false, {}, 0}};
}

std::vector<std::size_t> drain(UploadQueue& queue, Lane lane) {
  std::vector<std::size_t> order;
  while (const auto job = queue.take(lane))
    order.push_back(job->payload);
  return order;
}

TEST(UploadQueue, GivesTheLargestFirst) {
  UploadQueue queue({item(0, 5), item(1, 50 << 20), item(2, 7), item(3, 9 << 20), item(4, 7)});
  EXPECT_THAT(drain(queue, Lane::large), testing::ElementsAre(1, 3, 2, 4, 0));
}

TEST(UploadQueue, KeepsLargeFilesToTheirLanes) {
  UploadQueue queue({item(0, 5), item(1, 50 << 20), item(2, 7)});
  EXPECT_THAT(drain(queue, Lane::small), testing::ElementsAre(2, 0));
  EXPECT_THAT(drain(queue, Lane::large), testing::ElementsAre(1));
}

TEST(UploadQueue, GivesWhatWasDeferredLastAndByItsTime) {
  UploadQueue queue({item(0, 5), item(1, 6), item(2, 7)});
  const auto now = std::chrono::steady_clock::now();
  auto first = queue.take(Lane::small);
  auto second = queue.take(Lane::small);
  first->due = now + std::chrono::seconds(2);
  second->due = now + std::chrono::seconds(1);
  queue.put_back(std::move(*first));
  queue.put_back(std::move(*second));
  EXPECT_THAT(drain(queue, Lane::small), testing::ElementsAre(0, 1, 2));
}

}  // namespace
}  // namespace shaman::client
