#include "servers/cli/load/ask_redis.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>

namespace oofgg::load {
namespace {

/// Up to the end of the connection, which comes after the answer, as nothing else is asked.
std::string Converse(int fd, const sockaddr_in& server, const std::string& line) {
  constexpr timeval kPatience{2, 0};
  for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
    setsockopt(fd, SOL_SOCKET, option, &kPatience, sizeof kPatience);
  }
  if (connect(fd, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0) return {};
  if (send(fd, line.data(), line.size(), MSG_NOSIGNAL) < 0) return {};
  shutdown(fd, SHUT_WR);
  std::string answer;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t count = recv(fd, buffer.data(), buffer.size(), 0);
    if (count <= 0) return count == 0 ? answer : std::string();
    answer.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

StatusOr<std::string> AskRedis(const sockaddr_in& server, std::string_view command) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::string answer = fd >= 0 ? Converse(fd, server, std::string(command) + "\r\n") : std::string();
  if (fd >= 0) close(fd);
  if (!answer.empty()) return answer;
  return MakeStatus(StatusCode::kUnavailable, "Redis does not answer " + std::string(command));
}

}  // namespace oofgg::load
