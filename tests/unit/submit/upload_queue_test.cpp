// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/upload/upload_queue.hpp"

#include <gmock/gmock.h>

namespace shaman::client {
namespace {

using Lane = UploadQueue::Lane;

constexpr std::uint64_t kBatchUpTo = 100'000;

UploadQueue::Item item(std::size_t payload, std::uint64_t size) {
  return {size,
          {payload, UploadFsm({}, [] { return 0.0; }, "x", {{}, size}), false, {}, 0},
          {{}, size}};
}

std::vector<UploadQueue::Item> items(std::vector<std::uint64_t> sizes, std::size_t first = 0) {
  std::vector<UploadQueue::Item> items;
  for (const std::uint64_t size : sizes)
    items.push_back(item(first++, size));
  return items;
}

std::vector<std::size_t> numbers(const std::vector<UploadJob>& jobs) {
  std::vector<std::size_t> numbers;
  for (const UploadJob& job : jobs)
    numbers.push_back(job.payload);
  return numbers;
}

std::vector<std::size_t> drain(UploadQueue& queue, Lane lane) {
  std::vector<std::size_t> order;
  for (;;) {
    const UploadQueue::Turn turn = queue.take(lane);
    if (turn.jobs.empty()) return order;
    std::ranges::copy(numbers(turn.jobs), std::back_inserter(order));
  }
}

std::vector<Payload> payloads(std::size_t count, std::uint64_t size) {
  std::vector<Payload> payloads(count);
  for (Payload& payload : payloads)
    payload.id.size = size;
  return payloads;
}

TEST(UploadQueue, GivesTheLargestFirst) {
  UploadQueue queue;
  queue.add(items({5, 50 << 20, 7, 9 << 20, 7}));
  EXPECT_THAT(drain(queue, Lane::large), testing::ElementsAre(1, 3, 2, 4, 0));
}

TEST(UploadQueue, GivesTheLargestFirstOfAllThatWereAdded) {
  UploadQueue queue;
  queue.add(items({5, 50 << 20, 7}));
  queue.add(items({60 << 20, 6}, 3));
  EXPECT_THAT(drain(queue, Lane::large), testing::ElementsAre(3, 1, 2, 4, 0));
}

TEST(UploadQueue, KeepsLargeFilesToTheirLanes) {
  UploadQueue queue;
  queue.add(items({5, 50 << 20, 7}));
  EXPECT_THAT(drain(queue, Lane::small), testing::ElementsAre(2, 0));
  EXPECT_THAT(drain(queue, Lane::large), testing::ElementsAre(1));
}

TEST(UploadQueue, GivesWhatWasDeferredLastAndByItsTime) {
  UploadQueue queue;
  queue.add(items({5, 6, 7}));
  const auto now = std::chrono::steady_clock::now();
  UploadJob first = std::move(queue.take(Lane::small).jobs.front());
  UploadJob second = std::move(queue.take(Lane::small).jobs.front());
  first.due = now + std::chrono::seconds(2);
  second.due = now + std::chrono::seconds(1);
  queue.put_back(std::move(first));
  queue.put_back(std::move(second));
  EXPECT_THAT(drain(queue, Lane::small), testing::ElementsAre(0, 1, 2));
}

TEST(UploadQueue, IsOverOnceItIsClosedAndEmpty) {
  UploadQueue queue;
  EXPECT_FALSE(queue.take(Lane::small).is_over);
  queue.add(items({5}));
  queue.close();
  EXPECT_FALSE(queue.take(Lane::small).is_over);
  for (const Lane lane : {Lane::small, Lane::large, Lane::batch})
    EXPECT_TRUE(queue.take(lane).is_over);
}

TEST(UploadQueue, WakesEachWaitingLaneOnce) {
  UploadQueue queue;
  int wakes = 0;
  const auto wake = [&] { ++wakes; };
  EXPECT_TRUE(queue.take(Lane::small, wake).jobs.empty());
  EXPECT_TRUE(queue.take(Lane::batch, wake).jobs.empty());
  EXPECT_EQ(wakes, 0);
  queue.add(items({5}));
  EXPECT_EQ(wakes, 2);
  EXPECT_EQ(queue.take(Lane::small, wake).jobs.size(), 1U);
  queue.add(items({6}, 1));
  EXPECT_EQ(wakes, 2);
  EXPECT_EQ(queue.take(Lane::batch, wake).jobs.size(), 1U);
  EXPECT_TRUE(queue.take(Lane::batch, wake).jobs.empty());
  queue.close();
  EXPECT_EQ(wakes, 3);
}

TEST(UploadQueue, KeepsTheSmallestFilesForBatches) {
  UploadQueue queue(kBatchUpTo);
  queue.add(items({100, 200'000, 300, 200}));
  EXPECT_THAT(drain(queue, Lane::large), testing::ElementsAre(1));
  const UploadQueue::Turn turn = queue.take(Lane::batch);
  EXPECT_TRUE(turn.is_batch);
  EXPECT_THAT(numbers(turn.jobs), testing::ElementsAre(2, 3, 0));
}

TEST(UploadQueue, ABatchLaneHelpsWithTheOthers) {
  UploadQueue queue(kBatchUpTo);
  queue.add(items({100, 200'000}));
  EXPECT_TRUE(queue.take(Lane::batch).is_batch);
  const UploadQueue::Turn turn = queue.take(Lane::batch);
  EXPECT_FALSE(turn.is_batch);
  EXPECT_THAT(numbers(turn.jobs), testing::ElementsAre(1));
}

TEST(UploadQueue, BatchesGrowAndAreDoubtfulFromThenOn) {
  UploadQueue queue(kBatchUpTo);
  queue.add(items(std::vector<std::uint64_t>(1000, kBatchUpTo)));
  for (std::uint64_t most = UploadQueue::kShortBatchBytes; most <= UploadQueue::kBatchBytes;
       most *= 2) {
    for (std::size_t i = 0; i < UploadQueue::kGrowAfter; ++i) {
      const UploadQueue::Turn turn = queue.take(Lane::batch);
      EXPECT_EQ(turn.jobs.size(), most / kBatchUpTo + 1);
      EXPECT_EQ(turn.is_doubtful, most > UploadQueue::kShortBatchBytes);
    }
  }
  EXPECT_EQ(queue.take(Lane::batch).jobs.size(), UploadQueue::kBatchBytes / kBatchUpTo + 1);
}

TEST(UploadQueue, BeginsAnywhereAmongTheSmallestFiles) {
  UploadQueue queue(kBatchUpTo, [] { return 0.5; });
  queue.add(items({4, 3, 2, 1}));
  EXPECT_THAT(drain(queue, Lane::batch), testing::ElementsAre(2, 3, 0, 1));
}

TEST(UploadQueue, AsksAboutManyFilesOnceThereIsCompany) {
  UploadQueue queue(kBatchUpTo);
  queue.add(items(std::vector<std::uint64_t>(10'000, kBatchUpTo)));
  EXPECT_FALSE(queue.has_company());
  queue.note_company();
  EXPECT_TRUE(queue.has_company());
  const UploadQueue::Turn turn = queue.take(Lane::batch);
  EXPECT_TRUE(turn.is_doubtful);
  EXPECT_EQ(turn.jobs.size(), Company::kFewest);
  queue.note_share(Company::kFewest, 0);
  EXPECT_EQ(queue.take(Lane::batch).jobs.size(), 2 * Company::kFewest);
  const std::vector<Ring::Sampled> sampled = queue.sample();
  EXPECT_THAT(sampled.size(), testing::AllOf(testing::Gt(16U), testing::Le(UploadQueue::kSample)));
  EXPECT_TRUE(queue.is_waiting(sampled.front()));
  static_cast<void>(queue.take(Lane::batch));
  EXPECT_FALSE(queue.is_waiting(sampled.front()));
}

TEST(UploadQueue, GoesOnElsewhere) {
  double number = 0;
  UploadQueue queue(kBatchUpTo, [&] { return number; });
  queue.add(items({4, 3, 2, 1}));
  number = 0.5;
  queue.go_elsewhere();
  EXPECT_THAT(drain(queue, Lane::batch), testing::ElementsAre(2, 3, 0, 1));
}

TEST(UploadQueue, WithCompanyABatchIsShort) {
  const std::vector<Payload> all = payloads(1000, kBatchUpTo);
  UploadQueue queue(kBatchUpTo);
  queue.add(items(std::vector<std::uint64_t>(1000, kBatchUpTo)));
  std::vector<UploadJob> batch = queue.take(Lane::batch).jobs;
  const std::size_t few = UploadQueue::kShortBatchBytes / kBatchUpTo + 1;
  EXPECT_EQ(batch.size(), few);
  EXPECT_TRUE(queue.cut_off(all, batch).empty());
  queue.note_company();
  batch = queue.take(Lane::batch).jobs;
  ASSERT_EQ(batch.size(), Company::kFewest);
  const std::vector<UploadJob> rest = queue.cut_off(all, batch);
  EXPECT_EQ(batch.size(), few);
  EXPECT_EQ(rest.size(), Company::kFewest - few);
  EXPECT_EQ(numbers(rest).front(), numbers(batch).back() + 1);
}

TEST(UploadQueue, WithCompanyTheLastBatchesAreShorterStill) {
  const std::vector<Payload> all = payloads(200, kBatchUpTo);
  UploadQueue queue(kBatchUpTo);
  queue.add(items(std::vector<std::uint64_t>(200, kBatchUpTo)));
  queue.note_company();
  std::vector<UploadJob> batch = queue.take(Lane::batch).jobs;
  static_cast<void>(queue.cut_off(all, batch));
  EXPECT_EQ(batch.size(), (200 - Company::kFewest) / UploadQueue::kLastBatches + 1);
  batch = std::move(queue.take(Lane::batch).jobs);
  EXPECT_EQ(queue.take(Lane::batch).jobs.size(), Company::kFewest);
  EXPECT_EQ(queue.take(Lane::batch).jobs.size(), 200 - 3 * Company::kFewest);
  static_cast<void>(queue.cut_off(all, batch));
  EXPECT_EQ(batch.size(), 1U);
}

TEST(UploadQueue, PutsFirstWhatIsLeftOfABatchAndLastWhatOthersAreSending) {
  const std::vector<Payload> all = payloads(4, 10);
  UploadQueue queue(kBatchUpTo);
  queue.add(items({10, 10, 10}));
  std::vector<UploadJob> jobs = queue.take(Lane::batch).jobs;
  queue.add(items({10}, 3));
  std::vector<UploadJob> next;
  next.push_back(std::move(jobs[1]));
  next.push_back(std::move(jobs[2]));
  jobs.erase(jobs.begin() + 1, jobs.end());
  queue.put_next(all, std::move(next));
  queue.put_back_batch(all, std::move(jobs));
  EXPECT_THAT(drain(queue, Lane::batch), testing::ElementsAre(1, 2, 3, 0));
}

TEST(Company, AsksAboutMoreTheMoreOthersHaveSent) {
  Company company;
  EXPECT_FALSE(company.is_here());
  company.note();
  EXPECT_TRUE(company.is_here());
  for (std::size_t most = Company::kFewest; most < Company::kMost; most *= 2) {
    EXPECT_EQ(company.ask_about(), most);
    company.on_share(most, 0);
  }
  company.on_share(Company::kMost, 0);
  EXPECT_EQ(company.ask_about(), Company::kMost);
  company.on_share(100, 40);
  EXPECT_EQ(company.ask_about(), Company::kMost);
  for (int i = 0; i < 20; ++i)
    company.on_share(100, 100);
  EXPECT_EQ(company.ask_about(), Company::kFewest);
}

}  // namespace
}  // namespace shaman::client
