#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace oofgg {

enum class PresenceState : std::uint8_t { kOffline = 0, kOnline = 1 };

/// What a client says on the presence stream. The first message opens the connection.
struct PresenceRequest {
  std::vector<std::string> friends;  ///< Replaces the list of users watched; 5,000 at most.
  bool set_friends = false;          ///< Whether `friends` is meant.
  bool sign_off = false;             ///< Go offline at once, without grace.
};

/// One user's newest state. For one user versions only grow.
struct PresenceUpdate {
  std::string user_id;
  PresenceState state = PresenceState::kOffline;
  std::uint64_t version = 0;

  friend bool operator==(const PresenceUpdate&, const PresenceUpdate&) = default;
};

}  // namespace oofgg
