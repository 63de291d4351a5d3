// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <deque>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

namespace shaman::http {

/// The bytes of a JSON request, in pieces. Each piece is given back as soon as it was read, so that
/// the text and the result are never in memory together.
class JsonBody {
 public:
  /// So large that the allocator returns it to the system as soon as it was parsed (main.cpp,
  /// mallopt).
  static constexpr std::size_t kPiece = 256 * 1024;

  struct Part {
    std::unique_ptr<char[]> memory;
    std::size_t length = 0;
  };
  void add(Part part) { parts_.push_back(std::move(part)); }
  /// All of it as one text, which may take as much memory again.
  void append_to(std::string& text) {
    for (; !parts_.empty(); parts_.pop_front())
      text.append(parts_.front().memory.get(), parts_.front().length);
  }
  [[nodiscard]] bool empty() const noexcept { return parts_.empty(); }

  /// No token of the JSON may be longer: an endless string would be copied to memory whole.
  static constexpr std::size_t kMaxToken = std::size_t{1} << 20;
  /// Called at each token; the bytes read since the last call count as one.
  void token_seen() noexcept { token_start_ = read_; }
  /// The text was cut off because of kMaxToken.
  [[nodiscard]] bool is_cut_off() const noexcept { return is_cut_off_; }

  /// For nlohmann's parser, which reads by a pair of iterators. One pass.
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = char;

    Iterator() = default;
    explicit Iterator(JsonBody& body) : body_(&body) { body.next_part(position_, end_); }
    /// nlohmann's parser takes a NUL for the end of the text; any other control character is wrong.
    reference operator*() const noexcept { return *position_ == '\0' ? '\x01' : *position_; }
    Iterator& operator++() {
      if (++position_ == end_) body_->next_part(position_, end_);
      return *this;
    }
    // Only ever compared with the end, which is a null position.
    friend bool operator==(const Iterator& a, const Iterator& b) noexcept {
      return a.position_ == b.position_;
    }

   private:
    JsonBody* body_ = nullptr;
    const char* position_ = nullptr;
    const char* end_ = nullptr;
  };
  [[nodiscard]] Iterator begin() { return Iterator(*this); }
  [[nodiscard]] Iterator end() { return {}; }

 private:
  void next_part(const char*& position, const char*& end) {
    current_ = {};
    position = end = nullptr;
    if (parts_.empty()) return;
    if (read_ - token_start_ > kMaxToken) {
      is_cut_off_ = true;
      return;
    }
    current_ = std::move(parts_.front());
    parts_.pop_front();
    read_ += current_.length;
    position = current_.memory.get();
    end = position + current_.length;
  }

  std::deque<Part> parts_;
  Part current_;
  std::size_t read_ = 0;
  std::size_t token_start_ = 0;
  bool is_cut_off_ = false;
};

}  // namespace shaman::http
