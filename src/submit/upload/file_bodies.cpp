// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/upload/file_bodies.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

namespace shaman::client {
namespace {

constexpr std::size_t kPipeBytes = std::size_t{2} << 20U;

}  // namespace

Error changed_since_hashed(const std::string& path) {
  return {errc::changed_while_read, text::in_quotes(path) + " changed after it was hashed"};
}

result<os::InputFile> open_as_hashed(const FileState& state) {
  result<os::InputFile> file = os::InputFile::open(state.path);
  if (!file) return file;
  const result<os::FileInfo> now = file->info();
  if (!now) return now.error();
  if (*now != state.info) return changed_since_hashed(state.path);
  return file;
}

bool is_newer(const os::FileInfo& now, const os::FileInfo& known) {
  return now.type == os::FileType::regular &&
         (now.mtime_ns != known.mtime_ns || now.size != known.size);
}

namespace {

class FileBody : public BodySource {
 public:
  FileBody(FileState state, os::InputFile file) : state_(std::move(state)), file_(std::move(file)) {
    file_.will_read_in_order();
  }

  result<std::size_t> read(std::span<std::byte> into) override {
    result<std::size_t> read = file_.read_at(position_, into);
    if (!read) return read;
    position_ += *read;
    const bool at_end = position_ >= state_.info.size || *read < into.size();
    if (at_end) {
      const result<os::FileInfo> now = file_.info();
      if (!now) return now.error();
      // The attributes may have changed since, for example by a new hard link, without the content.
      if (position_ != state_.info.size || now->mtime_ns != state_.info.mtime_ns)
        return changed_since_hashed(state_.path);
      // Most programs save by a new file of the same name.
      const result<os::FileInfo> named = os::info(state_.path);
      if (named && is_newer(*named, state_.info)) return changed_since_hashed(state_.path);
    }
    return read;
  }

  result<void> skip(std::uint64_t bytes) override {
    position_ += bytes;
    return {};
  }

 private:
  FileState state_;
  os::InputFile file_;
  std::uint64_t position_ = 0;
};

// A bounded ring buffer between the rewriting and the sending thread.
class Pipe {
 public:
  result<void> put(std::span<const std::byte> piece) {
    std::unique_lock lock(mutex_);
    while (!piece.empty()) {
      wake_.wait(lock, [&] { return is_abandoned_ || size_ < ring_.size(); });
      if (is_abandoned_) return Error{errc::cancelled, {}};
      const std::size_t end = (begin_ + size_) % ring_.size();
      const std::size_t room = std::min(ring_.size() - size_, ring_.size() - end);
      const std::size_t length = std::min(piece.size(), room);
      std::memcpy(ring_.data() + end, piece.data(), length);
      size_ += length;
      piece = piece.subspan(length);
      wake_.notify_all();
    }
    return {};
  }

  void end(result<void> outcome) {
    const std::scoped_lock lock(mutex_);
    outcome_ = std::move(outcome);
    wake_.notify_all();
  }

  void abandon() {
    const std::scoped_lock lock(mutex_);
    is_abandoned_ = true;
    wake_.notify_all();
  }

  result<std::size_t> take(std::span<std::byte> into) {
    std::unique_lock lock(mutex_);
    std::size_t done = 0;
    while (done < into.size()) {
      wake_.wait(lock, [&] { return outcome_.has_value() || size_ > 0; });
      if (size_ == 0) {
        if (!outcome_->has_value()) return outcome_->error();
        break;
      }
      const std::size_t length = std::min({into.size() - done, size_, ring_.size() - begin_});
      std::memcpy(into.data() + done, ring_.data() + begin_, length);
      begin_ = (begin_ + length) % ring_.size();
      size_ -= length;
      done += length;
      wake_.notify_all();
    }
    return done;
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::byte> ring_ = std::vector<std::byte>(kPipeBytes);
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
  bool is_abandoned_ = false;
  std::optional<result<void>> outcome_;
};

class RewrittenBody : public BodySource {
 public:
  RewrittenBody(FileState state, std::vector<pack::Patch> patches)
      : state_(std::move(state)), patches_(std::move(patches)), thread_([this] { rewrite(); }) {}
  ~RewrittenBody() override {
    pipe_.abandon();
    thread_.join();
  }
  RewrittenBody(const RewrittenBody&) = delete;
  RewrittenBody& operator=(const RewrittenBody&) = delete;

  result<std::size_t> read(std::span<std::byte> into) override { return pipe_.take(into); }

 private:
  void rewrite() {
    try {
      pipe_.end(rewritten());
    } catch (const std::exception& error) {
      // The reader waits for the end.
      pipe_.end(Error{errc::io_error, "cannot rewrite " + text::in_quotes(state_.path) + ": " +
                                          text::printable(error.what())});
    }
  }

  result<void> rewritten() {
    const auto sink = [this](std::span<const std::byte> piece) { return pipe_.put(piece); };
    result<void> outcome = pack::rewrite_blend(state_.path, patches_, sink);
    if (outcome.has_value()) {
      const result<os::FileInfo> now = os::info(state_.path);
      if (!now) {
        outcome = now.error();
      } else if (*now != state_.info) {
        outcome = changed_since_hashed(state_.path);
      }
    }
    return outcome;
  }

  FileState state_;
  std::vector<pack::Patch> patches_;
  Pipe pipe_;
  std::thread thread_;  // last: it uses all the others
};

}  // namespace

result<std::unique_ptr<BodySource>> file_body(const FileState& state) {
  result<os::InputFile> file = open_as_hashed(state);
  if (!file) return file.error();
  return std::unique_ptr<BodySource>(std::make_unique<FileBody>(state, std::move(*file)));
}

result<std::unique_ptr<BodySource>> rewritten_body(const FileState& state,
                                                   std::vector<pack::Patch> patches) {
  const result<os::FileInfo> now = os::info(state.path);
  if (!now) return now.error();
  if (*now != state.info) return changed_since_hashed(state.path);
  return std::unique_ptr<BodySource>(std::make_unique<RewrittenBody>(state, std::move(patches)));
}

}  // namespace shaman::client
