// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/root/root.hpp"

#include <array>
#include <charconv>
#include <string_view>
#include <tuple>
#include <utility>

#include "shaman/storage_access.hpp"
#include "shaman/text.hpp"

#include "store/disk_error.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;

constexpr int kFormatVersion = 1;

Error refusal(const std::string& path, const std::string& why) {
  return {errc::not_a_store, "cannot use the storage folder " + text::in_quotes(path) + ": " + why};
}

// If an entry could not be made in it.
Error refusal_to_make(const std::string& path, const boost::system::error_code& error,
                      const std::string& why) {
  return is_full(error) ? nothing_fits(path) : refusal(path, why);
}

result<fs::Folder> open_or_make_root(fs::FileSystem& file_system, const std::string& path) {
  auto root = file_system.open_root(path);
  if (!root && root.error() == errors::no_such_file_or_directory) {
    const auto made = file_system.make_root(path);
    if (!made && made.error() == errors::no_such_file_or_directory)
      return refusal(path,
                     "neither it nor the folder it should be in exists; create that, or "
                     "correct the path");
    if (!made && made.error() != errors::file_exists)
      return refusal(path, "it does not exist and cannot be created: " + made.error().message());
    root = file_system.open_root(path);
  }
  if (!root) return refusal(path, root.error().message());
  return std::move(*root);
}

// What to do about an error of a command that opens a storage.
std::string remedy(const boost::system::error_code& error) {
  if (error == errors::permission_denied)
    return "; run the command as the server's user, or as root";
  const bool is_wrong_path =
      error == errors::no_such_file_or_directory || error == errors::not_a_directory;
  return is_wrong_path ? "; correct the path" : "";
}

// For a command, which must not turn any given folder into a storage.
result<fs::Folder> open_existing_root(fs::FileSystem& file_system, const std::string& path) {
  auto root = file_system.open_root(path);
  if (!root) return refusal(path, root.error().message() + remedy(root.error()));
  const std::string format = std::string(layout::kPrivate) + "/" + std::string(layout::kFormat);
  const auto found = file_system.stat(*root, format);
  if (found) return std::move(*root);
  const bool is_missing = found.error() == errors::no_such_file_or_directory ||
                          found.error() == errors::not_a_directory ||
                          found.error() == errors::too_many_symbolic_link_levels;
  if (!is_missing)
    return refusal(path,
                   format + " cannot be read: " + found.error().message() + remedy(found.error()));
  return refusal(path, "it is not a storage, because it has no " + format +
                           ". A server writes that file when it first starts on a folder: correct "
                           "the path, or start the server first");
}

class Opener {
 public:
  Opener(fs::FileSystem& file_system, const std::string& path, IfMissing if_missing)
      : file_system_(file_system), path_(path), if_missing_(if_missing) {}

  result<fs::Folder> root() {
    return if_missing_ == IfMissing::make ? open_or_make_root(file_system_, path_)
                                          : open_existing_root(file_system_, path_);
  }

  result<fs::Folder> folder(const fs::Folder& at, std::string_view name) {
    auto folder = if_missing_ == IfMissing::make ? fs::open_or_make_folder(file_system_, at, name)
                                                 : file_system_.open_folder(at, name);
    if (folder) return std::move(*folder);
    std::string why = std::string(name) + " in it ";
    const auto& error = folder.error();
    if (if_missing_ == IfMissing::refuse && error == errors::no_such_file_or_directory) {
      why +=
          "is missing; if it was moved away or is not mounted, bring it back, else start the "
          "server, "
          "which makes it";
    } else if (error == errors::too_many_symbolic_link_levels || error == errors::not_a_directory) {
      why +=
          "is a symbolic link or a file; it must be a folder of the storage itself, as links "
          "between jobs and blobs are relative and all must be on one file system";
    } else {
      why += "cannot be used: " + error.message() +
             "; the server must be allowed to read and write there";
    }
    return refusal_to_make(path_, error, why);
  }

