#pragma once

#include <memory>
#include <string>
#include <vector>

#include "benchmarks/events/event_players.h"

namespace oofgg {

/// Opens a stream for each seat, over a connection of its own, and waits until all are in place. Null: some
/// could not be opened.
[[nodiscard]] std::unique_ptr<EventPlayers> OpenGrpcPlayers(const std::string& address,
                                                            const std::vector<Seat>& seats,
                                                            EventPlayers::OnEvent on_event);

}  // namespace oofgg
