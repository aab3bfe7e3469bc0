#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "storage/redis/row_link.h"

namespace oofgg::storage {

/// The keys with which the makers that share a Redis sign join tickets, by their ids: a ticket of one is
/// verified with what another gave to a game server. Time is Redis'. Threads: safe; not inside callbacks of
/// `client`, which must outlive it.
class RedisKeyRings {
 public:
  explicit RedisKeyRings(RedisClient& client, RowOptions options = {})
      : link_(client, options, "the keys of makers") {}

  /// Says for the time of `lease` that `maker`, a name that no other one has, has these keys. They may be
  /// others than before. kFailedPrecondition, naming the other one, if a maker whose lease runs has none of
  /// them; then nothing is said. kUnavailable.
  [[nodiscard]] Status Announce(std::string_view maker, const std::vector<std::string>& key_ids,
                                std::chrono::milliseconds lease) const;

  /// It is gone. kUnavailable.
  [[nodiscard]] Status Withdraw(std::string_view maker) const;

 private:
  const RowLink link_;
};

}  // namespace oofgg::storage
