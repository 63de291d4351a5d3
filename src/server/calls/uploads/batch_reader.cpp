// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/calls/uploads/batch_reader.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "shaman/text.hpp"
#include "shaman/units.hpp"

#include "http/status.hpp"
#include "protocol/parameters.hpp"

namespace shaman::http {
std::size_t BatchOutcome::add(const BlobId& id) {
  const std::lock_guard lock(mutex_);
  files_.push_back({id, 0, {}});
  ++pending_;
  return files_.size() - 1;
}

void BatchOutcome::answer(std::size_t place, unsigned status, std::string message) {
  {
    const std::lock_guard lock(mutex_);
    files_[place].status = status;
    files_[place].message = std::move(message);
    --pending_;
  }
  wake_();
}

std::size_t BatchOutcome::size() const {
  const std::lock_guard lock(mutex_);
  return files_.size();
}

std::size_t BatchOutcome::pending() const {
  const std::lock_guard lock(mutex_);
  return pending_;
}

std::string BatchOutcome::json() const {
  const std::lock_guard lock(mutex_);
  return protocol::batch_answer(files_);
}

std::string BatchOutcome::why_full() const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(files_, status_of(errc::storage_full), &File::status);
  return found == files_.end() ? std::string() : found->message;
}

result<std::size_t> BatchReader::take(std::span<const std::byte> body) {
  std::size_t taken = 0;
  while (taken < body.size() && outcome_->pending() < limits_.commits_at_once) {
    const std::span<const std::byte> rest = body.subspan(taken);
    if (is_in_file_) {
      taken += take_content(rest);
      continue;
    }
    const auto length = take_header(rest);
    if (!length) return length.error();
    taken += *length;
  }
  return taken;
}

result<std::size_t> BatchReader::take_header(std::span<const std::byte> body) {
  const auto line_end = std::ranges::find(body, std::byte{'\n'});
  const auto length = static_cast<std::size_t>(line_end - body.begin());
  header_.append(reinterpret_cast<const char*>(body.data()), length);
  if (header_.size() > protocol::kLongestBatchHeader)
    return Error{errc::invalid_argument,
                 "file " + std::to_string(outcome_->size() + 1) +
                     " of the batch does not begin with a line of its checksum and its size"};
  if (line_end == body.end()) return length;
  if (auto begun = begin_file(); !begun) return begun.error();
  header_.clear();
  return length + 1;
}

result<void> BatchReader::begin_file() {
  const std::size_t space = std::min(header_.find(' '), header_.size());
  const std::string_view header = header_;
  const auto id =
      parse_blob_id(header.substr(0, space), header.substr(std::min(space + 1, header.size())));
  if (!id)
    return Error{errc::invalid_argument, "file " + std::to_string(outcome_->size() + 1) +
                                             " of the batch: " + id.error().message()};
  if (outcome_->size() == limits_.files)
    return Error{errc::invalid_argument,
                 "a batch may have at most " + std::to_string(limits_.files) + " files"};
  id_ = *id;
  place_ = outcome_->add(id_);
  left_ = id_.size;
  is_in_file_ = true;
  upload_.reset();
  const auto refuse = [&](unsigned status, std::string message) {
    outcome_->answer(place_, status, std::move(message));
  };
  if (id_.size > limits_.file_bytes) {
    refuse(413, "a batch takes files of at most " + units::size_text(limits_.file_bytes));
  } else if (auto begun = store_.begin_upload(id_, true, requester_); !begun) {
    refuse(status_of(begun.error().code), begun.error().message());
  } else if (auto* const upload = std::get_if<Upload>(&*begun)) {
    upload_ = std::move(*upload);
  } else if (std::holds_alternative<AlreadyStored>(*begun)) {
    refuse(208, {});
  } else {
    refuse(425, "another client is uploading this file");
  }
  if (left_ == 0) end_file();
  return {};
}

std::size_t BatchReader::take_content(std::span<const std::byte> body) {
  const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(body.size(), left_));
  // The upload keeps the error of a write, and commit reports it.
  if (upload_) static_cast<void>(upload_->write(body.first(length)));
  left_ -= length;
  if (left_ == 0) end_file();
  return length;
}

void BatchReader::end_file() {
  is_in_file_ = false;
  if (!upload_) return;
  store_.commit_among_many(
      std::move(*upload_), [outcome = outcome_, place = place_](const result<void>& done) {
        if (done)
          outcome->answer(place, 204, {});
        else
          outcome->answer(place, status_of(done.error().code), done.error().message());
      });
  upload_.reset();
}

result<void> BatchReader::end() {
  if (!is_in_file_ && header_.empty()) return {};
  if (is_in_file_ && upload_) {
    upload_.reset();
    outcome_->answer(place_, 400, "the batch ended within this file");
  }
  return Error{errc::invalid_argument, "the batch ends within a file"};
}

}  // namespace shaman::http
