#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "storage/redis/redis_client.h"
#include "tests/support/patience.h"
#include "tests/support/redis_server.h"

namespace oofgg::storage::testing {

using namespace std::chrono_literals;

inline TimePoint In(Duration delay) { return Clock::System().Now() + delay; }
/// Longer than anything takes that is to happen.
inline TimePoint Soon() { return In(oofgg::testing::kPatience); }

inline RedisOptions OptionsFor(const std::string& url) { return {.url = ParseRedisUrl(url).value()}; }

/// For who counts links: a machine that has no time for a test for some seconds loses none by that.
inline RedisOptions PatientOptionsFor(const std::string& url) {
  RedisOptions options = OptionsFor(url);
  options.connect_timeout = oofgg::testing::kPatience;
  options.dead_after = oofgg::testing::kPatience;
  return options;
}

inline std::unique_ptr<RedisClient> ConnectTo(const std::string& url) {
  return RedisClient::Connect(OptionsFor(url), Soon()).value();
}

/// A command whose answer is looked at later.
inline std::future<StatusOr<RedisReply>> Begin(RedisClient& client, const RedisCommand& command,
                                               TimePoint deadline = Soon()) {
  auto promise = std::make_shared<std::promise<StatusOr<RedisReply>>>();
  auto future = promise->get_future();
  client.Send(command, deadline,
              [promise](StatusOr<RedisReply> reply) { promise->set_value(std::move(reply)); });
  return future;
}

/// What `GET key` says: a text, "nil", or the code of the error.
inline std::string Get(RedisClient& client, const std::string& key, TimePoint deadline = Soon()) {
  const auto reply = client.Call(RedisCommand({"GET", key}).Idempotent(), deadline);
  if (!reply.ok()) return absl::StatusCodeToString(reply.status().code());
  return reply->is_nil() ? "nil" : reply->text;
}

}  // namespace oofgg::storage::testing
