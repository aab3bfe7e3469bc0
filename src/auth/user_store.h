#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::auth {

enum class AccountState : std::uint8_t {
  kActive,
  kBanned,    ///< May not sign in until `banned_until`.
  kDeleting,  ///< May not sign in again; its rows are about to go.
};

struct User {
  std::string id;               ///< A UUID of version 7.
  std::string username;         ///< As registered, or made for a guest; never empty.
  std::string email{};          ///< As registered; may be empty.
  bool email_verified = false;  ///< That its owner has shown to read mail sent there.
  std::string password_hash{};  ///< Empty: no password, so that another identity is the way in.
  std::string role;
  WallTime created_at{};  ///< Kept to the millisecond, as is `banned_until`.
  /// Proof that a repeated registration is the same one: a MAC over its idempotency key and names, or empty.
  std::string registration_proof{};
  bool guest = false;  ///< Known by a device alone; becomes a full account by an upgrade.
  AccountState state = AccountState::kActive;
  WallTime banned_until{};   ///< The epoch: for ever.
  std::string ban_reason{};  ///< For operators; never shown to others.
  /// Grows with each change that no session may outlive: a new password, a ban, a deletion; and with an
  /// upgrade. A sign-in that read an older one was overtaken, and is refused; a code that was mailed before
  /// is void.
  std::int64_t epoch = 0;
  std::int64_t version = 0;  ///< Grows with each `Update`.

  friend bool operator==(const User&, const User&) = default;
};

/// A way of being known other than by password: a device, an account elsewhere.
struct Identity {
  std::string provider;  ///< `device`, `twitch`; later `steam` and issuers of OpenID Connect.
  std::string subject;   ///< Who that is to the provider. For a device a hash of its secret, in hex.
  WallTime created_at{};

  friend bool operator==(const Identity&, const Identity&) = default;
};

/// Accounts. Names and addresses are equal in any case (`FoldCase`); of one provider a subject belongs to one
/// account at most.
/// Threads: safe. Errors: kUnavailable (the store cannot be reached or is full; nothing happened).
class UserStore {
 public:
  virtual ~UserStore() = default;

  /// Makes the account, and its first identity if there is one, as one step; durable once it returns.
  /// kAlreadyExists with reason USERNAME_TAKEN, EMAIL_TAKEN or IDENTITY_TAKEN, and with none of them if the
  /// id is taken; of two at once with one name, exactly one succeeds. `version` must be 0.
  [[nodiscard]] virtual Status Create(const User& user,
                                      const std::optional<Identity>& identity = std::nullopt) = 0;

  /// kNotFound if there is none.
  [[nodiscard]] virtual StatusOr<User> FindById(std::string_view id) = 0;
  [[nodiscard]] virtual StatusOr<User> FindByUsername(std::string_view username) = 0;
  [[nodiscard]] virtual StatusOr<User> FindByEmail(std::string_view email) = 0;
  [[nodiscard]] virtual StatusOr<User> FindByIdentity(std::string_view provider,
                                                      std::string_view subject) = 0;

  /// Replaces all but `id` and `created_at` if the stored version still is `user.version`, and counts it up;
  /// durable once it returns. kAborted if it is another, kNotFound if there is no such user, kAlreadyExists
  /// with USERNAME_TAKEN or EMAIL_TAKEN.
  [[nodiscard]] virtual Status Update(const User& user) = 0;

  /// kAlreadyExists with IDENTITY_TAKEN if it is somebody's (the user's own included), kNotFound if there is
  /// no such user.
  [[nodiscard]] virtual Status AddIdentity(std::string_view user_id, const Identity& identity) = 0;
  /// Takes from the user the identity of this provider and subject, or, where one is empty, all that fit the
  /// other; durable once it returns. That there were none, or that there is no such user, is as good.
  [[nodiscard]] virtual Status RemoveIdentities(std::string_view user_id, std::string_view provider,
                                                std::string_view subject) = 0;
  /// By provider and subject; none if there is no such user.
  [[nodiscard]] virtual StatusOr<std::vector<Identity>> ListIdentities(std::string_view user_id) = 0;

  /// Deletes the account with its identities, durably; again is as good as once.
  [[nodiscard]] virtual Status Erase(std::string_view id) = 0;
  /// The ids of at most `limit` accounts in state kDeleting: deletions that a crash interrupted.
  [[nodiscard]] virtual StatusOr<std::vector<std::string>> ListDeleting(std::size_t limit) = 0;
};

/// What `Create`, `Update` and `AddIdentity` answer; shared by the implementations.
[[nodiscard]] Status UsernameTaken();
[[nodiscard]] Status EmailTaken();
[[nodiscard]] Status IdentityTaken();
[[nodiscard]] Status NoSuchUser();
[[nodiscard]] Status UserChanged();

}  // namespace oofgg::auth
