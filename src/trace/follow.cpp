// SPDX-License-Identifier: GPL-3.0-or-later
#include "follow.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "formats/named_files.hpp"
#include "sorted.hpp"
#include "trace/names/numbered.hpp"
#include "trace/names/stored_path.hpp"

namespace shaman::trace {
namespace {

using formats::Format;
using formats::NamedFile;

constexpr std::size_t kMaxFollowed = 100'000;
// The lists' key in the cache; change it if they are read differently.
constexpr std::string_view kReaderVersion = "named files 1";

// One line per file: `!` if it is certain, else `?`, and the path. Paths contain no line end.
std::string written(const std::vector<NamedFile>& files) {
  std::string text = "\n";
  for (const NamedFile& file : files)
    text += (file.is_certain ? '!' : '?') + file.path + '\n';
  return text;
}

std::vector<NamedFile> read_back(std::string_view text) {
  std::vector<NamedFile> files;
  text.remove_prefix(std::min<std::size_t>(1, text.size()));
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) files.push_back({std::string(text.substr(1, end - 1)), text[0] == '!'});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return files;
}

bool is_address(std::string_view path) {
  return path.find("://") != std::string_view::npos || path.starts_with("anon:");
}

bool is_absolute(std::string_view path) {
  return path.starts_with('/') || path.starts_with('\\') ||
         (path.size() > 1 && path[1] == ':' && !is_digit(path[0]));
}

// Whether `name` matches `pattern`, in which `<UDIM>` and each run of `#` match digits.
bool stands_for(std::string_view pattern, std::string_view name) {
  while (!pattern.empty()) {
    const bool is_tile = pattern.starts_with("<UDIM>");
    if (!is_tile && pattern[0] != '#') {
      if (name.empty() || name[0] != pattern[0]) return false;
      pattern.remove_prefix(1);
      name.remove_prefix(1);
      continue;
    }
    std::size_t least = is_tile ? 4 : 0;
    if (is_tile) pattern.remove_prefix(6);
    while (!is_tile && pattern.starts_with('#')) {
      pattern.remove_prefix(1);
      ++least;
    }
    std::size_t digits = 0;
    while (digits < name.size() && is_digit(name[digits]) && !(is_tile && digits == 4))
      ++digits;
    if (digits < least) return false;
    name.remove_prefix(digits);
  }
  return name.empty();
}

bool is_pattern(std::string_view name) {
  return name.find("<UDIM>") != std::string_view::npos || name.find('#') != std::string_view::npos;
}

class Follower {
 public:
  Follower(Trace& trace, Folders& folders, ScanCache* cache)
      : trace_(trace), folders_(folders), cache_(cache) {}

  void run() {
    // The list grows while it is processed: the files found are read as well.
    for (std::size_t i = 0; i < trace_.dependencies.size(); ++i) {
      const Dependency from = trace_.dependencies[i];
      for (const std::string& file : from.files)
        look_into(from, file);
    }
    sort_unique(trace_.absolute_names);
  }

 private:
  void look_into(const Dependency& from, const std::string& file) {
    if (formats::format_of(file) == Format::none || !followed_.insert(file).second) return;
    if (followed_.size() > kMaxFollowed) {
      if (followed_.size() == kMaxFollowed + 1)
        trace_.problems.push_back({file, "more than 100,000 files name each other"});
      return;
    }
    for (const NamedFile& named : named_in(file))
      add(from, file, named);
  }

  std::vector<NamedFile> named_in(const std::string& file) {
    const std::string kept =
        cache_ == nullptr ? std::string() : cache_->find(file, std::string(kReaderVersion));
    if (!kept.empty()) return read_back(kept);
    result<std::vector<NamedFile>> found = formats::named_files(file);
    if (!found) {
      trace_.problems.push_back({file, found.error().message()});
      return {};
    }
    std::erase_if(
        *found, [](const NamedFile& named) { return named.path.find('\n') != std::string::npos; });
    if (cache_ != nullptr) cache_->keep(file, std::string(kReaderVersion), written(*found));
    return std::move(*found);
  }

  void add(const Dependency& from, const std::string& file, const NamedFile& named) {
    const std::string path(formats::file_part(named.path));
    if (path.empty() || is_address(path)) return;
    if (path.starts_with('`')) {
      if (named.is_certain) cannot_follow(file, path);
      return;
    }
    const bool is_script = formats::format_of(file) == Format::osl;
    if (is_absolute(path)) {
      // An OSL compiler looks for an absolute include only there.
      const bool is_certain = named.is_certain || is_script;
      if (is_certain || (os::is_absolute(path) && folders_.find_file(path)))
        trace_.absolute_names.push_back({file, path});
      return;
    }
    Dependency found;
    found.resolved = resolve(path, os::parent(file));
    find(found);
    if (found.files.empty() && !named.is_certain) return;
    found.missing = found.files.empty();
    if (found.missing) found.missing_files.push_back(found.resolved);
    found.kind = is_script ? Kind::script : Kind::usd_asset;
    found.blend = from.blend;
    const std::string who =
        (is_script ? "Script \"" : "USD layer \"") + std::string(os::file_name(file)) + "\"";
    found.data_block = who + " ← " + from.data_block;
    found.chain = from.chain;
    found.chain.insert(found.chain.begin(), who);
    found.stored = named.path;
    found.named_by = file;
    trace_.dependencies.push_back(std::move(found));
  }

  // The file of the path; in its real spelling, if there is exactly one.
  void find(Dependency& found) {
    const std::string pattern(os::file_name(found.resolved));
    if (std::optional<std::string> real = folders_.find_file(found.resolved)) {
      found.resolved = *real;
      found.files.push_back(std::move(*real));
    } else if (is_pattern(pattern)) {
      const auto folder = folders_.find_folder(std::string(os::parent(found.resolved)));
      const auto listing = folder ? folders_.list(*folder) : nullptr;
      if (!listing) return;
      for (const os::FolderEntry& entry : listing->entries) {
        if (!entry.is_folder && stands_for(pattern, entry.name))
          found.files.push_back(os::join(*folder, entry.name));
      }
    }
  }

  void cannot_follow(const std::string& file, const std::string& path) {
    trace_.warnings.push_back(
        {file,
         text::in_quotes(file) + " refers to a file by the expression " + text::in_quotes(path) +
             ", which shaman cannot evaluate; add the files that it stands for with --include"});
  }

  Trace& trace_;
  Folders& folders_;
  ScanCache* cache_;
  std::set<std::string> followed_;
};

}  // namespace

void follow(Trace& trace, Folders& folders, ScanCache* cache) {
  Follower(trace, folders, cache).run();
}

}  // namespace shaman::trace