  // Open, with a format that this server knows; nothing has been tried in them yet.
  result<StorageRoot> folders() {
    StorageRoot opened;
    auto top = root();
    if (!top) return top.error();
    opened.root = *std::move(top);
    auto file_store = folder(opened.root, layout::kFileStore);
    if (!file_store) return file_store.error();
    const std::array below = {std::tuple(&opened.blobs, &*file_store, layout::kBlobs),
                              std::tuple(&opened.jobs, &opened.root, layout::kJobs),
                              std::tuple(&opened.private_folder, &opened.root, layout::kPrivate)};
    for (const auto& [into, at, name] : below) {
      auto found = folder(*at, name);
      if (!found) return found.error();
      *into = *std::move(found);
    }
    for (const auto& [each, name] :
         {std::pair(&*file_store, layout::kFileStore), std::pair(&opened.blobs, layout::kBlobsPath),
          std::pair(&opened.jobs, layout::kJobs),
          std::pair(&opened.private_folder, layout::kPrivate)}) {
      if (const auto same = same_file_system(opened.root, *each, name); !same) return same.error();
    }
    // The version first: files of a newer server must not be touched.
    const auto known = format(opened.private_folder);
    if (!known) return known.error();
    opened.is_new = *known == Format::written && is_empty(opened.blobs);
    return opened;
  }

  result<StorageTraits> traits(const fs::Folder& private_folder, Durability durability) {
    const auto traits = probe_storage(file_system_, private_folder);
    if (!traits) {
      return refusal_to_make(path_, traits.error(),
                             "files cannot be written in .shaman: " + traits.error().message() +
                                 "; the server must be allowed to write there");
    }
    if (!traits->sets_times)
      return refusal(path_,
                     "its file system does not let the server set files' times (utimensat fails), "
                     "which tell garbage collection what is in use; use another");
    if (!traits->symbolic_links)
      return refusal(path_, "its file system has no symbolic links, which checkouts consist of");
    if (survives_power_cut(durability) && !(traits->flush_files && traits->flush_folders)) {
      return refusal(path_,
                     "its file system cannot put files and names on stable storage (fsync "
                     "fails); use another, or run with durability none and know that a "
                     "power cut may lose what was acknowledged");
    }
    return *traits;
  }

  // Making a link is exclusive and atomic on every storage, so that all servers agree on the first.
  result<std::string> id(const fs::Folder& private_folder) {
    if (if_missing_ == IfMissing::make) {
      const std::string random =
          std::to_string(file_system_.random()) + "-" + std::to_string(file_system_.random());
      const auto made = file_system_.make_link(private_folder, layout::kId, random);
      if (!made && made.error() != errors::file_exists)
        return refusal_to_make(path_, made.error(),
                               ".shaman/id cannot be made: " + made.error().message());
    }
    const auto id = file_system_.read_link(private_folder, layout::kId);
    if (id) return *id;
    if (if_missing_ == IfMissing::refuse && id.error() == errors::no_such_file_or_directory)
      return std::string();
    return refusal(path_, ".shaman/id cannot be read as a symbolic link (" + id.error().message() +
                              "); remove it, and the next start makes it");
  }

  enum class Format : std::uint8_t { found, written };

  result<Format> format(const fs::Folder& private_folder) {
    const auto file = file_system_.open_file(private_folder, layout::kFormat);
    if (!file) {
      if (file.error() != errors::no_such_file_or_directory)
        return refusal(path_, ".shaman/format cannot be read: " + file.error().message());
      if (const auto written = write_format(private_folder); !written) return written.error();
      return Format::written;
    }
    const auto text = fs::read_all(file_system_, *file, 64);
    if (!text) return refusal(path_, ".shaman/format cannot be read: " + text.error().message());
    int version = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), version);
    if (error != std::errc() || version < 1 ||
        std::string_view(end, text->data() + text->size()).find_first_not_of(" \r\n") !=
            std::string_view::npos) {
      return refusal(path_,
                     ".shaman/format is not a version number; if nothing else uses this "
                     "folder, remove that file");
    }
    if (version > kFormatVersion) {
      return refusal(path_, "its format is " + std::to_string(version) +
                                ", made by a newer version of this server; this one knows up to " +
                                std::to_string(kFormatVersion) + ". Use the newer version");
    }
    return Format::found;
  }

 private:
  // Files from a server of another kind are not new.
  bool is_empty(const fs::Folder& blobs) {
    const auto entries = file_system_.list(blobs, 1);
    return entries && entries->empty();
  }

  result<void> same_file_system(const fs::Folder& root, const fs::Folder& other,
                                std::string_view name) {
    const auto one = file_system_.stat(root);
    const auto two = file_system_.stat(other);
    if (!one) return refusal(path_, one.error().message());
    if (!two) return refusal(path_, two.error().message());
    if (one->device == two->device) return {};
    return refusal(path_, std::string(name) +
                              " in it is on another file system; files are renamed between its "
                              "folders, so all of them must be on one");
  }

  // Atomic: two servers may start at the same time.
  result<void> write_format(const fs::Folder& private_folder) {
    const std::string temporary = "format-" + std::to_string(file_system_.random());
    const std::string text = std::to_string(kFormatVersion) + "\n";
    const auto written = [&]() -> fs::result<void> {
      const auto file = file_system_.create_file(private_folder, temporary);
      if (!file) return file.error();
      const auto all =
          fs::write_all(file_system_, *file, 0, std::as_bytes(std::span(std::string_view(text))));
      if (!all) return all;
      return file_system_.rename(private_folder, temporary, private_folder, layout::kFormat);
    }();
    if (written) return {};
    static_cast<void>(file_system_.remove_file(private_folder, temporary));
    return refusal_to_make(path_, written.error(),
                           ".shaman/format cannot be written: " + written.error().message());
  }

  fs::FileSystem& file_system_;
  const std::string& path_;
  const IfMissing if_missing_;
};

}  // namespace

