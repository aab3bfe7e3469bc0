#pragma once

#include <string>
#include <string_view>

#include "oofgg/model/game.h"
#include "oofgg/status.h"

namespace oofgg::net {

/// The text messages of the public TypeScript SDK, one JSON object each, and events as the session knows them
/// (docs/websocket.md has the table).

/// What subscribes to a session instead of being an event in it.
inline constexpr std::string_view kSubscribeType = "subscribe";

/// The attribute that holds members of a message which an event has no place for, as one JSON object, so that
/// they reach the other members of the session.
inline constexpr std::string_view kMembersAttribute = "ws_members";

/// A client's message: `type` is the event's name, `instance_id` its session, which may be missing. Of a
/// message called kSubscribeType `seq` is the event's sequence; of others it is not read, nor is `player_id`.
/// Errors: kInvalidArgument that names the member.
[[nodiscard]] StatusOr<GameEvent> ReadTextMessage(std::string_view text);

/// Append one message, for a client.
void AppendTextEvent(std::string& out, const GameEvent& event);
void AppendTextSubscribed(std::string& out, std::string_view session_id);
/// `session_id` may be empty: it is about none, or about all.
void AppendTextError(std::string& out, std::string_view session_id, const Status& why);

}  // namespace oofgg::net
