#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "oofgg/auth/token_issuer.h"
#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::auth {

/// One login and all refresh tokens that descend from it. Times are kept to the millisecond.
struct RefreshFamily {
  std::string id;  ///< The `sid` of its access tokens.
  std::string user_id;
  WallTime created_at{};
  bool revoked = false;

  friend bool operator==(const RefreshFamily&, const RefreshFamily&) = default;
};

/// One use of a refresh token. Hashes are SHA-256, 32 bytes; the tokens themselves are never stored.
struct Rotation {
  std::string token_hash;  ///< The token that was sent.
  std::string next_hash;   ///< The one that replaces it.
  std::string nonce_hash;  ///< Of the client's idempotency key; empty without one.
  TokenGrant grant;        ///< Of the access token that goes with the next one.
  WallTime now{};
  WallTime next_expires_at{};
  std::chrono::milliseconds grace{0};
};

enum class RotationOutcome {
  kRotated,   ///< First use: the next token is valid from now on.
  kReplayed,  ///< The same client asks again within the grace: `grant` is that of its first answer.
  kReused,    ///< Used before by somebody else: the family has just been revoked.
  kRevoked,   ///< The family was revoked before.
  kExpired,
  kUnknown,
};

struct RotationResult {
  RotationOutcome outcome = RotationOutcome::kUnknown;
  std::string family_id;  ///< This and the next are empty at kUnknown.
  std::string user_id;
  TokenGrant grant;  ///< At kRotated and kReplayed.
};

/// Refresh families and their tokens, by hash.
/// Threads: safe. Errors: kUnavailable (the store cannot be reached or is full; nothing happened).
class RefreshStore {
 public:
  virtual ~RefreshStore() = default;

  /// Durable once it returns. kAlreadyExists if the id or the hash is known.
  [[nodiscard]] virtual Status CreateFamily(const RefreshFamily& family, std::string_view token_hash,
                                            WallTime token_expires_at) = 0;

  /// Applies `DecideRotation` to the token and its family as one step, durable once it returns: of any number
  /// of concurrent uses of one token exactly one is kRotated.
  [[nodiscard]] virtual StatusOr<RotationResult> Rotate(const Rotation& rotation) = 0;

  /// kNotFound if there is none.
  [[nodiscard]] virtual StatusOr<RefreshFamily> FindFamily(std::string_view id) = 0;

  /// Durable once it returns; again is as good as once. kNotFound if there is no such family.
  [[nodiscard]] virtual Status RevokeFamily(std::string_view id) = 0;

  /// Forgets at most `limit` tokens that expired before `now`, and families that have none left. Returns
  /// how many tokens went; fewer than `limit` means that all are gone.
  [[nodiscard]] virtual StatusOr<std::size_t> PurgeExpired(WallTime now, std::size_t limit) = 0;
};

/// A token as an implementation has it stored.
struct StoredRefreshToken {
  std::string family_id;
  WallTime expires_at{};
  bool used = false;
  WallTime used_at{};  ///< This and the next two: once used.
  std::string nonce_hash;
  TokenGrant grant;
};

/// The rule that every implementation follows, free of storage. On kRotated the token becomes used, with
/// the rotation's `now`, nonce and grant, and the next one is added; on kReused the family becomes revoked.
[[nodiscard]] RotationOutcome DecideRotation(const StoredRefreshToken& token, const RefreshFamily& family,
                                             const Rotation& rotation);

}  // namespace oofgg::auth
