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

/// Where the friends in a datagram belong in a list that is too long for one.
struct ListPart {
  std::uint32_t part = 0;   ///< Which, from 0.
  std::uint32_t parts = 1;  ///< Of how many.
};

/// What a client said. Absent members are empty.
struct ClientObject {
  ProtocolVersion version = ProtocolVersion::kV1;
  std::optional<std::string> user_id;
  std::optional<std::vector<std::string>> friends;
  std::optional<bool> online;
  std::optional<PresenceStatus> status;  ///< v2: from `state`, `text` and `session_id`, if one of them came.
  std::optional<std::string> token;
  std::optional<std::string> ping;            ///< v2: the JSON text to send back.
  std::optional<std::string> cookie;          ///< v2 over UDP: what proves its address.
  std::optional<std::uint64_t> acknowledged;  ///< v2 over UDP: `ack`, all up to this `seq` has come.
  std::optional<std::uint64_t> revision;      ///< v2 over UDP: `rev`, of what the client says of itself.
  std::optional<ListPart> list_part;          ///< v2 over UDP: `friends` is a part of the list.
  bool integer_ids = false;                   ///< An id came as an integer.

  /// Asks for a pong and nothing else.
  [[nodiscard]] bool is_only_ping() const {
    return ping.has_value() && !user_id.has_value() && !friends.has_value() && !online.has_value() &&
           !status.has_value();
  }
};

/// Parses one object. Ids are strings of 1 to 128 bytes or integers of 64 bits, and become strings: 1 and
/// "1" are the same user. Unknown members are ignored. `so_far` is the version the connection speaks, for
/// objects without `v`. Errors: kInvalidArgument that names the member and says what is right.
[[nodiscard]] StatusOr<ClientObject> ParseClientObject(std::string_view text, ProtocolVersion so_far);

/// Appends one line: `{"online":true}`, in v2 with `"user_id"`, as a number if `integer_ids` and it is one,
/// and with the `state`, `text` and `session_id` of who shows more than that.
/// Over UDP `sequence` numbers it; 0: not.
void AppendUpdate(std::string& out, const PresenceUpdate& update, ProtocolVersion version, bool integer_ids,
                  std::uint64_t sequence = 0);

/// Appends `{"welcome":true,"seq":…}`, the first line of a player over UDP: nothing was told before.
void AppendWelcome(std::string& out, std::uint64_t sequence);

/// Appends `{"rev":…,"seq":…}`: what the client said of itself is in force.
void AppendRevision(std::string& out, std::uint64_t revision, std::uint64_t sequence);

/// Appends `{"cookie":"…"}`.
void AppendCookie(std::string& out, std::string_view cookie);

/// Appends `{"pong":…}` with the JSON text of the ping.
void AppendPong(std::string& out, std::string_view ping);

/// Appends `{"error":"…","code":"INVALID_ARGUMENT"}`, the last line before a close, with `"reconnect":true`
/// where the client is not at fault: what has run out may be there again the next time. One that is sent to
/// another instance (SentWhere) gets `{"redirect":"HOST:PORT"}` instead.
void AppendRefusal(std::string& out, const Status& status);

}  // namespace oofgg::presence
