#pragma once

#include <absl/container/btree_map.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/model/presence.h"

namespace oofgg::presence {

// What the table keeps. An idle player costs one UserRecord, one ConnectionRecord, and per friend a Watch
// (12 B) here and a Watcher (8 B) there: every field below is paid for a million times.

using UserHandle = std::uint32_t;
using ConnectionSlot = std::uint32_t;
inline constexpr std::uint32_t kNone = 0xFFFF'FFFF;
inline constexpr std::uint16_t kNoWatch = 0xFFFF;

/// What a watcher believes of a user.
enum class Told : std::uint8_t {
  kNothing,
  kOffline,
  kOnline,
  kFormerStatus,  ///< Online, with something that is shown no more.
};

/// The connection's end of a friendship.
struct Watch {
  UserHandle user = kNone;
  std::uint32_t position = 0;             ///< Of the other end, in the user's `watchers`.
  std::uint16_t next_changed = kNoWatch;  ///< The queue of changed users runs through the list itself.
  Told told = Told::kOffline;
  bool queued = false;
};

/// The user's end of it.
struct Watcher {
  ConnectionSlot connection = kNone;
  std::uint32_t index = 0;  ///< Of the other end, in the connection's `watches`.
};

struct UserRecord {
  std::string id;
  std::vector<Watcher> watchers;
  std::unique_ptr<PresenceStatus> status;  ///< Null for most: plainly online.
  std::uint64_t version = 0;
  TimePoint grace_until = TimePoint::min();
  ConnectionSlot first_connection = kNone;
  std::uint32_t pins = 0;  ///< Departures not yet told that name this user.
  bool online = false;
  bool proven = false;
};

/// Whether others see the user as online.
inline bool IsSeen(const UserRecord& user) {
  return user.online && (user.status == nullptr || user.status->state != PresenceState::kOffline);
}

/// Departures of users whom the connection does not list, with their version.
using StrangersGone = absl::btree_map<UserHandle, std::uint64_t>;

struct ConnectionRecord {
  std::vector<Watch> watches;  ///< Sorted by user, so that a new list is merged in one pass.
  std::unique_ptr<StrangersGone> strangers_gone;
  Duration grace{0};
  UserHandle user = kNone;
  std::uint32_t generation = 0;  ///< Odd while in use.
  ConnectionSlot next_of_user = kNone;
  ConnectionSlot previous_of_user = kNone;
  std::uint16_t first_changed = kNoWatch;
  std::uint16_t last_changed = kNoWatch;
  bool announces_to_friends = false;
  bool hears_strangers = false;
  bool full_snapshot = false;
  bool hears_status = false;
  bool ready = false;  ///< Named by TakeReady and not yet drained.
};

}  // namespace oofgg::presence
