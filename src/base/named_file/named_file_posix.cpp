// SPDX-License-Identifier: GPL-3.0-or-later
#include <cerrno>
#include <system_error>

#include <unistd.h>

#include "base/named_file/named_file_system.hpp"
#include "base/os/posix_file.hpp"

namespace shaman::named_file {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  ~Descriptor() { ::close(descriptor_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace

result<NamedContent> read_by_system(const std::string& path, std::size_t most) {
  struct stat status {};
  const auto opened = os::posix::open_regular(path, status);
  if (!opened) return opened.error();
  const Descriptor file(*opened);
  auto bytes = read_to_end(
      path, most, [&](std::size_t offset, std::span<std::byte> into) -> result<std::size_t> {
        for (;;) {
          const ssize_t count =
              ::pread(file.get(), into.data(), into.size(), static_cast<off_t>(offset));
          if (count >= 0) return static_cast<std::size_t>(count);
          if (errno != EINTR)
            return Error{errc::io_error, "cannot read " + text::in_quotes(path) + ": " +
                                             std::generic_category().message(errno)};
        }
      });
  if (!bytes) return bytes.error();
  return NamedContent{*std::move(bytes), os::posix::file_info(status),
                      Ownership{status.st_mode & 07777U, status.st_uid}};
}

}  // namespace shaman::named_file
