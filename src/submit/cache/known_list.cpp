// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/cache/known_list.hpp"

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>
#include <vector>

#include "shaman/os.hpp"

namespace shaman::client {
namespace {

constexpr std::string_view kForm = "shaman-list 1 ";
constexpr std::uint64_t kLongestFile = 256U << 20U;
constexpr std::size_t kDigits = 2 * Digest::kBytes;
// A difference that is half as long as the list gains little, and costs the server a look at the
// base.
constexpr std::size_t kMuchShorter = 2;

// With a fixed number of names, nothing has to be tidied up. Two projects with the same one push
// each other out.
std::string slot_of(std::string_view key) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const std::size_t quarter = kHex.find(key[1]) / 4;
  return std::string(1, key[0]) + std::to_string(quarter);
}

std::string list_key(std::string_view server, std::string_view wish) {
  const std::string text = std::string(server) + "\n" + std::string(wish);
  return Sha256::of(text).hex();
}

std::string whole_file(const os::InputFile& file) {
  const auto info = file.info();
  if (!info || info->size > kLongestFile) return {};
  std::string text(static_cast<std::size_t>(info->size), '\0');
  const auto got = file.read_at(0, std::as_writable_bytes(std::span(text)));
  if (!got || *got != text.size()) return {};
  return text;
}

std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

// `CHECKSUM SIZE PATH`
bool add_line(FileList& files, std::string_view line) {
  if (line.size() < kDigits + 3) return false;
  const auto digest = Digest::from_hex(line.substr(0, kDigits));
  const std::string_view rest = line.substr(kDigits + 1);
  const std::size_t blank = rest.find(' ');
  if (!digest || blank == std::string_view::npos) return false;
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + blank, size);
  if (error != std::errc() || end != rest.data() + blank) return false;
  files.add({*digest, size}, rest.substr(blank + 1));
  return true;
}

}  // namespace

KnownList::KnownList(const std::string& folder, std::string_view server, std::string_view wish)
    : key_(list_key(server, wish)) {
  if (!folder.empty()) file_ = os::join(os::join(folder, "lists"), slot_of(key_));
}

void KnownList::load() {
  if (std::exchange(is_loaded_, true) || file_.empty()) return;
  const auto file = os::InputFile::open(file_);
  if (!file) return;
  if (read(whole_file(*file))) return;
  checkout_.clear();
  files_ = {};
}

bool KnownList::read(const std::string& text) {
  std::string_view rest = text;
  if (next_line(rest) != std::string(kForm) + key_) return false;
  checkout_ = next_line(rest);
  while (!rest.empty())
    if (!add_line(files_, next_line(rest))) return false;
  return protocol::is_in_order(files_);
}

std::optional<protocol::ListDifference> KnownList::difference_to(const FileList& now) {
  load();
  if (checkout_.empty() || !protocol::is_in_order(now)) return std::nullopt;
  auto difference = protocol::difference_of(files_, now);
  const std::size_t length = difference.changed.size() + difference.removed.size();
  if (length * kMuchShorter > now.size()) return std::nullopt;
  difference.base = checkout_;
  return difference;
}

void KnownList::remember(const std::string& checkout, const FileList& files) {
  load();
  if (file_.empty() || !protocol::is_in_order(files)) return;
  if (checkout == checkout_ && protocol::list_digest(files) == protocol::list_digest(files_))
    return;
  std::string text = std::string(kForm) + key_ + "\n" + checkout + "\n";
  for (std::size_t i = 0; i < files.size(); ++i) {
    const FileSpec file = files[i];
    // A server refuses such a path; in this file it would be two lines.
    if (file.path.find('\n') != std::string_view::npos) return;
    text += file.id.digest.hex() + " " + std::to_string(file.id.size) + " ";
    text += file.path;
    text += '\n';
  }
  auto out = os::OutputFile::create(file_);
  if (!out || !out->write(std::as_bytes(std::span(text))) || !out->commit()) return;
  checkout_ = checkout;
  files_ = files;
}

}  // namespace shaman::client
