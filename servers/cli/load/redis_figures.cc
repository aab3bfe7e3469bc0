#include "servers/cli/load/redis_figures.h"

#include <algorithm>
#include <string>

#include "servers/cli/load/ask_redis.h"
#include "servers/cli/load/process_cost.h"

namespace oofgg::load {
namespace {

constexpr std::string_view kQuestion = "INFO all";
constexpr std::size_t kLineEnd = 2;

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

StatusOr<RedisFigures> ReadRedisFigures(const sockaddr_in& server) {
  OOFGG_ASSIGN_OR_RETURN(const std::string info, AskRedis(server, kQuestion));
  return ReadRedisInfo(info);
}

RedisFigures Since(const RedisFigures& before, RedisFigures now) {
  if (now.commands <= before.commands) return now;
  // The question of now is read before it is answered; that of before has been counted since.
  now.commands -= before.commands + 1;
  now.input_bytes -= before.input_bytes + kQuestion.size() + kLineEnd;
  now.output_bytes -= before.output_bytes + before.answer_bytes;
  now.publishes -= before.publishes;
  return now;
}

}  // namespace oofgg::load
