#pragma once

#include <memory>

#include "oofgg/account_client.h"
#include "oofgg/admin_client.h"
#include "oofgg/auth_client.h"
#include "oofgg/client_options.h"
#include "oofgg/fleet_client.h"
#include "oofgg/game_client.h"
#include "oofgg/global_client.h"
#include "oofgg/instance_client.h"
#include "oofgg/match_client.h"
#include "oofgg/matchmaking_client.h"
#include "oofgg/player_client.h"
#include "oofgg/presence_client.h"
#include "oofgg/revocation_client.h"
#include "oofgg/score_client.h"
#include "oofgg/transport.h"

namespace oofgg {

/// One player's session with the backend, and a small client for each service.
///
/// Each method of those comes in two forms: blocking, which returns `StatusOr<T>`, and with a callback, which
/// returns a `Call` and never calls back inline. A way in, such as `auth().Login` or `account().GuestLogin`,
/// opens the session; it then refreshes itself, once, before the access token expires.
///
/// Errors of every call: kUnauthenticated (sign in again), kUnavailable (unreachable after all attempts),
/// kDeadlineExceeded (timed out, outcome unknown unless the call is idempotent), kResourceExhausted (too
/// much; RetryAfterOf() says when to come back), kInvalidArgument (FieldViolationsOf() says what), kInternal.
///
/// Threads: safe from any thread. A blocking form may be called in a callback too, be it in a Tick, but not
/// on a thread that ClientOptions::executor needs: kFailedPrecondition where that can be told, else
/// kDeadlineExceeded in the end.
/// Lifetime: the destructor cancels what is under way, waits for callbacks that run on other threads, and
/// joins its threads; a blocking form under way elsewhere ends with kCancelled. Calls and subscriptions may
/// be dropped before or after. A callback may destroy the client.
class Client {
 public:
  explicit Client(std::shared_ptr<Transport> transport, ClientOptions options = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] AuthClient& auth() { return auth_; }
  [[nodiscard]] AccountClient& account() { return account_; }
  [[nodiscard]] PresenceClient& presence() { return presence_; }
  [[nodiscard]] MatchmakingClient& matchmaking() { return matchmaking_; }
  [[nodiscard]] GameClient& games() { return games_; }
  [[nodiscard]] InstanceClient& instances() { return instances_; }
  [[nodiscard]] GlobalClient& global() { return global_; }
  [[nodiscard]] PlayerClient& players() { return players_; }
  [[nodiscard]] ScoreClient& scores() { return scores_; }
  [[nodiscard]] MatchClient& matches() { return matches_; }
  [[nodiscard]] FleetClient& fleets() { return fleets_; }
  [[nodiscard]] AdminClient& admin() { return admin_; }
  [[nodiscard]] RevocationClient& revocations() { return revocations_; }

  /// The session now; all empty when signed out.
  [[nodiscard]] SessionTokens tokens() const;
  /// Goes on with a session of an earlier run; empty tokens forget it here, without telling the server.
  /// Not written to the token store: there they came from, and from there an emptied session comes back
  /// unless the store is emptied too.
  void SetTokens(SessionTokens tokens);

 private:
  std::shared_ptr<internal::ClientCore> core_;
  AuthClient auth_;
  AccountClient account_;
  PresenceClient presence_;
  MatchmakingClient matchmaking_;
  GameClient games_;
  InstanceClient instances_;
  GlobalClient global_;
  PlayerClient players_;
  ScoreClient scores_;
  MatchClient matches_;
  FleetClient fleets_;
  AdminClient admin_;
  RevocationClient revocations_;
};

}  // namespace oofgg
