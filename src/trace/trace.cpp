// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/trace/trace.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "sorted.hpp"
#include "tracer.hpp"

namespace shaman::trace {
std::string_view to_string(Kind kind) noexcept {
  static constexpr std::array<std::string_view, 20> kNames{
      "library",     "image",       "image sequence", "image tiles",   "movie",
      "sound",       "font",        "volume",         "cache file",    "mesh cache",
      "point cache", "fluid cache", "ocean cache",    "node bake",     "node file",
      "script",      "IES",         "text",           "external data", "USD asset"};
  return kNames.at(static_cast<std::size_t>(kind));
}

std::vector<std::string> Trace::files() const {
  std::vector<std::string> all{blendfile};
  for (const Dependency& dependency : dependencies)
    all.insert(all.end(), dependency.files.begin(), dependency.files.end());
  sort_unique(all);
  return all;
}

std::vector<std::string> Trace::missing() const {
  std::vector<std::string> all;
  for (const Dependency& dependency : dependencies) {
    if (!dependency.optional)
      all.insert(all.end(), dependency.missing_files.begin(), dependency.missing_files.end());
  }
  sort_unique(all);
  return all;
}

std::vector<MissingFile> Trace::missing_files() const {
  std::vector<MissingFile> all;
  for (const Dependency& dependency : dependencies) {
    if (dependency.optional) continue;
    for (const std::string& path : dependency.missing_files) {
      const auto why = unreadable.find(path);
      all.push_back({path, dependency.kind, dependency.data_block, dependency.blend,
                     why == unreadable.end() ? std::string() : why->second, dependency.chain,
                     dependency.stored + dependency.stored_name});
    }
  }
  std::ranges::stable_sort(all, {}, &MissingFile::path);
  return all;
}

std::string chain_text(const std::vector<std::string>& chain) {
  std::string text;
  for (const std::string& link : chain)
    text += (text.empty() ? "" : " \u2190 ") + link;
  return text;
}

result<Trace> trace(const std::string& blendfile, const TraceOptions& options) {
  return Tracer(blendfile, options).run();
}

}  // namespace shaman::trace
