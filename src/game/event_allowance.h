#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "oofgg/caller.h"
#include "oofgg/clock.h"
#include "oofgg/status.h"
#include "oofgg/token_bucket.h"

namespace oofgg::game {

/// How much one client may say in one session, by whatever stream or call: what all of them say goes through
/// one window (EventWindow), out of which a single one could otherwise push what the others have yet to read.
/// One token bucket a session and client, at this instance; a client who comes back finds it as it was.
/// Threads: safe. Clients of different sessions seldom wait for each other.
class EventAllowance {
 public:
  /// Game servers speak for all their players.
  enum class Side { kPlayer, kServer };
  /// Who says something, and where. Made once and kept, so that an event costs no allocation.
  struct Speaker {
    Side side = Side::kPlayer;
    std::string key{};
  };
  struct Rates {
    RateLimit player;
    RateLimit server;
  };

  EventAllowance(const Clock& clock, const Rates& rates);

  [[nodiscard]] static Speaker SpeakerOf(std::string_view session_id, std::string_view client_id, Side side);

  /// Takes what that many events of `bytes` altogether cost: one token each, and one for each full KiB; never
  /// more than a full bucket. kResourceExhausted with a delay: said too much lately.
  Status Charge(const Speaker& speaker, std::size_t bytes, std::size_t events = 1);

  /// The same for a call that is told on the session's stream, on behalf of its caller, which must be there.
  Status ChargeCall(const CallContext& context, std::string_view session_id, std::size_t bytes,
                    std::size_t events = 1);

  /// How many buckets are remembered.
  [[nodiscard]] std::size_t size() const;

 private:
  /// Each with a lock of its own. Deques, as they do not move what they hold.
  using Shards = std::deque<KeyedTokenBuckets>;

  const Rates rates_;
  Shards players_;
  Shards servers_;
};

}  // namespace oofgg::game
