// SPDX-License-Identifier: GPL-3.0-or-later
// libzip pulls the data that it compresses, while rewriting a .blend pushes: the few changed .blend
// files are first written next to the archive. All other files are read from their own places.
#include "pack/write/write_zip.hpp"

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <optional>

#include <zip.h>

#include "shaman/digest.hpp"
#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "pack/write/pack_contents.hpp"

namespace shaman::pack {
namespace {

// The other inputs of the archive's end, which must not vary.
constexpr zip_uint16_t kDosTime = 0;
constexpr zip_uint16_t kDosDate = 1 << 5 | 1;  // 1 January 1980
constexpr zip_uint32_t kAttributes = 0100644U << 16;

// Shared by all sources of an archive: the first failure, as an Error, and the progress.
struct State {
  std::optional<Error> failure;
  const WriteOptions* options;
  WriteReport report;
  std::string unreadable;  // the file whose reading was the first failure
};

// One file of the archive, as a libzip source (zip_source_function(3)).
class Source {
 public:
  Source(State& state, std::string path) : state_(state), path_(std::move(path)) {
    zip_error_init(&error_);
  }
  Source(State& state, std::string content, bool /*is_content*/)
      : state_(state), content_(std::move(content)) {
    zip_error_init(&error_);
  }
  ~Source() { zip_error_fini(&error_); }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  static zip_int64_t call(void* self, void* data, zip_uint64_t length, zip_source_cmd_t command) {
    return static_cast<Source*>(self)->answer(data, length, command);
  }

 private:
  zip_int64_t answer(void* data, zip_uint64_t length, zip_source_cmd_t command) {
    switch (command) {
      case ZIP_SOURCE_OPEN:
        return open();
      case ZIP_SOURCE_READ:
        return read(std::span(static_cast<std::byte*>(data), static_cast<std::size_t>(length)));
      case ZIP_SOURCE_CLOSE:
        return close();
      case ZIP_SOURCE_STAT:
        return stat(static_cast<zip_stat_t*>(data));
      case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&error_, data, length);
      case ZIP_SOURCE_FREE:
        return 0;
      case ZIP_SOURCE_SUPPORTS:
        return ZIP_SOURCE_SUPPORTS_READABLE;
      default:
        zip_error_set(&error_, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
  }

  zip_int64_t fail(Error error) {
    if (!state_.failure) state_.failure = std::move(error);
    zip_error_set(&error_, ZIP_ER_READ, 0);
    return -1;
  }

  zip_int64_t fail_to_read(const Error& error) {
    if (!state_.failure) state_.unreadable = path_;
    return fail(error);
  }

  zip_int64_t open() {
    offset_ = 0;
    if (content_) return 0;
    result<os::InputFile> file = os::InputFile::open(path_);
    if (!file) return fail_to_read(file.error());
    const result<os::FileInfo> info = file->info();
    if (!info) return fail(info.error());
    file_.emplace(std::move(*file));
    info_ = *info;
    file_->will_read_in_order();
    return 0;
  }

  zip_int64_t read(std::span<std::byte> into) {
    if (state_.options->stop.stop_requested()) return fail({errc::cancelled, {}});
    std::size_t count = 0;
    if (content_) {
      count = std::min(into.size(), content_->size() - static_cast<std::size_t>(offset_));
      std::memcpy(into.data(), content_->data() + offset_, count);
    } else {
      const result<std::size_t> done = file_->read_at(offset_, into);
      if (!done) return fail_to_read(done.error());
      count = *done;
    }
    offset_ += count;
    if (count == 0) return at_end();
    return static_cast<zip_int64_t>(count);
  }

  zip_int64_t close() {
    file_.reset();
    return 0;
  }

  // libzip would ignore failures of close().
  zip_int64_t at_end() {
    if (content_) return 0;
    const result<os::FileInfo> now = file_->info();
    if (!now) return fail(now.error());
    if (now->size != info_.size || now->mtime_ns != info_.mtime_ns || offset_ != info_.size)
      return fail({errc::changed_while_read,
                   "\"" + text::printable(path_) + "\" changed while it was read; try again"});
    state_.report.bytes += info_.size;
    ++state_.report.files;
    if (state_.options->progress) state_.options->progress(state_.report.files);
    return 0;
  }

  zip_int64_t stat(zip_stat_t* status) {
    zip_stat_init(status);
    std::uint64_t size = content_ ? content_->size() : info_.size;
    if (!content_ && !file_) {
      const result<os::FileInfo> info = os::info(path_);
      if (!info) return fail_to_read(info.error());
      size = info->size;
    }
    status->size = size;
    status->valid = ZIP_STAT_SIZE;
    return sizeof(zip_stat_t);
  }

  State& state_;
  std::string path_;
  std::optional<std::string> content_;
  std::optional<os::InputFile> file_;
  os::FileInfo info_;
  std::uint64_t offset_ = 0;
  zip_error_t error_{};
};

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};

class ZipWriter {
 public:
  // libzip's own temporary name is seven bytes longer than the archive's: the archive gets its
  // name, which may have the maximum length, at the end.
  ZipWriter(const std::string& path, const WriteOptions& options)
      : path_(path), unfinished_(beside(path, "zip")) {
    state_.options = &options;
  }
  ~ZipWriter() {
    archive_.reset();
    if (!done_) static_cast<void>(os::remove_file(unfinished_));
    for (const std::string& file : temporary_)
      static_cast<void>(os::remove_file(file));
  }
  ZipWriter(const ZipWriter&) = delete;
  ZipWriter& operator=(const ZipWriter&) = delete;

