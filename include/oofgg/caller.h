#pragma once

#include <optional>
#include <string>

#include "oofgg/clock.h"

namespace oofgg {

/// Who is calling, as proved by an access token.
struct Caller {
  std::string user_id;     ///< Also the player id.
  std::string role;        ///< `user`, `developer`, `admin` or `service`.
  std::string session_id;  ///< The token's `sid`: the login it descends from.
  std::string game_id{};   ///< Of role `service`: the one game it may act for. Empty: no such limit.

  friend bool operator==(const Caller&, const Caller&) = default;
};

/// What a facade knows of a call besides its request. Filled by the listener, never by the peer alone.
struct CallContext {
  std::optional<Caller> caller;  ///< Empty on calls that need no token.
  std::string bearer_token;      ///< The verified token itself, to be forwarded on the caller's behalf.
  std::string idempotency_key;   ///< Metadata `idempotency-key`, or empty.
  std::string peer_address;      ///< For rate limits; without the port.
  std::string client_name{};     ///< What the client calls itself: metadata `user-agent`; 64 bytes at most.
  TimePoint deadline = kNever;
};

}  // namespace oofgg
