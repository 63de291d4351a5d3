// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/plan/names.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "shaman/digest.hpp"
#include "shaman/text.hpp"

#include "pack/plan/pack_paths.hpp"
#include "trace/names/name_key.hpp"

namespace shaman::pack {
namespace {

constexpr std::size_t kLongPlace = 240;

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

void append_letters(std::string& out, unsigned byte) {
  out += '_';
  out += static_cast<char>('a' + (byte >> 4 & 0xF));
  out += static_cast<char>('a' + (byte & 0xF));
}

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

bool is_reserved_device(std::string_view stem) {
  static constexpr std::array<std::string_view, 6> kNames{"con", "prn",    "aux",
                                                          "nul", "conin$", "conout$"};
  if (std::find(kNames.begin(), kNames.end(), stem) != kNames.end()) return true;
  const bool numbered = stem.size() == 4 && (stem.starts_with("com") || stem.starts_with("lpt"));
  return numbered && stem[3] >= '1' && stem[3] <= '9';
}

// The protocol's limit for a component of a path (docs/protocol.md).
constexpr std::size_t kLongestName = 250;

std::string shortened(const std::string& name) {
  const std::string extension(extension_of(name));
  const std::string ending = "-" + Sha256::of(name).hex().substr(0, 8) +
                             (extension.size() < kLongestName / 5 ? extension : "");
  std::size_t length = kLongestName - ending.size();
  while ((static_cast<unsigned char>(name[length]) & 0xC0U) == 0x80U)
    --length;
  return name.substr(0, length) + ending;
}

std::string plain_component(std::string_view name) {
  std::string out;
  for (const char32_t c : text::code_points(name)) {
    if (c >= text::kNoCharacter) {
      append_letters(out, static_cast<unsigned>(c - text::kNoCharacter));
    } else if (is_control(c) || c == U'\\') {
      append_letters(out, static_cast<unsigned>(c));
    } else {
      append_utf8(out, c);
    }
  }
  return out.size() > kLongestName ? shortened(out) : out;
}

std::vector<std::string> warnings_about_case(const std::vector<PlannedFile>& files) {
  std::map<std::string, std::set<std::string>> spellings;
  for (const PlannedFile& file : files) {
    // On Windows, folders of two spellings are one folder, with the content of both.
    for (std::string_view path = file.place; !path.empty(); path = folder_of(path))
      spellings[trace::name_key(path)].emplace(path);
  }
  std::vector<std::string> warnings;
  for (const auto& [folded, names] : spellings) {
    if (names.size() < 2) continue;
    // Reported once, for the outermost.
    const std::string parent(folder_of(folded));
    if (!parent.empty() && spellings[parent].size() > 1) continue;
    std::string sentence;
    for (const std::string& name : names)
      sentence += (sentence.empty() ? "" : " and ") + text::in_quotes(name);
    warnings.push_back(
        sentence +
        " differ only in case or Unicode form: Windows and macOS workers cannot have both");
  }
  return warnings;
}

}  // namespace

std::string plain(std::string_view path) {
  std::string out(path.starts_with('/') ? "/" : "");
  for (const std::string_view component : components_of(path))
    out = join_places(out, plain_component(component));
  return out;
}

std::string windows_problem(std::string_view component) {
  const std::string folded = trace::name_key(component);
  if (is_reserved_device(std::string_view(folded).substr(0, folded.find('.'))))
    return text::in_quotes(component) + " is a reserved name";
  if (component.ends_with('.') || component.ends_with(' '))
    return text::in_quotes(component) + " ends with a dot or a space";
  if (component.find_first_of("<>:\"|?*") != std::string_view::npos)
    return text::in_quotes(component) + " contains a character that is not allowed there";
  return {};
}

std::vector<std::string> warnings_about_places(const std::vector<PlannedFile>& files) {
  std::vector<std::string> warnings;
  std::set<std::string, std::less<>> said;
  for (const PlannedFile& file : files) {
    for (std::string_view path = file.place; !path.empty(); path = folder_of(path)) {
      const std::string problem = windows_problem(name_of(path));
      if (problem.empty() || !said.emplace(path).second) continue;
      warnings.push_back(text::in_quotes(path) + ": Windows workers cannot have it, because " +
                         problem);
    }
    if (const std::size_t length = text::code_points(file.place).size(); length > kLongPlace)
      warnings.push_back(text::in_quotes(file.place) + " is " + std::to_string(length) +
                         " characters long: Windows workers may not be able to open it");
  }
  for (std::string& warning : warnings_about_case(files))
    warnings.push_back(std::move(warning));
  return warnings;
}

}  // namespace shaman::pack
