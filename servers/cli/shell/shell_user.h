#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/client.h"
#include "oofgg/light_presence.h"
#include "oofgg/presence_client.h"

namespace oofgg::cli {

/// What a user hears. Called where the loop is served, but for `OnBytes`.
class UserEvents {
 public:
  virtual ~UserEvents() = default;
  virtual void OnUpdate(const std::string& user, const StatusOr<PresenceUpdate>& update) = 0;
  virtual void OnStale(const std::string& user, bool stale) = 0;
  /// The link is lost or cannot be made, and is tried again.
  virtual void OnTrouble(const std::string& user, const Status& why) = 0;
  /// On a thread of the user's.
  virtual void OnBytes(const std::string& user, bool sent, std::string_view bytes) = 0;
};

/// Where a user's events go, and on which thread.
struct UserPlace {
  UserEvents& events;
  Executor& executor;
};

/// One user who is online, by whichever door. Threads: one owner.
class ShellUser {
 public:
  virtual ~ShellUser() = default;

  virtual Status SetFriends(const std::vector<std::string>& friends) = 0;
  virtual Status SetStatus(const PresenceStatus& status) = 0;
  virtual void SignOff() = 0;
  /// Bytes as they are. kFailedPrecondition, kUnavailable: there is no way to.
  virtual Status Send(const std::string& bytes) = 0;

  // What the shell knows of them.
  std::string door;  ///< `tcp`, `udp` or `grpc`.
  std::vector<std::string> friends;
  std::map<std::string, PresenceUpdate> states;
  bool stale = true;
  std::vector<std::string> troubles;  ///< Why there was no link, since there last was one; each once.
  std::string ended;                  ///< Why, once they are.
  bool has_signed_off = false;
};

/// Over the presence port, as `options` say. Nothing waits for the server.
[[nodiscard]] StatusOr<std::unique_ptr<ShellUser>> ConnectLight(const UserPlace& place,
                                                                const std::string& address,
                                                                const std::string& user,
                                                                const std::vector<std::string>& friends,
                                                                LightPresenceOptions options);

/// Over the gRPC stream, as the user that `client` is signed in as, whose callbacks run on the executor of
/// `place`.
[[nodiscard]] std::unique_ptr<ShellUser> ConnectGrpc(const UserPlace& place, std::unique_ptr<Client> client,
                                                     const std::string& user,
                                                     const std::vector<std::string>& friends);

}  // namespace oofgg::cli
