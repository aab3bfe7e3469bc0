#include "servers/cli/load/knock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace oofgg::load {
namespace {

using ::testing::HasSubstr;

/// A port of 127.0.0.1 that is taken, and says nothing.
class Port {
 public:
  explicit Port(int type) : fd_(socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    address_ = SocketAddress(INADDR_LOOPBACK, 0);
    socklen_t size = sizeof address_;
    EXPECT_EQ(bind(fd_, reinterpret_cast<const sockaddr*>(&address_), size), 0);
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&address_), &size), 0);
  }
  ~Port() { close(fd_); }
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] const sockaddr_in& address() const { return address_; }

 private:
  int fd_;
  sockaddr_in address_{};
};

Status KnockAt(const sockaddr_in& server, Protocol protocol) {
  return Knock({.server = "127.0.0.1:9", .protocol = protocol}, server, std::chrono::milliseconds(50));
}

TEST(KnockTest, APortWhereNobodyListensIsNamedAtOnce) {
  const Port tcp(SOCK_STREAM);  // Bound, and not listening.
  for (const Protocol protocol : {Protocol::kTcp, Protocol::kTls, Protocol::kGrpc}) {
    const Status refused = KnockAt(tcp.address(), protocol);
    EXPECT_EQ(refused.code(), StatusCode::kUnavailable);
    EXPECT_THAT(refused.message(), HasSubstr("cannot reach 127.0.0.1:9 over " + NameOf(protocol) +
                                             ": Connection refused; start"));
  }
  ASSERT_EQ(listen(tcp.fd(), 1), 0);
  EXPECT_TRUE(KnockAt(tcp.address(), Protocol::kTcp).ok());
}

TEST(KnockTest, OverUdpSomebodyHasToAnswer) {
  sockaddr_in nobody{};
  {
    const Port gone(SOCK_DGRAM);
    nobody = gone.address();
  }
  EXPECT_THAT(KnockAt(nobody, Protocol::kUdp).message(), HasSubstr("over udp: Connection refused; start"));
  const Port silent(SOCK_DGRAM);
  EXPECT_THAT(KnockAt(silent.address(), Protocol::kUdp).message(), HasSubstr("over udp: no answer; start"));
}

}  // namespace
}  // namespace oofgg::load
