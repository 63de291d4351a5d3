// SPDX-License-Identifier: GPL-3.0-or-later
#include "options/machine_checks.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <system_error>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "shaman/auth/token_file.hpp"
#include "shaman/fs/local.hpp"
#include "shaman/os.hpp"
#include "shaman/storage_access.hpp"
#include "shaman/text.hpp"
#include "shaman/units.hpp"

#include "base/named_file/named_file.hpp"
#include "descriptors.hpp"
#include "options/certificate_checks.hpp"
#include "options/name_checks.hpp"
#include "run_as.hpp"
#include "storage_place.hpp"

namespace shaman::program {
namespace {

using text::in_quotes;

// statfs(2), linux/magic.h: what holds no files of people's.
constexpr std::array<std::pair<std::uint32_t, const char*>, 18> kOfTheKernel{
    {{0x9fa0, "proc"},
     {0x62656572, "sysfs"},
     {0x1cd1, "devpts"},
     {0x27e0eb, "cgroup"},
     {0x63677270, "cgroup2"},
     {0x64626720, "debugfs"},
     {0x74726163, "tracefs"},
     {0x73636673, "securityfs"},
     {0xcafe4a11, "bpf"},
     {0x62656570, "configfs"},
     {0xde5e81e4, "efivarfs"},
     {0x958458f6, "hugetlbfs"},
     {0x19800202, "mqueue"},
     {0x6165676c, "pstore"},
     {0x42494e4d, "binfmt_misc"},
     {0x73717368, "squashfs"},
     {0x9660, "iso9660"},
     {0x67596969, "rpc_pipefs"}}};
constexpr std::array<std::uint32_t, 2> kInMemory{0x01021994, 0x858458f6};

std::string reason(int code) {
  return std::generic_category().message(code);
}

bool can_write(const std::string& folder) {
  return ::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
}

// The folder itself, or the first above it that is there.
std::string nearest_folder(std::string path) {
  while (path != "/" && !os::info(path))
    path = os::parent(path);
  return path;
}

void check_file_system(const std::string& path, Findings& found) {
  struct statfs status {};
  if (::statfs(path.c_str(), &status) != 0) return;
  const auto type = static_cast<std::uint32_t>(status.f_type);
  for (const auto& [magic, name] : kOfTheKernel)
    if (type == magic)
      found.wrong("storage", in_quotes(path) + " is on " + name + ", which cannot store files");
  if (std::ranges::find(kInMemory, type) != kInMemory.end())
    found.doubtful("storage", in_quotes(path) +
                                  " is in memory; everything is lost when this machine restarts");
}

// Uploads and checkouts fail with less, whatever is to stay free.
constexpr std::uint64_t kLeastBytes = std::uint64_t{1} << 20;
constexpr std::uint64_t kLeastInodes = 32;

void check_room(const std::string& path, const StoreLimits& limits, Findings& found) {
  struct statvfs status {};
  if (::statvfs(path.c_str(), &status) != 0) return;
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

// What a start tries, by the same code. Nothing is tried as another user than the server's, who is
// the owner of its folder: what that user leaves on a storage is not the server's. Whether it was
// tried.
bool try_storage(const Options& options, Findings& found) {
  const std::string path = os::absolute(options.storage);
  fs::LocalFileSystem file_system;
  struct stat servers {};
  const bool is_mine =
      ::stat((path + "/.shaman").c_str(), &servers) == 0 && servers.st_uid == ::geteuid();
  if (!is_mine || !check_is_storage(file_system, path)) return false;
  const auto remarks =
      check_storage_access(file_system, path, options.store.limits, JudgedBy::this_process);
  if (!remarks) found.wrong("storage", remarks.error().message());
  if (remarks)
    for (const std::string& remark : *remarks)
      found.doubtful("storage", remark);
  return true;
}

void check_storage(const Options& options, Findings& found) {
  const std::string path = os::absolute(options.storage);
  const auto there = os::info(path);
  const std::string place = there ? path : std::string(os::parent(path));
  if (there && there->type != os::FileType::folder)
    return found.wrong("storage", in_quotes(path) + " is not a folder");
  const auto parent = os::info(place);
  if (!there && (!parent || parent->type != os::FileType::folder))
    return found.wrong(
        "storage",
        "neither " + in_quotes(path) +
            " nor its parent folder exists; create the parent folder, or correct the path");
  const std::size_t before = found.errors.size();
  if (const auto is = check_outermost(path); !is) found.wrong("storage", is.error().message());
  check_file_system(place, found);
  if (found.errors.size() > before) return;
  check_room(place, options.store.limits, found);
  if (const auto is = check_owned_by_user(path, kServersFolder); !is)
    return found.wrong("storage", is.error().message());
  for (const char* const part : {"", "/jobs", "/file-store", "/file-store/stored", "/.shaman"}) {
    const auto folder = os::info(place + part);
    if (!folder) continue;
    if (folder->type != os::FileType::folder)
      found.wrong("storage", in_quotes(place + part) + " is not a folder");
    else if (!can_write(place + part))
      found.wrong("storage", in_quotes(place + part) + " is not writable for this user (uid " +
                                 std::to_string(::geteuid()) + "): " + reason(errno));
    if (!there) break;
  }
}

// A socket that is bound as the server's would be, and closed at once.
void check_endpoint(boost::asio::io_context& context,
                    const boost::asio::ip::tcp::endpoint& endpoint, const std::string& listen,
                    Findings& found) {
  boost::system::error_code error;
  boost::asio::ip::tcp::acceptor acceptor(context);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(boost::asio::socket_base::reuse_address(true), error);
  if (!error && endpoint.address().is_v6())
    acceptor.set_option(boost::asio::ip::v6_only(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(1, error);
  if (!error) return;
  if (error == boost::asio::error::address_in_use)
    return found.doubtful(
        "listen",
        in_quotes(listen) +
            " is in use; this is expected if the server is running, otherwise it cannot start");
  if (error == boost::asio::error::access_denied)
    return found.doubtful("listen", "this user cannot listen on " + in_quotes(listen) +
                                        ": ports below 1024 need CAP_NET_BIND_SERVICE");
  found.wrong("listen", in_quotes(listen) + " is not available: " + error.message() +
                            "; use an address of this machine");
}

void check_listen(const Options& options, Findings& found) {
  boost::asio::io_context context;
  boost::asio::ip::tcp::resolver resolver(context);
  boost::system::error_code error;
  const auto endpoints = resolver.resolve(options.host, std::to_string(options.port),
                                          boost::asio::ip::tcp::resolver::passive, error);
  if (error)
    return found.wrong("listen",
                       in_quotes(options.host) + " cannot be resolved: " + error.message());
  for (const auto& each : endpoints)
    check_endpoint(context, each.endpoint(), options.listen, found);
  const bool is_reachable = std::ranges::any_of(
      endpoints, [](const auto& each) { return !each.endpoint().address().is_loopback(); });
  if (is_reachable) check_open_door(options, found);
}

void check_port_file(const Options& options, Findings& found) {
  if (options.port_file.empty()) return;
  const std::string path = os::absolute(options.port_file);
  const std::string folder(os::parent(path));
  if (const auto here = os::info(folder); here && here->type == os::FileType::folder) {
    // The error names the option.
    if (const auto good = check_output_file({path, "port-file"}); !good)
      found.wrong("", good.error().message());
    return;
  }
  const std::string above = nearest_folder(folder);
  const auto there = os::info(above);
  if (there && there->type != os::FileType::folder)
    found.wrong("port-file", in_quotes(above) + " is not a folder");
  else if (!can_write(above))
    found.wrong("port-file", "the folder " + in_quotes(folder) + " cannot be created in " +
                                 in_quotes(above) + ": " + reason(errno));
}

// A file that cannot be read is a problem of its own, and was said.
void check_tokens(const Options& options, Findings& found) {
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
  if (!options.server.tls && !is_loopback(options.host))
    found.doubtful("tls.certificate", "is not set, and " + in_quotes(options.listen) +
                                          " is not a loopback address; unless a proxy in front of "
                                          "this server uses TLS, tokens can be intercepted");
}

void check_descriptors(const Options& options, Findings& found) {
  const auto fitting =
      raise_descriptor_limit(options.connections_given ? options.server.limits.connections : 0);
  if (!fitting) found.wrong("max-connections", fitting.error().message());
}

void check_umask(Findings& found) {
  const ::mode_t mask = ::umask(0);
  ::umask(mask);
  if ((mask & 055U) != 0) {
    std::array<char, 16> octal{};
    std::snprintf(octal.data(), octal.size(), "%04o", mask);
    found.doubtful("storage",
                   std::string("the umask of this shell is ") + octal.data() +
                       "; workers that run as other users cannot read the files of a server "
                       "started from it; for a service, set UMask= in its systemd unit");
  }
}

}  // namespace

Findings check_machine(const Options& options) {
  Findings found;
  if (!options.storage.empty()) check_storage(options, found);
  const bool is_tried =
      !options.storage.empty() && found.errors.empty() && try_storage(options, found);
  check_listen(options, found);
  check_port_file(options, found);
  check_tokens(options, found);
  if (options.server.tls) check_certificate(options, found);
  check_descriptors(options, found);
  // What was tried shows which rights new folders get.
  if (!is_tried) check_umask(found);
  return found;
}

}  // namespace shaman::program
