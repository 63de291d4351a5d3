// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/list_difference.hpp"

#include <algorithm>
#include <span>

#include "base/json_writer.hpp"

namespace shaman::protocol {

bool is_in_order(const FileList& files) {
  for (std::size_t i = 1; i < files.size(); ++i)
    if (files[i - 1].path >= files[i].path) return false;
  return true;
}

Digest list_digest(const FileList& files) {
  Sha256 hash;
  std::string line;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const FileSpec file = files[i];
    line = file.id.digest.hex() + " " + std::to_string(file.id.size) + " ";
    line += file.path;
    line += '\n';
    hash.update(std::as_bytes(std::span(line)));
  }
  return hash.finish();
}

ListDifference difference_of(const FileList& before, const FileList& now) {
  ListDifference difference;
  std::size_t old = 0;
  for (std::size_t i = 0; i < now.size(); ++i) {
    const FileSpec file = now[i];
    for (; old < before.size() && before[old].path < file.path; ++old)
      difference.removed.emplace_back(before[old].path);
    const bool is_there = old < before.size() && before[old].path == file.path;
    if (!is_there || before[old].id != file.id) difference.changed.add(file.id, file.path);
    if (is_there) ++old;
  }
  for (; old < before.size(); ++old)
    difference.removed.emplace_back(before[old].path);
  difference.result = list_digest(now);
  return difference;
}

std::optional<FileList> apply(const FileList& base, const ListDifference& difference) {
  const FileList& changed = difference.changed;
  if (!is_in_order(changed)) return std::nullopt;
  FileList whole;
  std::size_t added = 0;
  auto removed = difference.removed.begin();
  for (std::size_t i = 0; i < base.size(); ++i) {
    const FileSpec file = base[i];
    for (; added < changed.size() && changed[added].path < file.path; ++added)
      whole.add(changed[added].id, changed[added].path);
    const bool is_removed = removed != difference.removed.end() && *removed == file.path;
    const bool is_changed = added < changed.size() && changed[added].path == file.path;
    if (is_changed && (is_removed || changed[added].id == file.id)) return std::nullopt;
    if (is_removed) {
      ++removed;
    } else if (is_changed) {
      whole.add(changed[added].id, file.path);
      ++added;
    } else {
      whole.add(file.id, file.path);
    }
  }
  for (; added < changed.size(); ++added)
    whole.add(changed[added].id, changed[added].path);
  // What was not in its turn, or is not in the base, gives another list.
  if (removed != difference.removed.end() || list_digest(whole) != difference.result)
    return std::nullopt;
  return whole;
}

void append_file_spec(std::string& out, const FileSpec& file) {
  out += R"({"sha":")";
  out += file.id.digest.hex();
  out += R"(","size":)";
  out += std::to_string(file.id.size);
  out += R"(,"path":)";
  append_json_string(out, file.path);
  out += '}';
}

std::string difference_text(const ListDifference& difference, std::string_view checkout_path) {
  std::string changed;
  for (std::size_t i = 0; i < difference.changed.size(); ++i) {
    changed += i == 0 ? "[" : ",";
    append_file_spec(changed, difference.changed[i]);
  }
  changed += changed.empty() ? "[]" : "]";
  std::string removed;
  for (const std::string& path : difference.removed) {
    removed += removed.empty() ? "[" : ",";
    append_json_string(removed, path);
  }
  removed += removed.empty() ? "[]" : "]";
  std::string out;
  {
    JsonObject object(out);
    if (!checkout_path.empty()) object.text("checkoutPath", checkout_path);
    object.text("base", difference.base)
        .raw("changed", changed)
        .raw("removed", removed)
        .text("result", difference.result.hex());
  }
  return out;
}

}  // namespace shaman::protocol
