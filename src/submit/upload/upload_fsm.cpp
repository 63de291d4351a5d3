// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/upload/upload_fsm.hpp"

#include <utility>

#include "shaman/text.hpp"

#include "http/client/answer_text.hpp"
#include "http/client/refusal.hpp"
#include "protocol/wire.hpp"

namespace shaman::client {

using Kind = UploadAction::Kind;
using std::chrono::milliseconds;

namespace {

UploadAction give_up(Error error) {
  return {Kind::give_up, {}, std::move(error)};
}

}  // namespace

UploadFsm::UploadFsm(const UploadPolicy& policy, Jitter jitter, std::string_view name,
                     const BlobId& id)
    : policy_(policy), jitter_(std::move(jitter)), name_(text::printable(name)), id_(id) {}

bool UploadFsm::can_defer() const noexcept {
  return deferrals_ < policy_.max_deferrals;
}

UploadAction UploadFsm::on_answer(const HttpResponse& answer) {
  const unsigned status = answer.status;
  if (status == 208) return {Kind::already_there, {}, {}};
  if (status >= 200 && status < 300) return {Kind::finished, {}, {}};
  if (status == 425 && can_defer()) return defer();
  if (status == 417) return on_mismatch(answer);
  if (status == 400 && id_.size == 0) return {Kind::leave_out, {}, {}};

  const Error error = refusal("did not accept the file \"" + name_ + "\"", answer);
  if (status == 425 || is_passing(status)) {
    const auto asked_for = answer.retry_after.value_or(std::chrono::seconds(0));
    return fail_for_now(error, std::min<milliseconds>(asked_for, kLongestRetryAfter));
  }
  return give_up(error);
}

UploadAction UploadFsm::on_error(const Error& error) {
  if (error.code == errc::unreachable) return fail_for_now(error, {});
  // Reading the file again shows whether it has changed.
  const bool cannot_be_read = error.code == errc::io_error ||
                              error.code == errc::invalid_argument || error.code == errc::not_found;
  if (cannot_be_read && ++read_failures_ <= policy_.max_changes) return {Kind::rehash, {}, {}};
  if (error.code == errc::changed_while_read) {
    if (++changes_ <= policy_.max_changes) return {Kind::rehash, {}, {}};
    return give_up(
        {errc::changed_while_read, "\"" + name_ +
                                       "\" changed each time it was sent; wait until the program "
                                       "that writes it has finished, then submit again"});
  }
  return give_up(error);
}

UploadAction UploadFsm::on_mismatch(const HttpResponse& answer) {
  // RFC 9110, 10.1.1: a server that does not know the expectation answers with 417 as well.
  if (answer.body_sent == 0 && id_.size > 0 && may_expect_) {
    may_expect_ = false;
    return {Kind::send, {}, {}};
  }
  if (++mismatches_ == 1) return {Kind::rehash, {}, {}};
  return give_up({errc::content_mismatch, "the server twice received different bytes of \"" +
                                              name_ +
                                              "\" than were sent; the file may be changing, or the "
                                              "network or this machine's memory may be faulty (" +
                                              read_message(answer.body) + ")"});
}

UploadAction UploadFsm::on_rehashed(const BlobId& now) {
  id_ = now;
  return {Kind::send, {}, {}};
}

UploadAction UploadFsm::on_status(BlobStatus status) {
  if (status == BlobStatus::stored) return {Kind::already_there, {}, {}};
  if (status == BlobStatus::uploading && can_defer()) return defer();
  return {Kind::send, {}, {}};
}

UploadAction UploadFsm::defer() {
  ++deferrals_;
  return {Kind::ask_later, policy_.deferral.delay(deferrals_, jitter_()), {}};
}

UploadAction UploadFsm::fail_for_now(const Error& error, milliseconds at_least) {
  if (++failures_ >= policy_.max_failures) return give_up(error);
  return {Kind::send, std::max(at_least, policy_.backoff.delay(failures_, jitter_())), {}};
}

}  // namespace shaman::client
