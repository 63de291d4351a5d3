// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/upload/upload_fsm.hpp"

#include <gtest/gtest.h>

namespace shaman::client {
namespace {

using Kind = UploadAction::Kind;
using std::chrono::milliseconds;

const BlobId kBlob{Sha256::of("x"), 1000};

UploadFsm machine(const BlobId& id = kBlob) {
  return UploadFsm(
      {}, [] { return 0.0; }, "tex/wall.png", id);
}

HttpResponse answer(unsigned status, std::uint64_t body_sent = 1000) {
  HttpResponse response;
  response.status = status;
  response.body = R"({"code":1,"message":"because"})";
  response.body_sent = body_sent;
  return response;
}

TEST(UploadFsm, KnowsWhatEachAnswerMeans) {
  struct Case {
    unsigned status;
    Kind kind;
    errc error;
  };
  const Case cases[] = {
      {200, Kind::finished, {}},
      {201, Kind::finished, {}},
      {204, Kind::finished, {}},
      {208, Kind::already_there, {}},
      {301, Kind::give_up, errc::protocol_error},
      {400, Kind::give_up, errc::protocol_error},
      {401, Kind::give_up, errc::access_denied},
      {404, Kind::give_up, errc::protocol_error},
      {408, Kind::send, {}},
      {413, Kind::give_up, errc::too_large},
      {417, Kind::rehash, {}},
      {425, Kind::ask_later, {}},
      {429, Kind::send, {}},
      {500, Kind::send, {}},
      {501, Kind::give_up, errc::protocol_error},
      {503, Kind::send, {}},
      {507, Kind::give_up, errc::storage_full},
  };
  for (const Case& c : cases) {
    const UploadAction action = machine().on_answer(answer(c.status));
    EXPECT_EQ(action.kind, c.kind) << c.status;
    if (c.kind != Kind::give_up) continue;
    EXPECT_EQ(action.error.code, c.error) << c.status;
    // Without a token, no file is to blame.
    const bool has_file = action.error.message().find("tex/wall.png") != std::string::npos;
    EXPECT_EQ(has_file, c.status != 401) << action.error.message();
    // Without a token, what the server says of tokens is for the writers of programs.
    const bool has_reason = action.error.message().find("because") != std::string::npos;
    EXPECT_EQ(has_reason, c.status != 401) << action.error.message();
  }
}

TEST(UploadFsm, AFileThatCannotBeReadIsReadAgain) {
  for (const errc code : {errc::io_error, errc::invalid_argument, errc::not_found})
    EXPECT_EQ(machine().on_error({code, "gone"}).kind, Kind::rehash);
}

TEST(UploadFsm, WaitsLongerAfterEachBreakAndThenGivesUp) {
  UploadFsm fsm = machine();
  const Error broken{errc::unreachable, "reset"};
  for (const int delay : {250, 500, 1000, 2000, 4000, 8000, 10000}) {
    const UploadAction action = fsm.on_error(broken);
    EXPECT_EQ(action.kind, Kind::send);
    EXPECT_EQ(action.delay, milliseconds(delay));
  }
  const UploadAction last = fsm.on_error(broken);
  EXPECT_EQ(last.kind, Kind::give_up);
  EXPECT_EQ(last.error.code, errc::unreachable);
}

TEST(UploadFsm, HonoursRetryAfterWithinReason) {
  HttpResponse busy = answer(503);
  busy.retry_after = std::chrono::seconds(3);
  EXPECT_EQ(machine().on_answer(busy).delay, milliseconds(3000));
  busy.retry_after = std::chrono::seconds(86400);
  EXPECT_EQ(machine().on_answer(busy).delay, milliseconds(60000));
}

TEST(UploadFsm, LeavesTheFileToAnotherForAWhileThenInsists) {
  UploadFsm fsm = machine();
  EXPECT_TRUE(fsm.can_defer());
  EXPECT_EQ(fsm.on_answer(answer(425)).delay, milliseconds(250));
  for (int i = 1; i < 10; ++i)
    EXPECT_EQ(fsm.on_status(BlobStatus::uploading).kind, Kind::ask_later);
  EXPECT_FALSE(fsm.can_defer());
  EXPECT_EQ(fsm.on_status(BlobStatus::uploading).kind, Kind::send);
  // A server that defers even who cannot: counted like any failure.
  for (int i = 1; i < 8; ++i)
    EXPECT_EQ(fsm.on_answer(answer(425)).kind, Kind::send);
  EXPECT_EQ(fsm.on_answer(answer(425)).kind, Kind::give_up);
}

TEST(UploadFsm, TakesWhatTheOtherHasSent) {
  UploadFsm fsm = machine();
  EXPECT_EQ(fsm.on_answer(answer(425)).kind, Kind::ask_later);
  EXPECT_EQ(fsm.on_status(BlobStatus::stored).kind, Kind::already_there);
  EXPECT_EQ(fsm.on_status(BlobStatus::unknown).kind, Kind::send);
}

TEST(UploadFsm, HashesAgainOnceWhenTheContentDiffers) {
  UploadFsm fsm = machine();
  EXPECT_EQ(fsm.on_answer(answer(417)).kind, Kind::rehash);
  EXPECT_EQ(fsm.on_rehashed(kBlob).kind, Kind::send);
  const UploadAction second = fsm.on_answer(answer(417));
  EXPECT_EQ(second.kind, Kind::give_up);
  EXPECT_EQ(second.error.code, errc::content_mismatch);
  EXPECT_NE(second.error.message().find("tex/wall.png"), std::string::npos);
}

TEST(UploadFsm, SendsWithoutExpectWhereAServerDoesNotKnowIt) {
  UploadFsm fsm = machine();
  EXPECT_TRUE(fsm.may_expect());
  EXPECT_EQ(fsm.on_answer(answer(417, 0)).kind, Kind::send);
  EXPECT_FALSE(fsm.may_expect());
  EXPECT_EQ(fsm.on_answer(answer(417)).kind, Kind::rehash);
}

TEST(UploadFsm, FollowsAFileThatChangesAFewTimes) {
  UploadFsm fsm = machine();
  const Error changed{errc::changed_while_read, "it changed"};
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(fsm.on_error(changed).kind, Kind::rehash);
  EXPECT_EQ(fsm.on_error(changed).kind, Kind::give_up);
  EXPECT_EQ(machine().on_error({errc::damaged_file, "damaged"}).kind, Kind::give_up);
}

TEST(UploadFsm, ReadsAFileAgainThatCouldNotBeRead) {
  UploadFsm fsm = machine();
  const Error broken{errc::io_error, "cannot read it"};
  EXPECT_EQ(fsm.on_error(broken).kind, Kind::rehash);
  EXPECT_EQ(fsm.on_error(broken).kind, Kind::rehash);
  EXPECT_EQ(fsm.on_error(broken).kind, Kind::rehash);
  EXPECT_EQ(fsm.on_error(broken).kind, Kind::give_up);
}

TEST(UploadFsm, LeavesOutEmptyFilesThatAServerRefuses) {
  EXPECT_EQ(machine({Sha256::of(""), 0}).on_answer(answer(400, 0)).kind, Kind::leave_out);
}

TEST(Backoff, IsLessByARandomHalf) {
  const Backoff backoff;
  EXPECT_EQ(backoff.delay(1, 0.0), milliseconds(250));
  EXPECT_EQ(backoff.delay(1, 0.999999), milliseconds(125));
  EXPECT_EQ(backoff.delay(1000, 0.0), milliseconds(10'000));
}

}  // namespace
}  // namespace shaman::client
