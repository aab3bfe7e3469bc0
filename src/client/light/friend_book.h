#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "oofgg/model/presence.h"

namespace oofgg::internal {

/// What a watcher knows of friends over all its links: what the server has told, what its silence means, and
/// what the user was last told. The server tells a new connection of those who are online only, so that
/// silence means offline as soon as all has come that there was to tell (`Settle`), and nothing before.
/// Threads: not safe; one owner.
class FriendBook {
 public:
  /// What is to be told where callbacks run, in this order.
  struct Event {
    std::string user_id{};  ///< `TakeReport` says what of this friend; empty: `stale` has changed.
    bool stale = false;
  };

  void SetFriends(const std::vector<std::string>& friends);

  /// On this link nothing has been told.
  void Forget();
  /// The server has forgotten what it told of others than these.
  void ForgetOthers(const std::vector<std::string>& friends);
  void Tell(PresenceUpdate update);
  /// All that there was to tell of the friends has come.
  void Settle();

  /// The state of `user_id`, unless it is as last reported or the user is no friend any more.
  [[nodiscard]] std::optional<PresenceUpdate> TakeReport(const std::string& user_id);
  [[nodiscard]] std::vector<Event> TakeEvents() { return std::exchange(events_, {}); }

  /// Empty: not known, or no friend.
  [[nodiscard]] std::optional<PresenceUpdate> StateOf(const std::string& user_id) const;

 private:
  struct Friend {
    std::optional<PresenceUpdate> reported;
    bool queued = false;   // Stands in an event.
    bool settled = false;  // Not to have been told of them means that they are offline.
  };
  using Friends = absl::flat_hash_map<std::string, Friend>;

  [[nodiscard]] std::optional<PresenceUpdate> StateOf(const Friends::value_type& entry) const;
  void Queue(Friends::value_type& entry);
  void SetStale(bool stale);

  Friends friends_;
  // As the server has it: also of users who were friends a moment ago.
  absl::flat_hash_map<std::string, PresenceUpdate> told_;
  std::uint64_t last_version_ = 0;
  bool stale_ = true;
  std::vector<Event> events_;
};

}  // namespace oofgg::internal
