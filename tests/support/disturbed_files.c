// SPDX-License-Identifier: GPL-3.0-or-later
// Preloaded into a program under test, so that single files misbehave whoever runs the tests:
//   SHAMAN_TEST_NO_LOCKS   record locks fail, as on an NFS mount without a lock service
//   SHAMAN_TEST_FORBIDDEN  end of the paths that may not be read
//   SHAMAN_TEST_NO_NAMES   the name service never answers
//   SHAMAN_TEST_HANGS      while this file is there, no flush comes back; PATH.seen is made then
//   SHAMAN_TEST_BROKEN     end of the paths that open, but fail when they are read
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int ends_with_value(const char *path, const char *variable) {
  const char *end = getenv(variable);
  size_t length = strlen(path);
  return end && *end && length >= strlen(end) && strcmp(path + length - strlen(end), end) == 0;
}

static int lock_or_call(int fd, int command, void *argument) {
  if (getenv("SHAMAN_TEST_NO_LOCKS") && (command == F_SETLK || command == F_SETLKW || command == F_GETLK)) {
    errno = ENOLCK;
    return -1;
  }
  int (*real)(int, int, ...) = (int (*)(int, int, ...))dlsym(RTLD_NEXT, "fcntl64");
  return real(fd, command, argument);
}

int fcntl(int fd, int command, ...) {
  va_list list;
  va_start(list, command);
  void *argument = va_arg(list, void *);
  va_end(list);
  return lock_or_call(fd, command, argument);
}

int fcntl64(int fd, int command, ...) {
  va_list list;
  va_start(list, command);
  void *argument = va_arg(list, void *);
  va_end(list);
  return lock_or_call(fd, command, argument);
}

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
  while (getenv("SHAMAN_TEST_NO_NAMES"))
    pause();
  int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
      (int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))dlsym(RTLD_NEXT, "getaddrinfo");
  return real(host, service, hints, found);
}

static void hang(void) {
  const char *path = getenv("SHAMAN_TEST_HANGS");
  char seen[4096];
  if (!path || access(path, F_OK) != 0) return;
  snprintf(seen, sizeof seen, "%s.seen", path);
  close(open(seen, O_CREAT | O_WRONLY, 0600));
  while (access(path, F_OK) == 0)
    usleep(10000);
}

int fsync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  hang();
  return real(fd);
}

int fdatasync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  hang();
  return real(fd);
}

static int open_or_forbid(const char *name, const char *path, int flags, int mode) {
  if (ends_with_value(path, "SHAMAN_TEST_FORBIDDEN")) {
    errno = EACCES;
    return -1;
  }
  int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, name);
  return real(path, flags, mode);
}

int open(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  int mode = va_arg(list, int);
  va_end(list);
  return open_or_forbid("open", path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  int mode = va_arg(list, int);
  va_end(list);
  return open_or_forbid("open64", path, flags, mode);
}

int faccessat(int folder, const char *path, int mode, int flags) {
  if (ends_with_value(path, "SHAMAN_TEST_FORBIDDEN")) {
    errno = EACCES;
    return -1;
  }
  int (*real)(int, const char *, int, int) = (int (*)(int, const char *, int, int))dlsym(RTLD_NEXT, "faccessat");
  return real(folder, path, mode, flags);
}

static ssize_t read_or_break(const char *name, int fd, void *into, size_t size, off_t offset) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length > 0) {
    path[length] = '\0';
    if (ends_with_value(path, "SHAMAN_TEST_BROKEN")) {
      errno = EIO;
      return -1;
    }
  }
  ssize_t (*real)(int, void *, size_t, off_t) = (ssize_t(*)(int, void *, size_t, off_t))dlsym(RTLD_NEXT, name);
  return real(fd, into, size, offset);
}

ssize_t pread(int fd, void *into, size_t size, off_t offset) {
  return read_or_break("pread", fd, into, size, offset);
}

ssize_t pread64(int fd, void *into, size_t size, off_t offset) {
  return read_or_break("pread64", fd, into, size, offset);
}
