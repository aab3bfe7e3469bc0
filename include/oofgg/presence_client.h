#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "oofgg/call.h"
#include "oofgg/client_options.h"
#include "oofgg/model/presence.h"
#include "oofgg/status.h"

namespace oofgg {

namespace internal {
class ClientCore;
class PresenceFeed;
}  // namespace internal

/// Being online, and watching who else is. Dropping it ends both; the server takes the player offline after
/// its grace period. Threads and lifetime as of Call.
class [[nodiscard]] PresenceWatch {
 public:
  PresenceWatch() = default;
  explicit PresenceWatch(std::shared_ptr<internal::PresenceFeed> feed);

  /// Replaces the users watched; 5,000 at most. Also holds after a reconnect.
  void SetFriends(std::vector<std::string> friends);
  /// What others see of this player from now on, reconnects included: whatever the others of the player's
  /// devices said before.
  void SetStatus(PresenceStatus status);
  /// Goes offline at once, without grace, and ends the watch as soon as the server has heard.
  void SignOff();

 private:
  std::shared_ptr<internal::PresenceFeed> feed_;
  Call call_;
};

/// How to be online, and watch.
struct PresenceWatchOptions {
  /// What others see of this player from the first moment on; absent: as before.
  std::optional<PresenceStatus> status{};

  /// Whether what was reported may be old: true when the link is lost or the list has changed, false once the
  /// server has let the link in and every friend has been reported as they are now. It begins as true,
  /// without a call. May be empty. Runs where updates are reported, in order with them.
  std::function<void(bool stale)> on_stale{};

  /// Each time the link is lost or cannot be made and another attempt will be: why, before that is waited
  /// for. kUnavailable, kResourceExhausted, kDeadlineExceeded and the like. May be empty. Runs where updates
  /// are reported, in order with them.
  std::function<void(const Status& why)> on_trouble{};
};

/// Who of my friends is online.
class PresenceClient {
 public:
  using OnUpdate = std::function<void(StatusOr<PresenceUpdate>)>;

  explicit PresenceClient(std::shared_ptr<internal::ClientCore> core) : core_(std::move(core)) {}

  /// Brings this player online and reports each of `friends` now and on change: the newest state only
  /// between ticks, and nothing if a friend is as last reported. A lost link is noticed within 5 s and
  /// made again by itself, which watchers do not see as a flap. An error ends it: kUnauthenticated,
  /// kInvalidArgument (too many friends, a bad status), kPermissionDenied.
  PresenceWatch Watch(std::vector<std::string> friends, OnUpdate on_update,
                      PresenceWatchOptions options = {});

 private:
  std::shared_ptr<internal::ClientCore> core_;
};

}  // namespace oofgg