  result<WriteReport> run(const Plan& plan) {
    int code = 0;
    archive_.reset(zip_open(unfinished_.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code));
    if (!archive_) {
      zip_error_t error;
      zip_error_init_with_code(&error, code);
      const std::string message = zip_error_strerror(&error);
      zip_error_fini(&error);
      return failure(message);
    }
    for (const PlannedFile& file : plan.files) {
      if (const auto added = add_file(file); !added) return added.error();
    }
    const InfoFile info = info_file(plan);
    if (const auto added =
            add(info.place, sources_.emplace_back(state_, info.content, true), false);
        !added)
      return added.error();
    if (zip_close(archive_.get()) != 0)
      return state_.failure ? *state_.failure : failure(zip_strerror(archive_.get()));
    static_cast<void>(archive_.release());  // zip_close has freed it
    if (state_.report.files != plan.files.size())
      return failure("not every file was read to its end");
    if (const auto renamed = os::rename_file(unfinished_, path_); !renamed) return renamed.error();
    done_ = true;
    return state_.report;
  }

  /// After a failure: the unreadable file, if that was the cause.
  [[nodiscard]] const std::string& unreadable() const noexcept { return state_.unreadable; }

 private:
  [[nodiscard]] Error failure(const std::string& message) const {
    return {errc::io_error, "cannot write \"" + text::printable(path_) + "\": " + message};
  }

  result<void> add_file(const PlannedFile& file) {
    std::string source = file.source;
    const bool compress = state_.options->compress && is_blend_name(file.place);
    if (compress || !file.patches.empty()) {
      source = beside(path_, "blend-" + std::to_string(temporary_.size()));
      if (auto written = write_temporary(file, source); !written) return written;
    }
    const bool stored = is_compressed_name(file.place) ||
                        (is_blend_name(file.place) && is_compressed_blend(source));
    return add(file.place, sources_.emplace_back(state_, source), stored);
  }

  result<void> write_temporary(const PlannedFile& file, const std::string& path) {
    result<os::OutputFile> output = os::OutputFile::create(path);
    if (!output) return of_archive(output.error(), path);
    bool is_target = false;
    const Sink sink = [&](std::span<const std::byte> piece) {
      if (state_.options->stop.stop_requested()) return result<void>(Error{errc::cancelled, {}});
      auto written = output->write(piece);
      is_target = is_target || !written;
      return written;
    };
    if (auto done = stream_file(file, state_.options->compress, sink); !done) {
      if (is_target) return of_archive(done.error(), path);
      state_.unreadable = file.source;
      return done;
    }
    temporary_.push_back(path);
    if (const auto committed = output->commit(); !committed)
      return of_archive(committed.error(), path);
    return {};
  }

