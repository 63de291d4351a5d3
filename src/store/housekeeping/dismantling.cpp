// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/housekeeping/dismantling.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <unordered_set>
#include <utility>

#include "shaman/text.hpp"

#include "fs/error_kinds.hpp"
#include "fs/trees.hpp"
#include "store/disk_error.hpp"
#include "store/housekeeping/manifest_reader.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;

constexpr std::string_view kErased = "erased-";
constexpr std::string_view kUnnamed = "unfinished";
constexpr std::size_t kLongestName = 150;  // of the 255 bytes that a name may have
constexpr int kAttempts = 20;

bool is_taken(const boost::system::error_code& error) {
  return error == errors::directory_not_empty || error == errors::file_exists ||
         error == errors::not_a_directory;
}

// `film/shot` as one name.
std::string flat(std::string_view path) {
  std::string name(path.substr(0, kLongestName));
  // Not in the middle of a character.
  if (name.size() < path.size())
    while (!name.empty() && !text::is_utf8(name))
      name.pop_back();
  std::ranges::replace(name, '/', '_');
  return name;
}

std::string wanted_name(std::string_view staged) {
  if (!staged.starts_with(kErased)) return std::string(kUnnamed);
  const std::size_t dash = staged.find('-', kErased.size());
  const std::string_view path =
      dash == std::string_view::npos ? std::string_view() : staged.substr(dash + 1);
  return std::string(path.empty() ? kUnnamed : path);
}

// Which links the server made. Of each file only a number is kept, salted so that a client cannot
// choose names with another's number.
class OwnLinks {
 public:
  OwnLinks(fs::FileSystem& file_system, const fs::Folder& blobs)
      : file_system_(file_system), blobs_(blobs), salt_(file_system.random()) {}

  void read(const fs::Folder& checkout) {
    const auto text = file_system_.read_link(checkout, layout::kManifestName);
    const auto manifest = text ? layout::blob_of_path(*text) : std::nullopt;
    if (!manifest) return;
    std::unordered_set<std::uint64_t> files;
    const auto is_whole = read_manifest(
        file_system_, blobs_, *manifest,
        [&](const std::string& path, const BlobId& id) { files.insert(number_of(path, id)); });
    if (!is_whole || !is_whole.value()) return;
    files_ = std::move(files);
    manifest_link_ = *text;
  }

  /// The text of the link to the manifest that was read; empty if there was none.
  [[nodiscard]] const std::string& manifest_link() const noexcept { return manifest_link_; }

  [[nodiscard]] fs::result<bool> has(const fs::Folder& folder, const fs::Entry& entry,
                                     const std::string& path) const {
    if (entry.type != fs::EntryType::link) return false;
    const auto text = file_system_.read_link(folder, entry.name);
    // Already gone.
    if (!text && text.error() == errors::no_such_file_or_directory) return true;
    // Replaced by another program meanwhile.
    if (!text && text.error() == errors::invalid_argument) return false;
    if (!text) return {boost::system::in_place_error, text.error()};
    const auto id = layout::blob_of_path(*text);
    if (!id) return false;
    const bool is_record =
        path.starts_with(layout::kOwnRecords) &&
        (path == entry.name || (path.starts_with(layout::kOutputs) &&
                                path.substr(layout::kOutputs.size()).starts_with('/')));
    return is_record || !files_ || files_->contains(number_of(path, *id));
  }

 private:
  [[nodiscard]] std::uint64_t number_of(const std::string& path, const BlobId& id) const {
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = (std::hash<std::string>()(path) ^ salt_) * kOdd;
    mixed ^= mixed >> 29U;
    return (mixed ^ std::hash<BlobId>()(id)) * kOdd;
  }

  fs::FileSystem& file_system_;
  const fs::Folder& blobs_;
  const std::uint64_t salt_;
  std::optional<std::unordered_set<std::uint64_t>> files_;  // none: there is no manifest
  std::string manifest_link_;
};

}  // namespace

