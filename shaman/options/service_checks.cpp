// SPDX-License-Identifier: GPL-3.0-or-later
#include "options/service_checks.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include <sys/statvfs.h>
#include <sys/vfs.h>

#include "shaman/auth/token_file.hpp"
#include "shaman/os.hpp"
#include "shaman/text.hpp"
#include "shaman/units.hpp"

#include "options/certificate_checks.hpp"

namespace shaman::program {
namespace {

using text::in_quotes;

// statfs(2): tmpfs and ramfs.
constexpr std::array<std::uint32_t, 2> kInMemory{0x01021994, 0x858458f6};

void check_is_lasting(const std::string& path, Findings& found) {
  struct statfs status {};
  if (::statfs(path.c_str(), &status) != 0) return;
  if (std::ranges::find(kInMemory, static_cast<std::uint32_t>(status.f_type)) != kInMemory.end())
    found.doubtful("storage", in_quotes(path) +
                                  " is in memory; everything is lost when this machine restarts");
}

// Uploads and checkouts fail with less, whatever the configured reserve.
constexpr std::uint64_t kLeastBytes = std::uint64_t{1} << 20;
constexpr std::uint64_t kLeastInodes = 32;

void check_room(const std::string& path, const StoreLimits& limits, Findings& found) {
  struct statvfs status {};
  if (::statvfs(path.c_str(), &status) != 0) return;
  // The file systems of the kernel itself have no size.
  if (status.f_blocks == 0) return;
  const std::uint64_t bytes = std::uint64_t{status.f_bavail} * status.f_frsize;
  const bool has_inodes = status.f_files > 0;  // some file systems have no such limit
  const std::string free =
      units::size_text(bytes) +
      (has_inodes ? " and " + text::count_of(status.f_favail, "inode", "inodes") : std::string()) +
      " free";
  if (bytes < kLeastBytes || (has_inodes && status.f_favail < kLeastInodes))
    return found.doubtful("storage", in_quotes(path) + " is full (" + free +
                                         "); uploads and checkouts fail until there is space");
  const auto rejected = [&](const std::string& is_free, const char* option,
                            const std::string& limit) {
    found.doubtful(option, "is " + limit + ", and " + in_quotes(path) + " has only " + is_free +
                               " free; uploads are rejected");
  };
  if (bytes < limits.min_free_space)
    rejected(units::size_text(bytes), "min-free-space", units::size_text(limits.min_free_space));
  if (has_inodes && status.f_favail < limits.min_free_inodes)
    rejected(text::count_of(status.f_favail, "inode", "inodes"), "min-free-inodes",
             std::to_string(limits.min_free_inodes));
}

// Before the first start, the storage will be in its parent.
void check_place(const Options& options, Findings& found) {
  if (options.storage.empty()) return;
  const std::string path = os::absolute(options.storage);
  const std::string place = os::info(path) ? path : std::string(os::parent(path));
  const auto there = os::info(place);
  if (!there || there->type != os::FileType::folder) return;
  check_is_lasting(place, found);
  check_room(place, options.store.limits, found);
}

// For a server that other machines can reach.
void check_open_door(const Options& options, Findings& found) {
  if (options.access.is_on()) return;
  found.doubtful("listen", in_quotes(options.listen) +
                               " can be reached from other machines, and authentication is off: "
                               "anyone who can connect has full access; set auth.* options");
}

// An unreadable file is a separate problem, which was already reported.
void check_tokens(const Options& options, bool is_reachable, Findings& found) {
  const auth::AccessOptions& access = options.access;
  if (!access.is_on()) return;
  const bool is_by_token_alone = access.networks.empty() && access.certificates.empty() &&
                                 access.jwt.keys.empty() && !access.token_file.empty();
  if (is_by_token_alone) {
    const auto tokens = auth::TokenFile::read(access.token_file);
    const auto now = std::chrono::system_clock::now();
    if (tokens && std::ranges::none_of(*tokens, [&](const auth::Token& token) {
          return !token.expires || *token.expires > now;
        }))
      found.doubtful("auth.token-file", in_quotes(access.token_file) +
                                            " has no valid token, so no client can use this "
                                            "server; create one with `shaman-server token create`");
  }
  if (!options.tls.is_on() && is_reachable)
    found.doubtful("tls.certificate", "is not set, and " + in_quotes(options.listen) +
                                          " is not a loopback address; unless a proxy in front of "
                                          "this server uses TLS, tokens can be intercepted");
}

}  // namespace

void check_service(const Options& options, bool is_reachable, Findings& found) {
  check_place(options, found);
  if (is_reachable) check_open_door(options, found);
  check_tokens(options, is_reachable, found);
  if (options.server.tls) check_certificate(options, found);
}

}  // namespace shaman::program
