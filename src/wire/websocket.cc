#include "wire/websocket.h"

#include <charconv>
#include <cmath>
#include <utility>

#include "v1/api/common/global_service.pb.h"
#include "wire/proto_attributes.h"
#include "wire/proto_session.h"

namespace oofgg::wire {
namespace {

using ::v1::api::common::WebSocketMessage;
using ::v1::api::player::PlayerAction;

const char* NameOfAction(int type) {
  constexpr const char* kNames[] = {"custom", "move", "jump", "shoot", "pickup", "drop", "use", "interact"};
  return type >= 0 && type <= ::v1::api::player::ActionType_MAX ? kNames[type] : nullptr;
}

/// `"name":{"x":1,"y":2,"z":3}`. False: a number that JSON does not have.
template <class Vector>
bool AppendJsonVector(std::string& out, const char* name, const Vector& vector) {
  out += out.empty() ? "{\"" : ",\"";
  out.append(name).append("\":{");
  for (const auto& [axis, value] : {std::pair("\"x\":", vector.x()), std::pair(",\"y\":", vector.y()),
                                    std::pair(",\"z\":", vector.z())}) {
    if (!std::isfinite(value)) return false;
    char digits[32];
    out.append(axis).append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  }
  out += '}';
  return true;
}

StatusOr<GameEvent> ReadAction(const PlayerAction& action) {
  GameEvent event;
  const char* const name = NameOfAction(action.type());
  if (name == nullptr) return InvalidField("player_action.type", "is not a type of action");
  event.name = name;
  event.type = EventType::kAction;
  event.session_id = action.session_id();
  OOFGG_RETURN_IF_ERROR(ReadAttributes(action.action(), event.attributes, Reading::kStrict));
  const bool is_finite =
      (!action.has_position() || AppendJsonVector(event.data, "position", action.position())) &&
      (!action.has_velocity() || AppendJsonVector(event.data, "velocity", action.velocity()));
  if (!is_finite) return InvalidField("player_action", "has a coordinate that is not a finite number");
  if (!event.data.empty()) event.data += '}';
  return event;
}

}  // namespace

StatusOr<GameEvent> DecodeWebSocketMessage(std::string_view bytes) {
  WebSocketMessage message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return InvalidField("message", "is not a v1.api.common.WebSocketMessage");
  }
  if (message.has_player_action()) return ReadAction(message.player_action());
  if (!message.has_game_event()) {
    return InvalidField("payload", "is not one that clients send; send a game_event or a player_action");
  }
  GameEvent event;
  OOFGG_RETURN_IF_ERROR(SessionProto::FromProto(message.game_event(), event, Reading::kStrict));
  return event;
}

std::string EncodeWebSocketEvent(const GameEvent& event) {
  WebSocketMessage message;
  SessionProto::ToProto(event, *message.mutable_game_event());
  return message.SerializeAsString();
}

std::string EncodeWebSocketError(std::string_view session_id, const Status& why) {
  WebSocketMessage message;
  auto& response = *message.mutable_response();
  const auto text = why.message();
  response.set_code(static_cast<int>(why.code()));
  response.set_message(text.data(), text.size());
  response.mutable_error()->set_code(static_cast<int>(why.code()));
  response.mutable_error()->set_message(text.data(), text.size());
  if (std::string reason = ReasonOf(why); !reason.empty()) response.mutable_error()->add_details(reason);
  if (!session_id.empty()) response.mutable_error()->add_details("session_id:" + std::string(session_id));
  return message.SerializeAsString();
}

}  // namespace oofgg::wire
