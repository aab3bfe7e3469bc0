#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "game/match_queue.h"
#include "oofgg/client_options.h"
#include "oofgg/clock.h"
#include "oofgg/executor.h"
#include "oofgg/transport.h"

namespace oofgg {
class Client;
}

namespace oofgg::servers {

/// The maker's queue through our own SDK, each call with the token of the player it is made for, and
/// under the id of the request that it belongs to.
/// Calls block the caller's thread for as long as the maker is silent, up to 10 s. `executor` runs callbacks
/// and retries: none of its threads may make such calls, or a silent maker would stop both for good. Threads:
/// safe. Lifetime: `executor` outlives it and its watches.
class MakerQueue final : public game::MatchQueue {
 public:
  MakerQueue(std::shared_ptr<Transport> maker, Executor& executor, const Clock& clock)
      : maker_(std::move(maker)), executor_(executor), clock_(clock) {}

  StatusOr<std::string> Enqueue(const CallContext& context, const Entry& entry) override;
  [[nodiscard]] std::unique_ptr<game::MatchWatch> Watch(const CallContext& context,
                                                        const std::string& ticket_id,
                                                        OnTicket on_ticket) override;
  Status Cancel(const CallContext& context, const std::string& ticket_id) override;

  /// No call lasts longer than this from now on.
  void EndBy(TimePoint end) { end_ = end; }

 private:
  [[nodiscard]] std::unique_ptr<Client> ClientFor(const CallContext& context) const;
  [[nodiscard]] CallOptions OptionsFor(const CallContext& context) const;

  std::shared_ptr<Transport> maker_;
  Executor& executor_;
  const Clock& clock_;
  std::atomic<TimePoint> end_{kNever};
};

}  // namespace oofgg::servers
