#pragma once

#include <memory>
#include <string>

#include "game/match_queue.h"
#include "oofgg/client_options.h"
#include "oofgg/executor.h"
#include "oofgg/transport.h"

namespace oofgg {
class Client;
}

namespace oofgg::servers {

/// The maker's queue through our own SDK, each call with the token of the player it is made for.
/// Threads: safe. Lifetime: `executor` outlives it and its watches.
class MakerQueue final : public game::MatchQueue {
 public:
  MakerQueue(std::shared_ptr<Transport> maker, Executor& executor, const Clock& clock)
      : maker_(std::move(maker)), executor_(executor), clock_(clock) {}

  StatusOr<std::string> Enqueue(const CallContext& context, const Entry& entry) override;
  [[nodiscard]] std::unique_ptr<game::MatchWatch> Watch(const CallContext& context,
                                                        const std::string& ticket_id,
                                                        OnTicket on_ticket) override;
  Status Cancel(const CallContext& context, const std::string& ticket_id) override;

 private:
  [[nodiscard]] std::unique_ptr<Client> ClientFor(const CallContext& context) const;
  [[nodiscard]] CallOptions OptionsFor(const CallContext& context) const;

  std::shared_ptr<Transport> maker_;
  Executor& executor_;
  const Clock& clock_;
};

}  // namespace oofgg::servers
