#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace oofgg {

enum class PresenceState : std::uint8_t { kOffline = 0, kOnline = 1, kAway = 2, kInMatch = 3 };

/// What users show of themselves while they are online. It is theirs, not a connection's: the last word
/// counts, wherever it came from, and is kept as long as the user is online, grace included.
struct PresenceStatus {
  /// kOffline: invisible. Others see the user as offline, who goes on hearing of others.
  PresenceState state = PresenceState::kOnline;
  std::string text{};        ///< Words for others; 256 bytes of UTF-8 without control characters at most.
  std::string session_id{};  ///< Which match, 128 bytes at most; only with kInMatch, and not required there.

  friend bool operator==(const PresenceStatus&, const PresenceStatus&) = default;
};

/// What a client says on the presence stream. The first message brings its user online.
struct PresenceRequest {
  std::vector<std::string> friends;        ///< Replaces the list of users watched; 5,000 at most.
  bool set_friends = false;                ///< Whether `friends` is meant.
  bool sign_off = false;                   ///< Go offline at once, without grace.
  std::optional<PresenceStatus> status{};  ///< What to show from now on; absent: as before.
};

/// One user's newest state. For one user versions only grow.
struct PresenceUpdate {
  std::string user_id;
  PresenceState state = PresenceState::kOffline;
  std::uint64_t version = 0;
  std::string text{};        ///< As the user's status has it; empty while offline.
  std::string session_id{};  ///< Likewise.

  friend bool operator==(const PresenceUpdate&, const PresenceUpdate&) = default;
};

}  // namespace oofgg
