#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/model/presence.h"
#include "oofgg/status.h"

// The JSON objects of the presence port, the same over TCP and UDP (docs/decisions/0006).
namespace oofgg::presence {

enum class ProtocolVersion : std::uint8_t { kV1 = 1, kV2 = 2 };

/// What a client said. Absent members are empty.
struct ClientObject {
  ProtocolVersion version = ProtocolVersion::kV1;
  std::optional<std::string> user_id;
  std::optional<std::vector<std::string>> friends;
  std::optional<bool> online;
  std::optional<std::string> token;
  std::optional<std::string> ping;  ///< v2: the JSON text to send back.
  bool integer_ids = false;         ///< An id came as an integer.

  /// Asks for a pong and nothing else.
  [[nodiscard]] bool is_only_ping() const {
    return ping.has_value() && !user_id.has_value() && !friends.has_value() && !online.has_value();
  }
};

/// Parses one object. Ids are strings of 1 to 128 bytes or integers of 64 bits, and become strings: 1 and
/// "1" are the same user. Unknown members are ignored. `so_far` is the version the connection speaks, for
/// objects without `v`. Errors: kInvalidArgument that names the member and says what is right.
[[nodiscard]] StatusOr<ClientObject> ParseClientObject(std::string_view text, ProtocolVersion so_far);

/// Appends one line: `{"online":true}`, in v2 with `"user_id"`, as a number if `integer_ids` and it is one.
void AppendUpdate(std::string& out, const PresenceUpdate& update, ProtocolVersion version, bool integer_ids);

/// Appends `{"pong":…}` with the JSON text of the ping.
void AppendPong(std::string& out, std::string_view ping);

/// Appends `{"error":"…"}`, the last line before a close.
void AppendError(std::string& out, std::string_view message);

/// Appends the v2 form of a close that is not the client's fault: `{"error":"…","reconnect":true}`.
void AppendReconnect(std::string& out, std::string_view message);

}  // namespace oofgg::presence
