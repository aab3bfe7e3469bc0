#include "servers/cli/load/redis_figures.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>

#include "servers/cli/load/process_cost.h"

namespace oofgg::load {
namespace {

constexpr std::string_view kQuestion = "INFO all\r\n";

/// A bulk string of RESP: `$LENGTH\r\n`, the bytes, `\r\n`.
bool IsWhole(std::string_view answer) {
  const std::size_t start = answer.find("\r\n");
  return start != std::string_view::npos && answer.size() >= start + 2 + NumberBehind(answer, "$");
}

std::string AskInfo(int fd, const sockaddr_in& server) {
  constexpr timeval kPatience{2, 0};
  for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
    setsockopt(fd, SOL_SOCKET, option, &kPatience, sizeof kPatience);
  }
  if (connect(fd, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0) return {};
  if (send(fd, kQuestion.data(), kQuestion.size(), MSG_NOSIGNAL) < 0) return {};
  std::string answer;
  std::array<char, 4096> buffer{};
  while (!IsWhole(answer)) {
    const ssize_t count = recv(fd, buffer.data(), buffer.size(), 0);
    if (count <= 0) return {};
    answer.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return answer;
}

}  // namespace

RedisFigures ReadRedisInfo(std::string_view info) {
  return {.used_bytes = NumberBehind(info, "\nused_memory:"),
          .clients = std::max<std::uint64_t>(NumberBehind(info, "\nconnected_clients:"), 1) - 1,
          .commands = NumberBehind(info, "\ntotal_commands_processed:"),
          .input_bytes = NumberBehind(info, "\ntotal_net_input_bytes:"),
          .output_bytes = NumberBehind(info, "\ntotal_net_output_bytes:"),
          .publishes = NumberBehind(info, "\ncmdstat_publish:calls=") +
                       NumberBehind(info, "\ncmdstat_spublish:calls="),
          .answer_bytes = info.size()};
}

StatusOr<RedisFigures> AskRedis(const sockaddr_in& server) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const std::string info = fd >= 0 ? AskInfo(fd, server) : std::string();
  if (fd >= 0) close(fd);
  if (info.empty()) return MakeStatus(StatusCode::kUnavailable, "redis-server does not answer INFO");
  return ReadRedisInfo(info);
}

RedisFigures Since(const RedisFigures& before, RedisFigures now) {
  if (now.commands <= before.commands) return now;
  // The question of now is read before it is answered; that of before has been counted since.
  now.commands -= before.commands + 1;
  now.input_bytes -= before.input_bytes + kQuestion.size();
  now.output_bytes -= before.output_bytes + before.answer_bytes;
  now.publishes -= before.publishes;
  return now;
}

}  // namespace oofgg::load