  // The user knows the archive's name, not that of the temporary file next to it.
  [[nodiscard]] Error of_archive(Error error, const std::string& temporary) const {
    const std::string name = text::printable(temporary);
    if (const std::size_t at = error.detail.find(name); at != std::string::npos)
      error.detail.replace(at, name.size(), text::printable(path_));
    return error;
  }

  // A .blend can be compressed or not.
  static bool is_compressed_blend(const std::string& path) {
    const result<os::InputFile> file = os::InputFile::open(path);
    char start[7] = {};
    if (!file || !file->read_at(0, std::as_writable_bytes(std::span(start)))) return false;
    return std::string_view(start, sizeof start) != "BLENDER";
  }

  result<void> add(const std::string& place, Source& from, bool stored) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* const source = zip_source_function_create(&Source::call, &from, &error);
    zip_error_fini(&error);
    if (source == nullptr) throw std::bad_alloc();
    const zip_int64_t index = zip_file_add(archive_.get(), place.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);
      return failure(zip_strerror(archive_.get()));
    }
    const auto entry = static_cast<zip_uint64_t>(index);
    const bool set = zip_set_file_compression(archive_.get(), entry,
                                              stored ? ZIP_CM_STORE : ZIP_CM_DEFLATE, 0) == 0 &&
                     zip_file_set_dostime(archive_.get(), entry, kDosTime, kDosDate, 0) == 0 &&
                     zip_file_set_external_attributes(archive_.get(), entry, 0, ZIP_OPSYS_UNIX,
                                                      kAttributes) == 0;
    return set ? result<void>() : failure(zip_strerror(archive_.get()));
  }

  static std::string beside(const std::string& path, const std::string& what) {
    return os::join(os::parent(path),
                    ".shaman-" + Sha256::of(path).hex().substr(0, 16) + "." + what);
  }

  std::string path_;
  std::string unfinished_;
  bool done_ = false;
  State state_{};
  std::deque<Source> sources_;  // libzip keeps pointers to them until it closes
  std::vector<std::string> temporary_;
  std::unique_ptr<zip_t, Discard> archive_;
};

// A folder cannot be replaced by a file, and a device must not be.
result<void> check_archive(const std::string& path, bool force) {
  const result<os::FileInfo> there = os::info(path);
  if (!there) return {};
  if (there->type != os::FileType::regular)
    return Error{errc::conflicting_paths,
                 text::in_quotes(path) + " is " +
                     (there->type == os::FileType::folder ? "a folder" : "not a regular file") +
                     "; name another file"};
  if (force) return {};
  return Error{errc::conflicting_paths,
               text::in_quotes(path) + " already exists; use --force to replace it"};
}

}  // namespace

result<WriteReport> write_zip(const Plan& plan, const std::string& path,
                              const WriteOptions& options) {
  if (const auto usable = check_archive(path, options.force); !usable) return usable.error();
  if (auto made = os::create_folders(std::string(os::parent(path))); !made) return made.error();
  // A started entry cannot be undone: the archive is written again without the file.
  Plan rest = plan;
  std::map<std::string, std::string> unreadable;
  for (;;) {
    ZipWriter writer(path, options);
    result<WriteReport> report = writer.run(rest);
    if (report) report->unreadable = std::move(unreadable);
    if (report) return report;
    const std::string file = writer.unreadable();
    if (file.empty() || !may_go_without(rest, file, report.error())) return report;
    if (std::erase_if(rest.files, [&](const auto& each) { return each.source == file; }) == 0)
      return report;
    unreadable.emplace(file, report.error().message());
  }
}

}  // namespace shaman::pack
