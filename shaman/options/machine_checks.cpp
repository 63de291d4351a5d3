// SPDX-License-Identifier: GPL-3.0-or-later
#include "options/machine_checks.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "shaman/fs/local.hpp"
#include "shaman/os.hpp"
#include "shaman/storage_access.hpp"
#include "shaman/text.hpp"

#include "base/named_file/named_file.hpp"
#include "options/key_exposure.hpp"
#include "options/service_checks.hpp"
#include "process/descriptors.hpp"
#include "process/run_as.hpp"
#include "storage_place.hpp"

namespace shaman::program {
namespace {

using text::in_quotes;

// statfs(2), linux/magic.h: file systems that cannot contain users' files.
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

std::string reason(int code) {
  return std::generic_category().message(code);
}

bool can_write(const std::string& folder) {
  return ::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
}

// The folder itself, or the first existing one above it.
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
}

// The trials of a start, by the same code. Tries nothing as another user than the owner of the
// server's folder, because that user's files on a storage would not belong to the server. Returns
// whether it tried.
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

void check_ingest(const Options& options, Findings& found) {
  for (const http::IngestFolder& each : options.server.ingest_from) {
    const auto there = os::info(each.folder);
    if (const auto good = check_ingest_folder(each.folder); !good)
      found.wrong("ingest-from", good.error().message());
    else if (!there || there->type != os::FileType::folder ||
             ::faccessat(AT_FDCWD, each.folder.c_str(), R_OK | X_OK, AT_EACCESS) != 0)
      found.doubtful("ingest-from", in_quotes(each.folder) +
                                        " is not a folder that this user can read; clients send "
                                        "its files");
  }
}

// Binds a socket like the server's, and closes it at once.
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

// Whether other machines can reach it.
bool check_listen(const Options& options, Findings& found) {
  boost::asio::io_context context;
  boost::asio::ip::tcp::resolver resolver(context);
  boost::system::error_code error;
  const auto endpoints = resolver.resolve(options.host, std::to_string(options.port),
                                          boost::asio::ip::tcp::resolver::passive, error);
  if (error) {
    found.wrong("listen", in_quotes(options.host) + " cannot be resolved: " + error.message());
    return false;
  }
  for (const auto& each : endpoints)
    check_endpoint(context, each.endpoint(), options.listen, found);
  return std::ranges::any_of(
      endpoints, [](const auto& each) { return !each.endpoint().address().is_loopback(); });
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

void check_keys(const Options& options, Findings& found) {
  for (const KeyExposure& key : key_exposures(options))
    if (key.is_open) found.doubtful(key.option, key.complaint);
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
  const bool is_reachable = check_listen(options, found);
  check_port_file(options, found);
  check_ingest(options, found);
  check_service(options, is_reachable, found);
  check_keys(options, found);
  check_descriptors(options, found);
  // The trial shows which rights new folders get.
  if (!is_tried) check_umask(found);
  return found;
}

}  // namespace shaman::program
