#pragma once

#include <chrono>
#include <cstddef>

#include "oofgg/backoff.h"
#include "storage/redis/redis_url.h"

namespace oofgg::storage {

/// How a `RedisClient` or `RedisSubscriber` keeps its link.
struct RedisOptions {
  RedisUrl url{};
  /// Connecting, TLS and logging in, together; the same again for each sentinel that is asked.
  std::chrono::milliseconds connect_timeout{2000};
  std::chrono::milliseconds ping_after{2000};  ///< Silence after which the server is asked whether it lives.
  std::chrono::milliseconds dead_after{5000};  ///< Silence after which it does not. More than `ping_after`.
  BackoffOptions backoff{.initial = std::chrono::milliseconds(50),
                         .maximum = std::chrono::milliseconds(1000)};
  /// After reading, time in which what comes gathers, to be read in one go: where very many small messages
  /// come, waking up for each costs more than all else. Up to 16 times as long where processors are short.
  /// What comes after a rest is read at once.
  std::chrono::milliseconds read_pause{0};
  std::size_t max_commands = 65'536;         ///< Waiting or unanswered; of a batch, all count.
  std::size_t max_command_bytes = 64 << 20;  ///< Of the same.
  std::size_t max_reply_bytes = 64 << 20;    ///< A longer reply ends the link.
};

}  // namespace oofgg::storage
