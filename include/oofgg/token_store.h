#pragma once

#include <memory>
#include <string>

#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg {

/// A player's session: enough to go on with it after a restart. Both tokens are secrets.
struct SessionTokens {
  std::string user_id{};
  std::string access_token{};
  std::string refresh_token{};  ///< Opaque, usable once.
  WallTime expires_at{};        ///< Of the access token, by this machine's clock.
  /// Not empty: a refresh with this idempotency key was begun and its answer not seen. Repeating it with
  /// the same key gives the answer that was lost; another key would look like a stolen token.
  std::string refresh_nonce{};

  friend bool operator==(const SessionTokens&, const SessionTokens&) = default;
};

/// Where tokens live between runs, and what keeps two processes that share them from both spending the
/// one refresh token: a refresh holds the lock from reading the tokens until the new ones are saved.
///
/// Threads: called by one thread of the client at a time, but not always by the same one, and the
/// transport's may be among them; a `Lock` may be released by another thread than took it.
class TokenStore {
 public:
  /// Exclusive among all processes that share the tokens, for as long as it lives. A process that dies
  /// lets go of it.
  class Lock {
   public:
    virtual ~Lock() = default;
  };

  virtual ~TokenStore() = default;
  /// Waits for the lock, some seconds at most: kUnavailable then. The client's timers wait too.
  [[nodiscard]] virtual StatusOr<std::unique_ptr<Lock>> Acquire() = 0;
  /// What was saved last, by any process; empty tokens if nothing was, which ends the session of a client
  /// that is signed in: another process has signed out. So do tokens of another player. The lock is held.
  [[nodiscard]] virtual StatusOr<SessionTokens> Load() = 0;
  /// Replaces it, whole or not at all; empty tokens mean signed out. The lock is held.
  virtual Status Save(const SessionTokens& tokens) = 0;
  /// The server has refused to go on with the session: forgets it. An error: it is kept, as another server
  /// made it, or cannot be removed; what the error says is then what callers hear. The lock is held.
  virtual Status Refuse() { return Save({}); }
};

}  // namespace oofgg
