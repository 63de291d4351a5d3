// SPDX-License-Identifier: GPL-3.0-or-later
#include "tls/socket_bio.hpp"

#include <algorithm>
#include <climits>

#ifdef _WIN32
#include <winsock2.h>
#else
#include <cerrno>

#include <sys/socket.h>
#endif

namespace shaman::tls {
namespace {

#ifdef _WIN32
using Socket = SOCKET;
using Length = int;
constexpr int kFlags = 0;
bool is_passing() {
  return ::WSAGetLastError() == WSAEWOULDBLOCK;
}
#else
using Socket = int;
using Length = std::size_t;
constexpr int kFlags = MSG_NOSIGNAL;
bool is_passing() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}
#endif

Socket socket_of(BIO* bio) {
  return static_cast<Socket>(reinterpret_cast<std::uintptr_t>(::BIO_get_data(bio)));
}

Length length_of(int size) {
  return static_cast<Length>(size);
}

int write(BIO* bio, const char* bytes, int size) {
  ::BIO_clear_retry_flags(bio);
  const auto count = ::send(socket_of(bio), bytes, length_of(size), kFlags);
  if (count < 0 && is_passing()) ::BIO_set_retry_write(bio);
  return static_cast<int>(count);
}

int read(BIO* bio, char* bytes, int size) {
  ::BIO_clear_retry_flags(bio);
  const auto count = ::recv(socket_of(bio), bytes, length_of(size), 0);
  if (count < 0 && is_passing()) ::BIO_set_retry_read(bio);
  if (count == 0) ::BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(count);
}

long control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return ::BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* make_method() {
  BIO_METHOD* const method =
      ::BIO_meth_new(::BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "shaman socket");
  if (method == nullptr) return nullptr;
  ::BIO_meth_set_write(method, &write);
  ::BIO_meth_set_read(method, &read);
  ::BIO_meth_set_ctrl(method, &control);
  return method;
}

}  // namespace

BIO* make_socket_bio(std::uintptr_t socket) {
  static BIO_METHOD* const method = make_method();
  BIO* const bio = method == nullptr ? nullptr : ::BIO_new(method);
  if (bio == nullptr) return nullptr;
  ::BIO_set_data(bio, reinterpret_cast<void*>(socket));
  ::BIO_set_init(bio, 1);
  return bio;
}

}  // namespace shaman::tls
