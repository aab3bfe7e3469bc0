#pragma once

#include <cstdint>

#include "presence/compact_string.h"
#include "presence/compact_vector.h"

namespace oofgg::presence {

// What the table keeps. An idle player costs one UserRecord (48 B), one ConnectionRecord (48 B), and per
// friend a Watch (12 B) here and a Watcher (8 B) there: every field below is paid for a million times. What
// few have at a time (a text, a grace that runs) the table keeps beside them.

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
  CompactString id;
  CompactVector<Watcher> watchers;
  std::uint64_t version = 0;
  ConnectionSlot first_connection = kNone;
  std::uint32_t pins : 20 = 0;  ///< Departures not yet told that name this user, and being followed.
  bool online : 1 = false;      ///< By connections and graces here, or in the table where a remote one is.
  bool seen : 1 = false;        ///< By others, as online.
  bool proven : 1 = false;
  bool has_status : 1 = false;   ///< Has chosen something else than plainly online.
  bool exporting : 1 = false;    ///< Has something to show to other tables.
  bool signed_off : 1 = false;   ///< Went offline by their own wish.
  bool registering : 1 = false;  ///< Has something to tell to other instances.
  bool remote : 1 = false;       ///< At home in another table.
  bool shared : 1 = false;       ///< At home here, and maybe in other instances too.
  bool elsewhere : 1 = false;    ///< Of a shared one: is registered there.
  bool wanted : 1 = false;       ///< Of a remote or shared one: it has been asked what is so there.
  bool imported : 1 = false;     ///< Of these: it was answered.
};

/// Whether it is known what others see.
inline bool IsKnown(const UserRecord& user) {
  return user.imported || user.seen || !(user.remote || user.shared);
}

struct ConnectionRecord {
  CompactVector<Watch> watches;  ///< Sorted by user, so that a new list is merged in one pass.
  UserHandle user = kNone;
  std::uint32_t generation = 0;  ///< Odd while in use.
  ConnectionSlot next_of_user = kNone;
  ConnectionSlot previous_of_user = kNone;
  std::uint32_t grace_ms = 0;
  std::uint16_t first_changed = kNoWatch;
  std::uint16_t last_changed = kNoWatch;
  bool announces_to_friends : 1 = false;
  bool hears_strangers : 1 = false;
  bool full_snapshot : 1 = false;
  bool hears_status : 1 = false;
  bool ready : 1 = false;           ///< Named by TakeReady and not yet drained.
  bool has_departures : 1 = false;  ///< Users whom it does not list have gone, and it is to hear so.
};

static_assert(sizeof(UserRecord) == 48 && sizeof(ConnectionRecord) == 48);

}  // namespace oofgg::presence
