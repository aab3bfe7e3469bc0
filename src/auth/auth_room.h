#pragma once

#include <memory>
#include <string>

#include "auth/account_facade.h"
#include "auth/admin_facade.h"
#include "auth/auth_facade.h"
#include "auth/rate_limiter.h"
#include "auth/revocation_facade.h"
#include "auth/revocation_feed.h"
#include "auth/revocation_hub.h"
#include "auth/session_keeper.h"
#include "oofgg/auth/authorizer.h"
#include "oofgg/auth/revocation_list.h"
#include "oofgg/executor.h"

namespace oofgg::auth {

/// What the room remembers in.
struct AuthStores {
  UserStore& users;
  RefreshStore& sessions;
  CodeStore& codes;
  CredentialStore& credentials;
};

/// What the room is made of. All but `secret` must outlive it.
struct AuthRoomParts {
  AuthStores stores;
  const TokenIssuer& issuer;
  std::shared_ptr<const TokenVerifier> verifier;
  const PasswordHasher& hasher;
  const PasswordPolicy& policy;
  EventLog& log;
  Executor& executor;  ///< Where the revocations are read.
  const Clock& clock;
  RandomSource& random;
  /// 32 bytes or more, the same in every replica and after a restart (`KeyStore::Secret`).
  std::string secret;
  IdentityProvider* twitch = nullptr;  ///< Null: no Twitch logins.
  Mailer* mailer = nullptr;            ///< Null: no mail.
  BoundedExecutor* mail = nullptr;     ///< Where mail is sent; with a mailer.
  RateLimiter* limiter = nullptr;      ///< Shared with other replicas; null: limits of this process.
  LoginFailures* failures = nullptr;   ///< The same, of waits after wrong passwords.
  /// News of other replicas' revocations, and of ours for them; null: there are none. Outlives the room.
  RevocationFeed* feed = nullptr;
};

struct AuthRoomOptions {
  AuthFacadeOptions auth{};
  AccountFacadeOptions account{};
  SessionOptions sessions{};
  LoginGuardOptions guard{};
  RevocationHubOptions revocations{};
};

/// All of auth over a set of stores: what a listener, or a test, serves. Threads: safe.
class AuthRoom {
 public:
  /// kFailedPrecondition if the secret is too short; the stores' errors.
  [[nodiscard]] static StatusOr<std::unique_ptr<AuthRoom>> Open(AuthRoomParts parts,
                                                                const AuthRoomOptions& options = {});

  [[nodiscard]] AuthFacade& auth() { return auth_; }
  [[nodiscard]] AccountFacade& account() { return account_; }
  [[nodiscard]] AdminFacade& admin() { return admin_; }
  [[nodiscard]] RevocationFacade& revocations() { return revocation_facade_; }
  [[nodiscard]] SessionKeeper& sessions() { return *sessions_; }

  /// Lets in whoever has a good token of a session that goes on.
  [[nodiscard]] Authorizer& authorizer() { return authorizer_; }

  /// Forgets what has expired and finishes what was interrupted; to be called now and then.
  Status Tidy();

  /// Ends the sessions of service credentials whose time is over, with what they have open; to be called
  /// every few seconds, as nothing else ends a stream that began in time.
  Status EndExpiredServices();

 private:
  AuthRoom(AuthRoomParts parts, const AuthRoomOptions& options, std::unique_ptr<SessionKeeper> sessions,
           std::unique_ptr<AuditTrail> audit, std::shared_ptr<RevocationList> revoked,
           std::unique_ptr<RevocationHub> hub);

  AuthStores stores_;
  std::unique_ptr<AuditTrail> audit_;
  std::unique_ptr<SessionKeeper> sessions_;
  std::unique_ptr<RevocationHub> hub_;  // Pokes come from `sessions_`, and end with the facades' calls.
  std::unique_ptr<RevocationFeed::Watch> news_;  // Pokes the hub.
  LoginGuard guard_;
  AuthFacade auth_;
  AccountFacade account_;
  AdminFacade admin_;
  RevocationFacade revocation_facade_;
  JwtAuthorizer authorizer_;
};

}  // namespace oofgg::auth
