// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/wire.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include <nlohmann/json.hpp>

#include "shaman/text.hpp"

#include "base/json_members.hpp"
#include "base/json_writer.hpp"
#include "protocol/list_difference.hpp"

namespace shaman::client {
namespace {

using nlohmann::json;

constexpr std::size_t kMadeAtOnce = 64 * 1024;

std::string head_of(std::string_view checkout_path) {
  std::string head = "{";
  if (!checkout_path.empty()) {
    head += R"("checkoutPath":)";
    append_json_string(head, checkout_path);
    head += ',';
  }
  return head + R"("files":[)";
}

constexpr std::string_view kTail = "]}";

Error protocol_error(std::string_view what) {
  return {errc::protocol_error, "unexpected response from the server: " + std::string(what)};
}

std::optional<BlobStatus> status_of(std::string_view word) {
  for (const BlobStatus status : {BlobStatus::unknown, BlobStatus::uploading, BlobStatus::stored}) {
    if (word == to_string(status)) return status;
  }
  return std::nullopt;
}

// Takes `files` out of the answer as it is parsed: a document in memory would be ten times as
// large.
class RequirementsReader : public json::json_sax_t {
 public:
  std::vector<Required> required;
  std::string failure;
  bool has_files = false;

  bool null() override { return scalar(); }
  bool boolean(bool) override { return scalar(); }
  bool number_integer(number_integer_t) override { return scalar(); }
  bool number_float(number_float_t, const string_t&) override { return scalar(); }
  bool binary(binary_t&) override { return scalar(); }

  bool number_unsigned(number_unsigned_t value) override {
    if (in_entry() && key_ == "size") {
      entry_.id.size = value;
      has_size_ = true;
    }
    return scalar();
  }

  bool string(string_t& value) override {
    if (in_entry() && key_ == "sha") {
      const std::optional<Digest> digest = Digest::from_hex(value);
      if (!digest) return fail("a sha is not 64 hex digits");
      entry_.id.digest = *digest;
      has_sha_ = true;
    } else if (in_entry() && key_ == "status") {
      const std::optional<BlobStatus> status = status_of(value);
      if (!status) return fail("a status is not one of unknown, uploading, stored");
      entry_.status = *status;
    }
    return scalar();
  }

  bool key(string_t& name) override {
    key_ = name;
    return true;
  }

  bool start_object(std::size_t) override {
    if (++depth_ == 3 && in_files_) {
      entry_ = {};
      has_sha_ = has_size_ = false;
    }
    return depth_ <= kDeepest || fail("it is nested too deeply");
  }

  bool end_object() override {
    if (in_entry()) {
      if (!has_sha_ || !has_size_) return fail("a file has no sha or no size");
      if (entry_.status != BlobStatus::stored) required.push_back(entry_);
    }
    --depth_;
    return true;
  }

  bool start_array(std::size_t) override {
    if (++depth_ == 2 && key_ == "files") in_files_ = has_files = true;
    return depth_ <= kDeepest || fail("it is nested too deeply");
  }

  bool end_array() override {
    if (depth_-- == 2) in_files_ = false;
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const json::exception& error) override {
    static_cast<void>(error);  // its message is for programmers only
    return fail("it is not JSON");
  }

 private:
  static constexpr int kDeepest = 16;

  [[nodiscard]] bool in_entry() const { return in_files_ && depth_ == 3; }
  bool scalar() { return depth_ > 0 || fail("it is not an object"); }
  bool fail(std::string_view why) {
    failure = why;
    return false;
  }

  Required entry_;
  std::string key_;
  int depth_ = 0;
  bool in_files_ = false;
  bool has_sha_ = false;
  bool has_size_ = false;
};

// One text member of a small answer.
std::optional<std::string> member_of(std::string_view text, const char* name) {
  return text_member(json::parse(text, nullptr, false), name);
}

}  // namespace

FilesBody::FilesBody(const FileList& files, std::string_view checkout_path)
    : files_(files), head_(head_of(checkout_path)), made_(head_) {}

void FilesBody::make_more() {
  made_.clear();
  position_ = 0;
  while (next_ < files_.size() && made_.size() < kMadeAtOnce) {
    if (next_ > 0) made_ += ',';
    protocol::append_file_spec(made_, files_[next_++]);
  }
  if (next_ == files_.size() && !has_ended_ && made_.size() < kMadeAtOnce) {
    made_ += kTail;
    has_ended_ = true;
  }
}

result<std::size_t> FilesBody::read(std::span<std::byte> into) {
  std::size_t done = 0;
  while (done < into.size()) {
    if (position_ == made_.size()) make_more();
    if (made_.empty()) break;
    const std::size_t length = std::min(into.size() - done, made_.size() - position_);
    std::memcpy(into.data() + done, made_.data() + position_, length);
    position_ += length;
    done += length;
  }
  return done;
}

std::uint64_t FilesBody::length_of(const FileList& files, std::string_view checkout_path) {
  std::uint64_t length = head_of(checkout_path).size() + kTail.size();
  if (!files.empty()) length += files.size() - 1;
  std::string entry;
  for (std::size_t i = 0; i < files.size(); ++i) {
    entry.clear();
    protocol::append_file_spec(entry, files[i]);
    length += entry.size();
  }
  return length;
}

result<std::vector<Required>> read_requirements(std::string_view text) {
  RequirementsReader reader;
  if (!json::sax_parse(text, &reader)) return protocol_error(reader.failure);
  if (!reader.has_files) return protocol_error("it has no list of files");
  return std::move(reader.required);
}

result<std::string> read_checkout_path(std::string_view text) {
  std::optional<std::string> path = member_of(text, "checkoutPath");
  if (!path || path->empty()) return protocol_error("it has no checkoutPath");
  return std::move(*path);
}

result<BlobStatus> read_status(std::string_view text) {
  const std::optional<std::string> word = member_of(text, "status");
  const std::optional<BlobStatus> status = word ? status_of(*word) : std::nullopt;
  if (!status) return protocol_error("it has no status");
  return *status;
}

std::optional<std::uint64_t> read_offset(std::string_view text) {
  return number_member(json::parse(text, nullptr, false), "offset");
}

}  // namespace shaman::client
