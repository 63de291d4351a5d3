// SPDX-License-Identifier: GPL-3.0-or-later
#include "pull/pull_state.hpp"

#include <algorithm>
#include <array>

#include "base/number_text.hpp"
#include "protocol/checkout_path.hpp"

namespace shaman::pull {
namespace {

constexpr std::string_view kFirstLine = "shaman-pull 1";
constexpr std::string_view kLastLine = "end";
constexpr std::array<std::string_view, 4> kModes{"symlink", "hardlink", "reflink", "copy"};

Error damaged() {
  return {errc::damaged_file, "the state of the pulled folder is damaged"};
}

class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  // Nothing at the end, and of a line without its end.
  std::optional<std::string_view> next() {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return line;
  }
  [[nodiscard]] bool is_over() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// Up to the next blank.
std::string_view cut(std::string_view& line) {
  const std::size_t blank = line.find(' ');
  const std::string_view word = line.substr(0, blank);
  line.remove_prefix(blank == std::string_view::npos ? line.size() : blank + 1);
  return word;
}

bool take(Lines& lines, std::string_view name, std::string& value) {
  auto line = lines.next();
  if (!line || cut(*line) != name || !can_be_kept(*line)) return false;
  value = *line;
  return true;
}

std::optional<PulledFile> file_of(std::string_view line) {
  const auto digest = Digest::from_hex(cut(line));
  const auto size = number_of<std::uint64_t>(cut(line));
  const auto mtime = number_of<std::int64_t>(cut(line));
  if (!digest || !size || !mtime || *mtime < 0 || !protocol::check_file_path(line))
    return std::nullopt;
  return PulledFile{std::string(line), {*digest, *size}, *mtime};
}

result<PullState> take_head(Lines& lines) {
  PullState state;
  std::string mode;
  if (lines.next() != kFirstLine || !take(lines, "id", state.id) ||
      !take(lines, "folder", state.folder) || !take(lines, "cache", state.cache) ||
      !take(lines, "server", state.server) || !take(lines, "checkout", state.checkout) ||
      !take(lines, "etag", state.etag) || !take(lines, "mode", mode) || !mode_of(mode))
    return damaged();
  state.mode = *mode_of(mode);
  return state;
}

}  // namespace

std::string_view name_of(Mode mode) noexcept {
  return kModes[static_cast<std::size_t>(mode)];
}

std::optional<Mode> mode_of(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(kModes, name);
  if (found == kModes.end()) return std::nullopt;
  return static_cast<Mode>(found - kModes.begin());
}

bool can_be_kept(std::string_view text) noexcept {
  return std::ranges::none_of(text, protocol::is_ascii_control);
}

std::string state_text(const PullState& state) {
  std::string out(kFirstLine);
  const auto add = [&out](std::string_view name, std::string_view value) {
    out.append("\n").append(name).append(" ").append(value);
  };
  add("id", state.id);
  add("folder", state.folder);
  add("cache", state.cache);
  add("server", state.server);
  add("checkout", state.checkout);
  add("etag", state.etag);
  add("mode", name_of(state.mode));
  out += '\n';
  for (const PulledFile& file : state.files)
    out += file.id.digest.hex() + " " + std::to_string(file.id.size) + " " +
           std::to_string(file.mtime_ns) + " " + file.path + "\n";
  return out.append(kLastLine).append("\n");
}

result<PullState> read_state_head(std::string_view text) {
  Lines lines(text);
  return take_head(lines);
}

result<PullState> read_state(std::string_view text) {
  Lines lines(text);
  auto state = take_head(lines);
  if (!state) return state;
  for (;;) {
    const auto line = lines.next();
    if (!line) return damaged();
    if (*line == kLastLine) break;
    auto file = file_of(*line);
    const bool is_in_order =
        state->files.empty() || (file && state->files.back().path < file->path);
    if (!file || !is_in_order) return damaged();
    state->files.push_back(*std::move(file));
  }
  if (!lines.is_over()) return damaged();
  return state;
}

}  // namespace shaman::pull
