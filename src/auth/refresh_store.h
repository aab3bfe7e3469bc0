#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/auth/token_issuer.h"
#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::auth {

/// One login and all refresh tokens that descend from it. Times are kept to the millisecond.
struct RefreshFamily {
  std::string id;  ///< The `sid` of its access tokens.
  std::string user_id;
  WallTime created_at{};
  WallTime last_used_at{};  ///< When a token of it was used last.
  WallTime expires_at{};    ///< The absolute end, however often it is used.
  std::string label{};      ///< What the client calls itself, for its owner's eyes; may be empty.
  bool revoked = false;

  friend bool operator==(const RefreshFamily&, const RefreshFamily&) = default;
};

/// A session that ended before its access tokens did: servers refuse these tokens until `until`. Or an
/// account that was deleted: servers forget what they keep of that user.
struct Revocation {
  std::int64_t sequence = 0;  ///< From 1, without gaps, in the order in which they became durable.
  std::string session_id;     ///< A `sid`; empty for a deletion.
  WallTime revoked_at{};
  WallTime until{};       ///< By then its last access token is dead; a deletion is told until then.
  std::string user_id{};  ///< Of a deletion, whose account it was.

  [[nodiscard]] bool IsDeletion() const { return !user_id.empty(); }

  friend bool operator==(const Revocation&, const Revocation&) = default;
};

/// A piece of the record of revocations.
struct RevocationPage {
  std::string log_id;      ///< Of this record; another one means that sequences mean something else.
  std::int64_t floor = 0;  ///< All entries after this one are still kept; before it, deletions may be.
  std::int64_t head = 0;   ///< The last entry there is.
  std::vector<Revocation> entries;
};

/// One use of a refresh token. Hashes are SHA-256, 32 bytes; the tokens themselves are never stored.
struct Rotation {
  std::string token_hash;  ///< The token that was sent.
  std::string next_hash;   ///< The one that replaces it.
  std::string nonce_hash;  ///< Of the client's idempotency key; empty without one.
  TokenGrant grant;        ///< Of the access token that goes with the next one.
  WallTime now{};
  WallTime next_expires_at{};  ///< At most; a token never outlives its family.
  std::chrono::milliseconds grace{0};
  WallTime revoked_until{};  ///< Of the revocation that a reuse causes.
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

/// Refresh families and their tokens, by hash, and the record of revocations.
/// Threads: safe. Errors: kUnavailable (the store cannot be reached or is full; nothing happened).
class RefreshStore {
 public:
  virtual ~RefreshStore() = default;

  /// Durable once it returns. kAlreadyExists if the id or the hash is known.
  [[nodiscard]] virtual Status CreateFamily(const RefreshFamily& family, std::string_view token_hash,
                                            WallTime token_expires_at) = 0;

  /// Applies `DecideRotation` to the token and its family as one step, durable once it returns: of any number
  /// of concurrent uses of one token exactly one is kRotated. kReused adds a revocation in the same step.
  [[nodiscard]] virtual StatusOr<RotationResult> Rotate(const Rotation& rotation) = 0;

  /// kNotFound if there is none.
  [[nodiscard]] virtual StatusOr<RefreshFamily> FindFamily(std::string_view id) = 0;

  /// The user's families that are neither revoked nor, at `now`, past their end, newest first; `limit` at
  /// most.
  [[nodiscard]] virtual StatusOr<std::vector<RefreshFamily>> ListFamilies(std::string_view user_id,
                                                                          WallTime now,
                                                                          std::size_t limit) = 0;

  /// Revokes the family and adds the revocation as one step, durable once it returns. True the first time;
  /// again is as good as once, and adds nothing. kNotFound if there is no such family.
  [[nodiscard]] virtual StatusOr<bool> RevokeFamily(std::string_view id, WallTime now, WallTime until) = 0;

  /// The same for all families of the user but `except_id` (which may be empty), as one step. Returns how
  /// many were newly revoked.
  [[nodiscard]] virtual StatusOr<std::size_t> RevokeFamilies(std::string_view user_id,
                                                             std::string_view except_id, WallTime now,
                                                             WallTime until) = 0;

  /// Adds a revocation of a session that is no family, such as a service's. Durable once it returns.
  [[nodiscard]] virtual Status RevokeSession(std::string_view session_id, WallTime now, WallTime until) = 0;

  /// Adds that the user's account was deleted. Durable once it returns; again does no harm.
  [[nodiscard]] virtual Status RecordDeletion(std::string_view user_id, WallTime now, WallTime until) = 0;

  /// The first `limit` revocations after `sequence`, in order, deletions among them. A reader that comes back
  /// with the sequence of the last entry it saw misses none, unless that is below `floor`.
  [[nodiscard]] virtual StatusOr<RevocationPage> ReadRevocations(std::int64_t sequence,
                                                                 std::size_t limit) = 0;

  /// Forgets at most `limit` tokens that expired before `now`, families that have none left, and as many
  /// revocations from the front that no longer matter; deletions, which matter for longer, hold up none
  /// behind them. Returns how many of all went; less than `limit` means that all are gone.
  [[nodiscard]] virtual StatusOr<std::size_t> PurgeExpired(WallTime now, std::size_t limit) = 0;

  /// Deletes all families of the user with their tokens; what was revoked stays so.
  [[nodiscard]] virtual Status EraseFamilies(std::string_view user_id) = 0;
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
/// the rotation's `now`, nonce and grant, the family was last used `now`, and the next token is added, to end
/// at `NextExpiry`; on kReused the family becomes revoked.
[[nodiscard]] RotationOutcome DecideRotation(const StoredRefreshToken& token, const RefreshFamily& family,
                                             const Rotation& rotation);
[[nodiscard]] WallTime NextExpiry(const RefreshFamily& family, const Rotation& rotation);

/// What implementations answer where there is no such family.
[[nodiscard]] Status NoSuchSession();

}  // namespace oofgg::auth
