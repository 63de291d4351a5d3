// SPDX-License-Identifier: GPL-3.0-or-later
#include "tls/channel.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include "temporary_folder.hpp"

namespace shaman::tls {
namespace {

using Step = Channel::Step;

// Writes a certificate for `name` that signs itself, and its key, into one file.
void write_identity(const std::string& path, const std::string& name) {
  const std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)> key(EVP_EC_gen("P-256"),
                                                                  &::EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&::X509_free)> certificate(X509_new(), &::X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* const subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  X509_EXTENSION* const names =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + name).c_str());
  X509_add_ext(certificate.get(), names, -1);
  X509_EXTENSION_free(names);
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "w"));
  PEM_write_X509(file.get(), certificate.get());
  PEM_write_PrivateKey(file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
}

// Two ends of a line that never blocks.
class ChannelTest : public testing::Test {
 protected:
  ChannelTest() {
    write_identity(folder_.path("farm.pem"), "farm.test");
    ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends_.data());
    const std::string file = folder_.path("farm.pem");
    identity_ = ServerIdentity::load({file, file, {}, false}).value();
    trust_ = Trust::load(file).value();
  }
  ~ChannelTest() override {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  ChannelTest(const ChannelTest&) = delete;
  ChannelTest& operator=(const ChannelTest&) = delete;

  [[nodiscard]] Channel server() const {
    return {*identity_, static_cast<Channel::NativeSocket>(ends_[0])};
  }
  [[nodiscard]] Channel client(const std::string& host) const {
    return {*trust_, host, static_cast<Channel::NativeSocket>(ends_[1])};
  }

  // By turns, until neither waits any more; what the client's last step was.
  static Step shake_hands(Channel& client, Channel& server) {
    Step of_client = Step::wants_read;
    Step of_server = Step::wants_read;
    const auto waits = [](Step step) {
      return step == Step::wants_read || step == Step::wants_write;
    };
    for (int turn = 0; turn < 20 && (waits(of_client) || waits(of_server)); ++turn) {
      if (waits(of_client)) of_client = client.handshake();
      if (of_client == Step::failed) break;
      if (waits(of_server)) of_server = server.handshake();
    }
    return of_client;
  }

  test::TemporaryFolder folder_;
  std::array<int, 2> ends_{-1, -1};
  std::shared_ptr<const ServerIdentity> identity_;
  std::shared_ptr<const Trust> trust_;
};

TEST_F(ChannelTest, BytesComeAsTheyWereWritten) {
  Channel at_server = server();
  Channel at_client = client("farm.test");
  ASSERT_EQ(shake_hands(at_client, at_server), Step::done);
  std::size_t length = 0;
  ASSERT_EQ(at_client.write("GET / HTTP/1.1\r\n", length), Step::done);
  EXPECT_EQ(length, 16U);
  std::array<char, 100> into{};
  ASSERT_EQ(at_server.read(into, length), Step::done);
  EXPECT_EQ(std::string_view(into.data(), length), "GET / HTTP/1.1\r\n");
}

TEST_F(ChannelTest, WithNothingToReadItWaits) {
  Channel at_server = server();
  Channel at_client = client("farm.test");
  ASSERT_EQ(shake_hands(at_client, at_server), Step::done);
  std::array<char, 8> into{};
  std::size_t length = 0;
  EXPECT_EQ(at_server.read(into, length), Step::wants_read);
}

TEST_F(ChannelTest, WhatDoesNotFitWaitsForRoom) {
  Channel at_server = server();
  Channel at_client = client("farm.test");
  ASSERT_EQ(shake_hands(at_client, at_server), Step::done);
  const std::string much(std::size_t{1} << 20U, 'x');
  std::size_t written = 0;
  Step step = Step::done;
  while (step == Step::done && written < 64 * much.size()) {
    std::size_t length = 0;
    step = at_client.write(much, length);
    written += length;
  }
  EXPECT_EQ(step, Step::wants_write);
}

TEST_F(ChannelTest, TheEndIsTold) {
  Channel at_server = server();
  Channel at_client = client("farm.test");
  ASSERT_EQ(shake_hands(at_client, at_server), Step::done);
  at_client.finish();
  std::array<char, 8> into{};
  std::size_t length = 0;
  EXPECT_EQ(at_server.read(into, length), Step::ended);
}

TEST_F(ChannelTest, ACertificateForAnotherHostIsRefusedByName) {
  Channel at_server = server();
  Channel at_client = client("other.test");
  EXPECT_EQ(shake_hands(at_client, at_server), Step::failed);
  EXPECT_THAT(at_client.error(), testing::HasSubstr("hostname mismatch"));
}

TEST_F(ChannelTest, AStrangersCertificateIsRefused) {
  write_identity(folder_.path("stranger.pem"), "farm.test");
  trust_ = Trust::load(folder_.path("stranger.pem")).value();
  Channel at_server = server();
  Channel at_client = client("farm.test");
  EXPECT_EQ(shake_hands(at_client, at_server), Step::failed);
  EXPECT_NE(at_client.error(), "");
}

TEST_F(ChannelTest, PlainHttpIsRecognised) {
  Channel at_server = server();
  const std::string_view request = "GET / HTTP/1.1\r\nHost: farm.test\r\n\r\n";
  ASSERT_EQ(::write(ends_[1], request.data(), request.size()),
            static_cast<ssize_t>(request.size()));
  EXPECT_EQ(at_server.handshake(), Step::failed);
  EXPECT_TRUE(at_server.was_plain_http());
}

}  // namespace
}  // namespace shaman::tls
