// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/files_request.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "shaman/text.hpp"

namespace shaman::http {
namespace {

// The parser's place in `{"files":[{"sha":…,"size":…,"path":…}],"checkoutPath":…}`, or with
// `"base":…,"changed":[…],"removed":[…],"result":…` in place of the files.
enum class Place : std::uint8_t { document, root, files, file, removed };
enum class Member : std::uint8_t {
  none,
  files,
  checkout_path,
  base,
  changed,
  removed,
  result,
  sha,
  size,
  path
};

class FilesReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  FilesReader(JsonBody& body, FilesRequestKind kind, std::size_t max_files)
      : body_(body), kind_(kind), max_files_(max_files) {}

  bool null() override { return scalar("null"); }
  bool boolean(bool) override { return scalar("a boolean"); }
  bool number_float(number_float_t, const string_t&) override { return scalar("a fraction"); }
  bool binary(binary_t&) override { return scalar("binary data"); }

  bool number_integer(number_integer_t value) override {
    if (value >= 0) return number_unsigned(static_cast<number_unsigned_t>(value));
    return scalar("a negative number");
  }

  bool number_unsigned(number_unsigned_t value) override {
    if (is_skipped() || member_ != Member::size) return scalar("a number");
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return fail(where() + " is larger than 9223372036854775807");
    id_.size = value;
    return accept();
  }

  bool string(string_t& value) override {
    if (is_skipped()) return accept();
    if (place_ == Place::removed) return add_removed(value);
    switch (member_) {
      case Member::sha:
        return take_digest(value, id_.digest);
      case Member::result:
        return take_digest(value, difference_.result);
      case Member::base:
        difference_.base.swap(value);
        return accept();
      case Member::path:
        path_.swap(value);
        return accept();
      case Member::checkout_path:
        request_.checkout_path.swap(value);
        return accept();
      default:
        return scalar("a string");
    }
  }

  bool start_object(std::size_t) override {
    if (!enter()) return false;
    if (skipped_depth_ > 0 || (place_ == Place::root && member_ == Member::none)) return skip();
    if (place_ == Place::document) {
      place_ = Place::root;
    } else if (place_ == Place::files) {
      place_ = Place::file;
      has_sha_ = has_size_ = false;
      has_path_ = kind_ == FilesRequestKind::content;
    } else if (place_ == Place::file && member_ == Member::none) {
      return skip();
    } else {
      return wrong_type("an object");
    }
    member_ = Member::none;
    return true;
  }

  bool end_object() override {
    if (leave()) return true;
    if (place_ == Place::root) {
      place_ = Place::document;
      return check_root();
    }
    place_ = Place::files;
    return add_file();
  }

  bool start_array(std::size_t) override {
    if (!enter()) return false;
    if (skipped_depth_ > 0) return skip();
    if (place_ == Place::root && (member_ == Member::files || member_ == Member::changed)) {
      is_changed_ = member_ == Member::changed;
      place_ = Place::files;
      member_ = Member::none;
      return true;
    }
    if (place_ == Place::root && member_ == Member::removed) {
      place_ = Place::removed;
      member_ = Member::none;
      return true;
    }
    if ((place_ == Place::root || place_ == Place::file) && member_ == Member::none) return skip();
    return wrong_type("an array");
  }

  bool end_array() override {
    if (leave()) return true;
    place_ = Place::root;
    return true;
  }

  bool key(string_t& name) override {
    body_.token_seen();
    if (is_skipped_depth()) return true;
    if (place_ == Place::root) return root_key(name);
    return file_key(name);
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    if (body_.is_cut_off())
      return fail("one value is longer than " + std::to_string(JsonBody::kMaxToken) + " bytes");
    std::string reason = error.what();
    // `[json.exception.parse_error.101] parse error at line 1, column 5: ` is for programmers.
    if (const auto colon = reason.find(": "); colon != std::string::npos)
      reason.erase(0, colon + 2);
    return fail("it is not valid JSON at byte " + std::to_string(position) + ": " +
                text::printable(reason));
  }

  [[nodiscard]] result<FilesRequest> finish(bool parsed) && {
    if (error_) return *std::move(error_);
    if (!parsed) return Error{errc::invalid_argument, "the request's body is not valid JSON"};
    return std::move(request_);
  }

 private:
  [[nodiscard]] bool is_skipped_depth() const noexcept { return skipped_depth_ > 0; }
  // Inside, or the value of, an unknown member.
  [[nodiscard]] bool is_skipped() const noexcept {
    return skipped_depth_ > 0 ||
           (member_ == Member::none && (place_ == Place::root || place_ == Place::file));
  }

  bool accept() {
    body_.token_seen();
    member_ = Member::none;
    return true;
  }

  bool fail(std::string message, errc code = errc::invalid_argument) {
    if (!error_) error_ = Error{code, "the request cannot be used: " + std::move(message)};
    return false;
  }

  bool scalar(const char* what) { return is_skipped() ? accept() : wrong_type(what); }

  bool wrong_type(const char* what) {
    return fail(where() + " must be " + wanted() + ", not " + what);
  }

  [[nodiscard]] FileList& files() { return is_changed_ ? difference_.changed : request_.files; }
  [[nodiscard]] std::string this_file() const {
    const FileList& files = is_changed_ ? difference_.changed : request_.files;
    return (is_changed_ ? "changed[" : "files[") + std::to_string(files.size()) + "]";
  }

