// SPDX-License-Identifier: GPL-3.0-or-later
#include "pull/manifest.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "shaman/text.hpp"

#include "base/json_members.hpp"
#include "base/name_fold.hpp"
#include "protocol/checkout_path.hpp"

namespace shaman::pull {
namespace {

using nlohmann::json;

constexpr const char* kRefused =
    "the server sent a list of files that cannot be right, and nothing was changed: ";

Error not_understood() {
  return {errc::protocol_error, std::string(kRefused) + "it is not the manifest of a checkout"};
}

Error refused(Error error) {
  error.detail = kRefused + error.message();
  return error;
}

bool windows_refuses(std::string_view path) {
  return path.find_first_of("<>:\"|?*") != std::string_view::npos;
}

bool has_state_name(std::string_view path) {
  const std::u32string own = text::folded_key(kStateName);
  for (;;) {
    const std::size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    // Only such a name can be one, perhaps behind invisible characters.
    const bool may_be = name.front() == '.' || static_cast<unsigned char>(name.front()) >= 0x80;
    if (may_be && text::folded_key(name).starts_with(own)) return true;
    if (slash == std::string_view::npos) return false;
    path.remove_prefix(slash + 1);
  }
}

result<void> check_path(const std::string& path, NameRules rules) {
  static constexpr std::string_view kKind = "file path";
  if (auto checked = protocol::check_file_path(path); !checked) return checked;
  if (path.find('\\') != std::string::npos)
    return protocol::unsafe_path(kKind, path, "has a backslash in it");
  if (rules.is_windows && windows_refuses(path))
    return protocol::unsafe_path(kKind, path, "has a character that Windows does not allow");
  if (has_state_name(path))
    return protocol::unsafe_path(kKind, path, "is reserved for pulled folders");
  return {};
}

// What counts as one name in a folder.
std::string key_of(std::string_view path, NameRules rules) {
  if (!rules.ignores_case) return std::string(path);
  std::string key;
  for (;;) {
    const std::size_t slash = path.find('/');
    for (const char32_t point : text::folded_key(path.substr(0, slash)))
      key += std::to_string(static_cast<std::uint32_t>(point)) + ",";
    if (slash == std::string_view::npos) return key;
    key += '/';
    path.remove_prefix(slash + 1);
  }
}

Error conflict(const std::string& one, const std::string& other) {
  return {errc::conflicting_paths,
          text::in_quotes(one) + " and " + text::in_quotes(other) + " are one name here"};
}

// Each name is that of one file, or that of one folder in one spelling.
class Names {
 public:
  explicit Names(NameRules rules) : rules_(rules) {}

  result<void> add(const std::string& path) {
    for (std::size_t slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1))
      if (auto added = add_one(path, path.substr(0, slash), true); !added) return added;
    return add_one(path, path, false);
  }

 private:
  struct Known {
    std::string spelling;
    bool is_folder;
  };

  result<void> add_one(const std::string& path, const std::string& name, bool is_folder) {
    const auto [known, is_new] = known_.try_emplace(key_of(name, rules_), Known{name, is_folder});
    if (is_new) return {};
    if (known->second.is_folder && is_folder && known->second.spelling == name) return {};
    return conflict(known->second.spelling, path);
  }

  const NameRules rules_;
  std::unordered_map<std::string, Known> known_;
};

std::optional<PulledFile> file_of(const json& object) {
  auto path = text_member(object, "path");
  const auto digest = Digest::from_hex(text_of(object, "sha"));
  const auto size = number_member(object, "size");
  if (!path || !digest || !size) return std::nullopt;
  return PulledFile{*std::move(path), {*digest, *size}, 0};
}

}  // namespace

NameRules NameRules::of_this_system() noexcept {
#ifdef _WIN32
  return {true, true};
#elif defined(__APPLE__)
  return {true, false};
#else
  return {};
#endif
}

result<std::vector<PulledFile>> read_manifest(std::string_view text, NameRules rules) {
  const json object = json::parse(text, nullptr, false);
  const auto list = object.is_object() ? object.find("files") : object.end();
  if (list == object.end() || !list->is_array()) return not_understood();
  std::vector<PulledFile> files;
  files.reserve(list->size());
  Names names(rules);
  for (const json& each : *list) {
    auto file = file_of(each);
    if (!file) return not_understood();
    if (const auto checked = check_path(file->path, rules); !checked)
      return refused(checked.error());
    if (const auto added = names.add(file->path); !added) return refused(added.error());
    files.push_back(*std::move(file));
  }
  std::ranges::sort(files, {}, &PulledFile::path);
  return files;
}

}  // namespace shaman::pull
