// SPDX-License-Identifier: GPL-3.0-or-later
#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "base/scratch/scratch_file.hpp"

namespace shaman::os {
namespace {

Error scratch_failure(std::string_view doing, const std::string& where) {
  return {errc::io_error, std::string("cannot ") + std::string(doing) + " a temporary file in \"" +
                              text::printable(where) +
                              "\": " + std::generic_category().message(errno)};
}

}  // namespace

struct ScratchFile::Impl {
  int descriptor = -1;
  std::string folder;

  Impl(int file, std::string where) : descriptor(file), folder(std::move(where)) {}
  ~Impl() { ::close(descriptor); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
};

ScratchFile::ScratchFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ScratchFile::ScratchFile(ScratchFile&&) noexcept = default;
ScratchFile& ScratchFile::operator=(ScratchFile&&) noexcept = default;
ScratchFile::~ScratchFile() = default;

result<ScratchFile> ScratchFile::create() {
  std::string folder = environment("TMPDIR").value_or("");
  if (folder.empty()) folder = info("/var/tmp") ? "/var/tmp" : "/tmp";
  std::string name = join(folder, "shaman-XXXXXX");
  const int descriptor = ::mkstemp(name.data());
  if (descriptor < 0) return scratch_failure("create", folder);
  ::unlink(name.c_str());
  return ScratchFile(std::make_unique<Impl>(descriptor, folder));
}

result<void> ScratchFile::write_at(std::uint64_t offset, std::span<const std::byte> data) {
  while (!data.empty()) {
    const ssize_t count =
        ::pwrite(impl_->descriptor, data.data(), data.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return scratch_failure("write", impl_->folder);
    data = data.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return {};
}

result<std::size_t> ScratchFile::read_at(std::uint64_t offset, std::span<std::byte> into) const {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t count = ::pread(impl_->descriptor, into.data() + done, into.size() - done,
                                  static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return scratch_failure("read", impl_->folder);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

}  // namespace shaman::os
