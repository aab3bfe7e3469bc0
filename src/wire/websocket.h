#pragma once

#include <string>
#include <string_view>

#include "oofgg/model/game.h"
#include "oofgg/status.h"

/// The contract's `common.WebSocketMessage`, a binary frame, and what a session knows. Threads: safe, no
/// state.
namespace oofgg::wire {

/// A client's `game_event` as it is, or its `player_action` as an event of TYPE_ACTION, called after the
/// action (`move`), with `position` and `velocity` as JSON in `data`. kInvalidArgument: not that message, or
/// one that clients do not send.
[[nodiscard]] StatusOr<GameEvent> DecodeWebSocketMessage(std::string_view bytes);

/// As `game_event`.
[[nodiscard]] std::string EncodeWebSocketEvent(const GameEvent& event);
/// As a `response`, whose `error.details` are the reason, if there is one, and `session_id:` with the
/// session.
[[nodiscard]] std::string EncodeWebSocketError(std::string_view session_id, const Status& why);

}  // namespace oofgg::wire