result<StorageRoot> open_storage_to_read(fs::FileSystem& file_system, const std::string& path) {
  return Opener(file_system, path, IfMissing::refuse).folders();
}

result<StorageRoot> open_storage_root(fs::FileSystem& file_system, const std::string& path,
                                      Durability durability, IfMissing if_missing, OnFull on_full) {
  Opener opener(file_system, path, if_missing);
  auto opened = opener.folders();
  if (!opened) return opened;
  // Before anything is written.
  if (on_full == OnFull::use_reserve)
    opened->reserve = StorageReserve::make_room(file_system, opened->private_folder);
  auto traits = opener.traits(opened->private_folder, durability);
  if (!traits) return traits.error();
  opened->traits = *traits;
  auto id = opener.id(opened->private_folder);
  if (!id) return id.error();
  opened->id = *std::move(id);
  auto partial = opener.folder(opened->private_folder, layout::kPartial);
  if (!partial) return partial.error();
  opened->partial = *std::move(partial);
  if (survives_power_cut(durability)) {
    // After a crash, names may be there whose content or folders never reached the disk.
    const auto flushed = file_system.flush_all(opened->root);
    if (!flushed && !fs::is_unsupported(flushed.error()))
      return refusal(path, "flushing it failed: " + flushed.error().message());
  }
  return opened;
}

result<void> check_id(const StorageRoot& root, const std::string& path, const std::string& id) {
  if (id.empty() || root.id == id) return {};
  return Error{errc::not_a_store, "a different storage than the server's is at " +
                                      text::printable(path) +
                                      ", and is left alone: mount the right one"};
}

result<void> check_is_storage(fs::FileSystem& file_system, const std::string& path) {
  Opener opener(file_system, path, IfMissing::refuse);
  const auto root = opener.root();
  if (!root) return root.error();
  for (const std::string_view name : {layout::kBlobsPath, layout::kJobs, layout::kPrivate})
    if (const auto folder = opener.folder(*root, name); !folder) return folder.error();
  return {};
}

void remove_foreign_leftovers(fs::FileSystem& file_system, const fs::Folder& root,
                              const StoreLog& log) {
  constexpr auto kAge = std::chrono::hours(24);
  const std::string path =
      std::string(layout::kFileStore) + "/" + std::string(layout::kForeignUploading);
  const auto uploading = file_system.open_folder(root, path);
  if (!uploading) return;  // as in each store that the Go server never used
  std::size_t removed = 0;
  const fs::Time now = file_system.now();
  // uploading/ab/rest/size-suffix.tmp; the folders stay, because that server may be about to use
  // them.
  const auto clean_files = [&](const fs::Folder& folder, const std::vector<fs::Entry>& entries) {
    for (const fs::Entry& entry : entries) {
      if (entry.type != fs::EntryType::regular || !entry.name.ends_with(".tmp")) continue;
      const auto stat = file_system.stat(folder, entry.name);
      if (stat && now - stat->modified > kAge && file_system.remove_file(folder, entry.name))
        ++removed;
    }
  };
  const auto walk = [&](const auto& self, const fs::Folder& folder, int levels) -> void {
    const auto entries = file_system.list(folder);
    if (!entries) return;
    clean_files(folder, *entries);
    for (const fs::Entry& entry : *entries) {
      if (levels == 0 || entry.type != fs::EntryType::folder) continue;
      if (const auto below = file_system.open_folder(folder, entry.name))
        self(self, *below, levels - 1);
    }
  };
  walk(walk, *uploading, 2);
  if (removed > 0 && log) {
    log(LogLevel::info, "removed " + text::count_of(removed, "file", "files") +
                            " that another server left half-received");
  }
}

}  // namespace shaman
