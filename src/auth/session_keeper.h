#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/audit.h"
#include "auth/credential_store.h"
#include "auth/refresh_store.h"
#include "auth/user_store.h"
#include "oofgg/auth/token_issuer.h"
#include "oofgg/caller.h"
#include "oofgg/model/account.h"
#include "oofgg/model/auth.h"
#include "oofgg/random.h"
#include "oofgg/status.h"

namespace oofgg::auth {

struct SessionOptions {
  /// A session that is not refreshed for this long ends …
  std::chrono::seconds idle_lifetime{30 * 24 * 3600};
  /// … and one that is, after this (RFC 9700 section 4.14.2 asks for an end).
  std::chrono::seconds absolute_lifetime{365 * 24 * 3600};
  /// How long after its first use a refresh token still gives the same answer to the same client nonce.
  std::chrono::milliseconds refresh_grace{30'000};
  /// For how long servers refuse the tokens of a session that was ended: as long as any may live, and by how
  /// much clocks may differ.
  std::chrono::seconds revocation_lifetime{24 * 3600 + 60};
  /// For how long a server that was away is told of a deleted account when it comes back.
  std::chrono::seconds deletion_lifetime{30 * 24 * 3600};
};

/// What the keeper is made of. All but `secret` must outlive it.
struct SessionParts {
  UserStore& users;
  RefreshStore& sessions;
  CredentialStore& credentials;
  const TokenIssuer& issuer;
  const Clock& clock;
  RandomSource& random;
  AuditTrail& audit;
  /// Derives refresh tokens; 32 bytes or more, the same in every replica and after a restart
  /// (`KeyStore::Secret`). Whoever has it and an old token can compute its successor.
  std::string secret;
};

/// Sessions: what begins with a way in, lives by refreshing, and ends by logout, ban, reuse or time.
/// Threads: safe; methods block on the stores. Errors: kUnavailable (store away: try again).
class SessionKeeper {
 public:
  /// kFailedPrecondition if the secret is too short.
  [[nodiscard]] static StatusOr<std::unique_ptr<SessionKeeper>> Make(SessionParts parts,
                                                                     SessionOptions options = {});

  /// Begins a session for a user as read before the credentials were checked. kPermissionDenied with
  /// ACCOUNT_BANNED or kUnauthenticated with SESSION_OVERTAKEN: the account was banned, deleted, or got
  /// another password, be it in the meantime.
  [[nodiscard]] StatusOr<AuthTokens> Begin(const User& user, const CallContext& context);

  /// Trades a refresh token, once, for the next pair; see AuthFacade::RefreshToken.
  [[nodiscard]] StatusOr<AuthTokens> Refresh(const CallContext& context, const std::string& token);

  /// Whether tokens with this `sid` are to be believed.
  [[nodiscard]] StatusOr<bool> IsLive(std::string_view session_id);

  [[nodiscard]] StatusOr<std::vector<AccountSession>> List(std::string_view user_id,
                                                           std::string_view current_id);

  /// Ends one session, durably; again is as good as once. kNotFound if the user has no such session.
  [[nodiscard]] Status End(std::string_view user_id, std::string_view session_id);
  /// Ends all of the user's but `except_id`, which may be empty. Returns how many there were.
  [[nodiscard]] StatusOr<std::size_t> EndAll(std::string_view user_id, std::string_view except_id);
  /// Ends the sessions of a service, those of its former secret too.
  [[nodiscard]] Status EndService(const ServiceCredential& credential);
  /// Ends those that one of its secrets began, by that secret's hash.
  [[nodiscard]] Status EndServiceSecret(std::string_view credential_id, std::string_view secret_hash);

  /// Tells all servers, durably, that the user's account is deleted; again does no harm.
  [[nodiscard]] Status TellDeleted(std::string_view user_id);
  /// Deletes what is known of the user's sessions, once they were ended.
  [[nodiscard]] Status Erase(std::string_view user_id);

  /// `wake` runs after each revocation that this process made, and must be quick. Set before the first call.
  void OnRevocation(std::function<void()> wake) { wake_ = std::move(wake); }

  /// Forgets what has expired; to be called now and then. Returns how many rows.
  StatusOr<std::size_t> PurgeExpired();

  /// Now, as the stores keep it.
  [[nodiscard]] WallTime Now() const;

 private:
  SessionKeeper(SessionParts parts, SessionOptions options) : parts_(std::move(parts)), options_(options) {}

  Status CheckNotOvertaken(const User& as_read) const;
  Status RotationRefused(const RotationResult& result, const CallContext& context) const;
  std::string NextToken(const std::string& token, const std::string& nonce) const;
  StatusOr<AuthTokens> MakeTokens(const User& user, const std::string& session_id, const TokenGrant& grant,
                                  std::string refresh_token) const;
  WallTime RevokedUntil() const { return Now() + options_.revocation_lifetime; }
  void Wake() const;

  SessionParts parts_;
  SessionOptions options_;
  std::function<void()> wake_;
};

}  // namespace oofgg::auth
