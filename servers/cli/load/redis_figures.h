#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <string_view>

#include "oofgg/status.h"

namespace oofgg::load {

/// What a Redis server says of itself; counts are since its start.
struct RedisFigures {
  std::uint64_t used_bytes = 0;  ///< As it counts them.
  std::uint64_t clients = 0;     ///< Connected, but for us who ask.
  std::uint64_t commands = 0;
  std::uint64_t input_bytes = 0;
  std::uint64_t output_bytes = 0;
  std::uint64_t publishes = 0;     ///< Of the commands, those that publish.
  std::uint64_t answer_bytes = 0;  ///< Of this answer itself, which `output_bytes` has not yet.
};

/// The answer to INFO.
[[nodiscard]] RedisFigures ReadRedisInfo(std::string_view info);

/// Asks the server there. Errors: as of `AskRedis`.
[[nodiscard]] StatusOr<RedisFigures> ReadRedisFigures(const sockaddr_in& server);

/// What has come since `before`, but for the asking itself. Memory and clients are those of now; so is all
/// else if it was started anew.
[[nodiscard]] RedisFigures Since(const RedisFigures& before, RedisFigures now);

}  // namespace oofgg::load
