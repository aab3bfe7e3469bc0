#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "auth/revocation_feed.h"
#include "storage/redis/redis_client.h"

namespace oofgg::storage {

struct RedisRevocationFeedOptions {
  std::string stream = "oofgg:revocations";
  /// How long an entry is kept: longer than any access token lives.
  std::chrono::milliseconds keep{std::chrono::hours(25)};
  std::int64_t max_entries = 1'000'000;  ///< And no more than about so many.
  std::chrono::milliseconds timeout{2000};
  /// How long a watch asks Redis to hold its question open. It is how soon a feed that was lost is noticed.
  std::chrono::milliseconds block{1000};
};

/// The feed as a Redis stream, whose entries are numbered, so that whoever reads sees what was trimmed or
/// lost. `client` publishes and reads, and must outlive the feed; each watch has a connection of its own.
class RedisRevocationFeed final : public auth::RevocationFeed {
 public:
  explicit RedisRevocationFeed(RedisClient& client, RedisRevocationFeedOptions options = {});

  /// What was published is as durable as this Redis is (`CheckDurability`).
  [[nodiscard]] Status Publish(const auth::RevocationNews& revocation) override;
  [[nodiscard]] StatusOr<auth::RevocationNewsPage> ReadAfter(std::string_view cursor,
                                                             std::size_t limit) override;
  /// After each loss of its connection the watch reports a reset: what Redis had acknowledged before may be
  /// gone.
  [[nodiscard]] std::unique_ptr<Watch> WatchAfter(std::string cursor, OnPage on_page) override;

 private:
  class Watcher;

  RedisClient& client_;
  const RedisRevocationFeedOptions options_;
};

}  // namespace oofgg::storage
