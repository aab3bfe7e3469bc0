#include "servers/cli/load/knock.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "servers/cli/load/links.h"

namespace oofgg::load {
namespace {

constexpr Nanos kAskAgain = 500 * kNanosPerMilli;

class Socket {
 public:
  explicit Socket(int type) : fd_(socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

  /// 0, EINPROGRESS, or what went wrong.
  [[nodiscard]] int Connect(const sockaddr_in& server) const {
    return connect(fd_, reinterpret_cast<const sockaddr*>(&server), sizeof server) == 0 ? 0 : errno;
  }
  /// False once it is `deadline`.
  [[nodiscard]] bool Await(short events, Nanos deadline) const {
    const Nanos now = NowNanos();
    const Nanos left = now < deadline ? deadline - now + kNanosPerMilli - 1 : 0;
    pollfd waited{fd_, events, 0};
    return poll(&waited, 1, static_cast<int>(left / kNanosPerMilli)) > 0;
  }

 private:
  int fd_;
};

/// 0, or why there is no connection.
int KnockTcp(const sockaddr_in& server, Nanos deadline) {
  const Socket socket(SOCK_STREAM);
  int error = socket.Connect(server);
  if (error != EINPROGRESS) return error;
  if (!socket.Await(POLLOUT, deadline)) return ETIMEDOUT;
  socklen_t size = sizeof error;
  getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

/// The same, of an answer. A datagram may be lost, so it asks more than once.
int KnockUdp(const sockaddr_in& server, Nanos deadline) {
  constexpr std::string_view kQuestion = R"({"v":2,"pad":"01234567890123456789"})";
  const Socket socket(SOCK_DGRAM);
  if (const int error = socket.Connect(server); error != 0) return error;
  for (Nanos now = NowNanos(); now < deadline; now = NowNanos()) {
    if (send(socket.fd(), kQuestion.data(), kQuestion.size(), MSG_NOSIGNAL) < 0 && errno == ECONNREFUSED) {
      return errno;
    }
    if (!socket.Await(POLLIN, std::min(deadline, now + kAskAgain))) continue;
    std::array<char, 64> answer{};
    if (recv(socket.fd(), answer.data(), answer.size(), 0) >= 0) return 0;
    if (errno != EAGAIN) return errno;
  }
  return ETIMEDOUT;
}

}  // namespace

Status Knock(const PresenceLoadOptions& options, const sockaddr_in& server,
             std::chrono::milliseconds patience) {
  const Nanos deadline = NowNanos() + ToNanos(patience);
  const bool is_udp = options.protocol == Protocol::kUdp;
  const int error = is_udp ? KnockUdp(server, deadline) : KnockTcp(server, deadline);
  if (error == 0) return {};
  const std::string why = error == ETIMEDOUT ? "no answer" : std::strerror(error);
  const std::string door = options.protocol == Protocol::kGrpc ? "gRPC" : "presence port";
  return MakeStatus(StatusCode::kUnavailable,
                    "cannot reach " + options.server + " over " + NameOf(options.protocol) + ": " + why +
                        "; start oofgg-game, and name its " + door + " with --server");
}

}  // namespace oofgg::load