  // `files[3].size`
  [[nodiscard]] std::string where() const {
    const std::string file = this_file();
    switch (member_) {
      case Member::files:
        return "files";
      case Member::checkout_path:
        return "checkoutPath";
      case Member::base:
        return "base";
      case Member::changed:
        return "changed";
      case Member::removed:
        return "removed";
      case Member::result:
        return "result";
      case Member::sha:
        return file + ".sha";
      case Member::size:
        return file + ".size";
      case Member::path:
        return file + ".path";
      case Member::none:
        break;
    }
    if (place_ == Place::removed)
      return "removed[" + std::to_string(difference_.removed.size()) + "]";
    return place_ == Place::files ? file : "the body";
  }

  [[nodiscard]] const char* wanted() const {
    switch (member_) {
      case Member::files:
      case Member::changed:
      case Member::removed:
        return "an array";
      case Member::base:
      case Member::result:
      case Member::sha:
      case Member::path:
      case Member::checkout_path:
        return "a string";
      case Member::size:
        return "a whole number of bytes";
      case Member::none:
        break;
    }
    if (place_ == Place::removed) return "a string";
    return "an object";
  }

  bool enter() {
    body_.token_seen();
    if (++depth_ <= kMaxJsonDepth) return true;
    return fail("it is nested deeper than " + std::to_string(kMaxJsonDepth) + " levels");
  }

  bool skip() {
    ++skipped_depth_;
    return true;
  }

  // The end of an object or array; true if it belonged to a skipped member.
  bool leave() {
    body_.token_seen();
    --depth_;
    if (skipped_depth_ == 0) return false;
    --skipped_depth_;
    if (skipped_depth_ == 0) member_ = Member::none;
    return true;
  }

  bool root_key(const std::string& name) {
    member_ = Member::none;
    if (name == "files") return once(has_files_, Member::files);
    if (kind_ == FilesRequestKind::content) return true;
    if (name == "base") return once(has_base_, Member::base);
    if (name == "changed") return once(has_changed_, Member::changed);
    if (name == "removed") return once(has_removed_, Member::removed);
    if (name == "result") return once(has_result_, Member::result);
    if (name == "checkoutPath" && kind_ == FilesRequestKind::create)
      return once(has_checkout_path_, Member::checkout_path);
    return true;
  }

  bool file_key(const std::string& name) {
    member_ = Member::none;
    if (name == "sha") return once(has_sha_, Member::sha);
    if (name == "size") return once(has_size_, Member::size);
    if (name == "path" && kind_ != FilesRequestKind::content) return once(has_path_, Member::path);
    return true;
  }

  bool once(bool& seen, Member member) {
    member_ = member;
    // Two readers could each use another one of them.
    if (seen) return fail(where() + " is there twice");
    seen = true;
    return true;
  }

  bool take_digest(const std::string& hex, Digest& into) {
    const auto digest = Digest::from_hex(hex);
    if (!digest)
      return fail(where() + " must be a SHA-256 of 64 hex digits, not '" +
                  text::printable(std::string_view(hex).substr(0, 80)) + "'");
    into = *digest;
    return accept();
  }

  bool add_file() {
    const std::string_view missing = !has_sha_ ? "sha" : !has_size_ ? "size" : "path";
    if (!has_sha_ || !has_size_ || !has_path_)
      return fail(this_file() + " has no " + std::string(missing));
    if (files().size() >= max_files_) return too_many();
    files().add(id_, path_);
    return true;
  }

  bool add_removed(std::string& path) {
    if (difference_.removed.size() >= max_files_) return too_many();
    difference_.removed.push_back(std::move(path));
    return accept();
  }

  bool too_many() {
    return fail("it names more than " + std::to_string(max_files_) + " files", errc::too_large);
  }

  bool check_root() {
    if (has_base_ && has_files_) return fail("it has both files and a base");
    if (has_base_ && !has_result_) return fail("it has a base, but no result");
    if (!has_base_ && !has_files_) return fail("it has no files");
    if (has_base_) request_.difference = std::move(difference_);
    if (kind_ == FilesRequestKind::create && !has_checkout_path_)
      return fail("it has no checkoutPath");
    return true;
  }

  JsonBody& body_;
  const FilesRequestKind kind_;
  const std::size_t max_files_;
  FilesRequest request_;
  protocol::ListDifference difference_;
  std::optional<Error> error_;
  Place place_ = Place::document;
  Member member_ = Member::none;
  std::size_t depth_ = 0;
  std::size_t skipped_depth_ = 0;
  bool is_changed_ = false;  // the list that is being read, or was read last
  bool has_files_ = false;
  bool has_base_ = false;
  bool has_changed_ = false;
  bool has_removed_ = false;
  bool has_result_ = false;
  bool has_checkout_path_ = false;
  bool has_sha_ = false;
  bool has_size_ = false;
  bool has_path_ = false;
  BlobId id_;
  std::string path_;
};

}  // namespace

result<FilesRequest> read_files_request(JsonBody& body, FilesRequestKind kind,
                                        std::size_t max_files) {
  if (body.empty()) return Error{errc::invalid_argument, "the request has no body"};
  FilesReader reader(body, kind, max_files);
  const bool parsed = nlohmann::json::sax_parse(body.begin(), body.end(), &reader);
  return std::move(reader).finish(parsed);
}

}  // namespace shaman::http
