// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/existing/others.hpp"

#include <algorithm>
#include <utility>

#include "shaman/text.hpp"

#include "checkout/existing/erasure.hpp"
#include "checkout/existing/name_match.hpp"
#include "checkout/path_rules.hpp"
#include "fs/error_kinds.hpp"
#include "store/disk_error.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

// Far more than any job has paths; each is a look at the disk.
constexpr std::size_t kMostLooks = 20'000;

}  // namespace

result<std::string> Others::find(std::string_view path) {
  const std::vector<std::string> components = path_rules::components(path);
  return look({}, components);
}

// Below the folder `at`, which is no checkout nor in one.
result<std::string> Others::look(const std::string& at, std::span<const std::string> components) {
  if (components.empty()) return std::string();
  const auto names = folders_in(at);
  if (!names) return names.error();
  const std::string& written = components.front();
  for (const std::string& name : chosen(**names, written)) {
    const std::string folder = at.empty() ? name : at + "/" + name;
    auto found = enter(folder, components.subspan(1));
    if (found && found->empty() && name_match::is_any_depth(written))
      found = enter(folder, components);
    if (!found || !found->empty()) return found;
  }
  return std::string();
}

result<std::string> Others::enter(const std::string& folder,
                                  std::span<const std::string> components) {
  if (++looks_ > kMostLooks)
    return Error{errc::limit_exceeded, "the job's paths could lead to more than " +
                                           std::to_string(kMostLooks) +
                                           " folders; write them without patterns"};
  Erasure erasure(store_, folder);
  const auto place = erasure.look(asker_);
  if (!place) return place.error();
  if (place->has_checkout()) return place->may_erase ? std::string() : place->checkout;
  return look(folder, components);
}

// What is gone is empty.
result<const Others::Names*> Others::folders_in(const std::string& path) {
  const auto [known, is_new] = known_.try_emplace(path);
  if (!is_new) return &known->second;
  auto folder = path.empty() ? fs::result<fs::Folder>(fs::Folder())
                             : store_.file_system.open_folder(store_.root.jobs, path);
  const auto entries = folder ? store_.file_system.list(path.empty() ? store_.root.jobs : *folder)
                              : fs::result<std::vector<fs::Entry>>(folder.error());
  if (!entries && fs::is_gone(entries.error())) return &known->second;
  if (!entries)
    return disk_error(entries.error(), "look for checkouts in " + text::in_quotes("jobs/" + path));
  for (const fs::Entry& entry : *entries)
    if (entry.type == fs::EntryType::folder && !(path.empty() && entry.name == layout::kKept))
      known->second.push_back(entry.name);
  return &known->second;
}

// A name that is there is meant by who writes it so, as every system looks for that one first.
Others::Names Others::chosen(const Names& names, const std::string& written) {
  const bool is_pattern = name_match::is_pattern(written);
  const bool is_there = std::ranges::find(names, written) != names.end();
  if (is_there && !is_pattern) return {written};
  Names chosen;
  std::ranges::copy_if(names, std::back_inserter(chosen), [&](const std::string& name) {
    if (is_pattern && name_match::fits(written, name)) return true;
    return name == written || (!is_there && (name_match::is_same_to_some(written, name) ||
                                             name_match::ends_with_more(written, name)));
  });
  return chosen;
}

}  // namespace shaman