std::string KeptFiles::text() const {
  return text::count_of(count, "file", "files") + " in it that " + (count == 1 ? "is" : "are") +
         " not its own, such as " + text::in_quotes(first) + ", " + (count == 1 ? "is" : "are") +
         " kept in " + text::in_quotes(place) +
         (is_unread ? "; this server has no access to some folders there, and garbage collection "
                      "keeps what they may link to: give the server's user access to them (chown, "
                      "chmod u+rwx), or remove them"
                    : "");
}

std::string Dismantling::staged_name(std::uint64_t number, std::string_view path) {
  return std::string(kErased) + std::to_string(number) + "-" + flat(path);
}

result<KeptFiles> Dismantling::run(const fs::Folder& staging, const std::string& name) {
  OwnLinks own(file_system_, blobs_);
  {
    const auto checkout = file_system_.open_folder(staging, name);
    if (!checkout && checkout.error() == errors::no_such_file_or_directory) return KeptFiles();
    if (!checkout) return disk_error(checkout.error(), "open .shaman/staging/" + name);
    own.read(*checkout);
  }
  const auto kept = fs::strip_tree(file_system_, staging, name,
                                   [&own](const fs::Folder& folder, const fs::Entry& entry,
                                          const std::string& path) -> fs::result<bool> {
                                     const auto is_own = own.has(folder, entry, path);
                                     return is_own ? fs::result<bool>(!*is_own) : is_own;
                                   });
  if (!kept) return disk_error(kept.error(), "remove the links of an erased checkout");
  const bool is_stripped = !kept->failure || fs::is_refusal(*kept->failure);
  if (!is_stripped) return disk_error(*kept->failure, "remove the links of an erased checkout");
  if (kept->count == 0) return KeptFiles();
  const auto place = move_aside(staging, name);
  if (!place) return KeptFiles{kept->count, kept->first, {}, place.error()};
  const bool is_unread = kept->failure && !own.manifest_link().empty();
  if (is_unread) answer_for_unread(*place, own.manifest_link());
  return KeptFiles{kept->count, kept->first, *place, {}, kept->failure.has_value()};
}

// Only there, where it makes no checkout. If this fails, collection keeps more than needed.
void Dismantling::answer_for_unread(const std::string& place, const std::string& manifest_link) {
  const std::string in_jobs = place.substr(layout::kJobs.size() + 1);
  const auto folder = file_system_.open_folder(jobs_, in_jobs);
  if (!folder || !file_system_.make_link(*folder, layout::kManifestName, manifest_link)) return;
  if (flushes_) static_cast<void>(file_system_.flush(*folder));
}

// Whole, by one rename: this needs no space, and no folder exists twice at any moment.
result<std::string> Dismantling::move_aside(const fs::Folder& staging, const std::string& name) {
  const std::string folder = std::string(layout::kJobs) + "/" + std::string(layout::kKept);
  const auto kept = fs::open_or_make_folder(file_system_, jobs_, layout::kKept);
  if (!kept) return disk_error(kept.error(), "use " + folder + ", which must be a folder");
  // A rename must not outlast the folder that it led to.
  auto flushed = flushes_ ? file_system_.flush(jobs_) : fs::result<void>();
  if (!flushed) return disk_error(flushed.error(), "put " + folder + " on stable storage");
  const std::string wanted = wanted_name(name);
  std::string free_name = wanted;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto moved = file_system_.rename(staging, name, *kept, free_name);
    if (moved) {
      flushed = flushes_ ? file_system_.flush(*kept) : fs::result<void>();
      if (!flushed) return disk_error(flushed.error(), "put " + folder + " on stable storage");
      return folder + "/" + free_name;
    }
    if (!is_taken(moved.error())) return disk_error(moved.error(), "move files to " + folder);
    free_name = wanted + "-" + std::to_string(file_system_.random() % 1'000'000);
  }
  return Error{errc::no_unique_path, "no free name was found in " + folder};
}

}  // namespace shaman
