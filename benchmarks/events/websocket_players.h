#pragma once

#include <memory>
#include <string>
#include <vector>

#include "benchmarks/events/event_players.h"

namespace oofgg {

/// Opens a WebSocket for each seat and waits until all are in place. Null: some could not be opened.
[[nodiscard]] std::unique_ptr<EventPlayers> OpenWebSocketPlayers(const std::string& address,
                                                                 const std::vector<Seat>& seats,
                                                                 EventPlayers::OnEvent on_event);

}  // namespace oofgg
