// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/os.hpp"
#include "shaman/pack/write.hpp"
#include "shaman/text.hpp"

#include "pack/plan/pack_paths.hpp"
#include "pack/write/pack_contents.hpp"
#include "pack/write/write_zip.hpp"
#include "trace/names/name_key.hpp"

namespace shaman::pack {
namespace {

result<void> check_folder(const std::string& target, bool force) {
  const result<os::FileInfo> info = os::info(target);
  if (!info) return info.error().code == errc::not_found ? result<void>() : info.error();
  if (info->type != os::FileType::folder)
    return Error{errc::conflicting_paths,
                 text::in_quotes(target) +
                     " is a file, but must be a folder; name another folder, or a .zip"};
  const auto entries = os::list_folder(target);
  if (!entries) return entries.error();
  if (entries->empty() || force) return {};
  return Error{errc::conflicting_paths,
               text::in_quotes(target) + " is not empty; name another folder, or use --force"};
}

// Packing a project onto itself would replace its files by rewritten ones.
result<void> check_not_itself(const std::string& path, const std::string& source) {
  const result<os::FileInfo> there = os::info(path);
  const result<os::FileInfo> here = os::info(source);
  if (!there || !here || there->identity != here->identity) return {};
  return Error{
      errc::conflicting_paths,
      text::in_quotes(path) + " is a file that would be packed; name a folder outside the project"};
}

// `is_of_source`: a file to pack cannot be read; otherwise the pack cannot be written.
result<std::uint64_t> write_file(const PlannedFile& file, const std::string& path,
                                 const WriteOptions& options, bool& is_of_source) {
  if (const auto other = check_not_itself(path, file.source); !other) return other.error();
  result<os::OutputFile> output = os::OutputFile::create(path);
  if (!output) return output.error();
  std::uint64_t bytes = 0;
  is_of_source = true;
  const Sink sink = [&](std::span<const std::byte> piece) {
    if (options.stop.stop_requested()) return result<void>(Error{errc::cancelled, {}});
    bytes += piece.size();
    auto written = output->write(piece);
    if (!written) is_of_source = false;
    return written;
  };
  if (const auto streamed = stream_file(file, options.compress, sink); !streamed)
    return streamed.error();
  is_of_source = false;
  if (const auto committed = output->commit(); !committed) return committed.error();
  return bytes;
}

result<void> write_info(const InfoFile& info, const std::string& target) {
  result<os::OutputFile> output = os::OutputFile::create(os::join(target, info.place));
  if (!output) return output.error();
  if (auto written = output->write(std::as_bytes(std::span(info.content))); !written)
    return written;
  return output->commit();
}

// The entries that a pack has made in its target so far, so that a failed one leaves nothing
// behind.
class Made {
 public:
  // Call this before writing a file: notes which parts of its path do not exist yet.
  void note(const std::string& path) {
    is_new_ = !os::info(path);
    if (is_new_) files_.push_back(path);
    for (std::string folder(os::parent(path)); !folder.empty() && folder != "/";
         folder = os::parent(folder)) {
      if (folders_.contains(folder) || os::info(folder)) break;
      folders_.insert(folder);
    }
  }

  // Call this after writing it.
  void written() { replaced_ += is_new_ ? 0 : 1; }

  // Removes the entries again, and returns the failure, with those that cannot be undone.
  Error take_back(Error failure) const {
    for (const std::string& file : files_)
      static_cast<void>(os::remove_file(file));
    // A folder's content follows it.
    for (auto folder = folders_.rbegin(); folder != folders_.rend(); ++folder)
      static_cast<void>(os::remove_empty_folder(*folder));
    if (replaced_ > 0)
      failure.detail =
          failure.message() + "; " +
          text::count_of(replaced_, "file of the folder was", "files of the folder were") +
          " replaced before that";
    return failure;
  }

 private:
  std::vector<std::string> files_;
  std::set<std::string> folders_;
  std::size_t replaced_ = 0;
  bool is_new_ = false;
};

result<WriteReport> write_files(const Plan& plan, const std::string& target,
                                const WriteOptions& options, Made& made) {
  WriteReport report;
  for (const PlannedFile& file : plan.files) {
    const std::string path = os::join(target, file.place);
    made.note(path);
    bool is_of_source = false;
    const auto bytes = write_file(file, path, options, is_of_source);
    if (!bytes && is_of_source && may_go_without(plan, file.source, bytes.error())) {
      report.unreadable.emplace(file.source, bytes.error().message());
      continue;
    }
    if (!bytes) return bytes.error();
    made.written();
    report.bytes += *bytes;
    ++report.files;
    if (options.progress) options.progress(report.files);
    if (options.stop.stop_requested()) return Error{errc::cancelled, {}};
  }
  const InfoFile info = info_file(plan);
  made.note(os::join(target, info.place));
  if (const auto written = write_info(info, target); !written) return written.error();
  return report;
}

result<WriteReport> write_folder(const Plan& plan, const std::string& target,
                                 const WriteOptions& options) {
  if (const auto usable = check_folder(target, options.force); !usable) return usable.error();
  Made made;
  result<WriteReport> report = write_files(plan, target, options, made);
  if (!report) return made.take_back(report.error());
  return report;
}

// Archives of other programs. `.tar` comes last, because the others may follow it.
constexpr std::array<std::string_view, 24> kOtherArchives{
    ".7z",   ".bz2", ".cab", ".cpio", ".dmg", ".gz",   ".iso",   ".lz4",
    ".lzma", ".rar", ".tbz", ".tbz2", ".tgz", ".tlz",  ".txz",   ".tzst",
    ".wim",  ".xz",  ".z",   ".zipx", ".zst", ".zstd", ".blend", ".tar"};

bool is_other_file(std::string_view folded_extension) {
  return std::ranges::find(kOtherArchives, folded_extension) != kOtherArchives.end();
}

}  // namespace

result<void> check_target_name(const std::string& target) {
  std::string stem = target;
  while (stem.size() > 1 && stem.ends_with('/'))
    stem.pop_back();
  const std::string name = stem;
  std::string extension;
  for (std::string_view last = extension_of(stem); is_other_file(trace::name_key(last));
       last = extension_of(stem)) {
    extension.insert(0, last);
    stem.resize(stem.size() - last.size());
  }
  const result<os::FileInfo> there = os::info(os::absolute(target));
  const bool is_folder = there && there->type == os::FileType::folder;
  if (extension.empty() || is_folder) return {};
  return Error{errc::conflicting_paths, "cannot pack into " + text::in_quotes(name) +
                                            ": a pack is a folder or a ZIP archive; name it " +
                                            text::in_quotes(stem + ".zip") + ", or leave out " +
                                            extension + " for a folder"};
}

result<WriteReport> write_pack(const Plan& plan, const std::string& target,
                               const WriteOptions& options) {
  if (const auto fits = check_target_name(target); !fits) return fits.error();
  const std::string path = os::absolute(target);
  const bool is_archive = trace::name_key(extension_of(path)) == ".zip";
  return is_archive ? write_zip(plan, path, options) : write_folder(plan, path, options);
}

}  // namespace shaman::pack
