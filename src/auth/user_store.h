#pragma once

#include <string>
#include <string_view>

#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::auth {

struct User {
  std::string id;        ///< A UUID of version 7.
  std::string username;  ///< As registered; never empty.
  std::string email;     ///< As registered; may be empty.
  std::string password_hash;
  std::string role;
  WallTime created_at{};  ///< Kept to the millisecond.
  /// Proof that a repeated registration is the same one: a MAC over its idempotency key and names, or empty.
  std::string registration_proof;

  friend bool operator==(const User&, const User&) = default;
};

/// Accounts. Names and addresses are equal in any case (`FoldCase`).
/// Threads: safe. Errors: kUnavailable (the store cannot be reached or is full; nothing happened).
class UserStore {
 public:
  virtual ~UserStore() = default;

  /// Durable once it returns. kAlreadyExists with reason USERNAME_TAKEN or EMAIL_TAKEN, and with
  /// neither if the id is taken; of two at once with one name, exactly one succeeds.
  [[nodiscard]] virtual Status Create(const User& user) = 0;

  /// kNotFound if there is none.
  [[nodiscard]] virtual StatusOr<User> FindById(std::string_view id) = 0;
  [[nodiscard]] virtual StatusOr<User> FindByUsername(std::string_view username) = 0;
  [[nodiscard]] virtual StatusOr<User> FindByEmail(std::string_view email) = 0;

  /// Sets the hash if it still is `expected`; kAborted if not, kNotFound if there is no such user.
  [[nodiscard]] virtual Status ReplacePasswordHash(std::string_view id, std::string_view expected,
                                                   std::string_view hash) = 0;
};

/// What `Create` answers where a name is taken; shared by the implementations.
[[nodiscard]] Status UsernameTaken();
[[nodiscard]] Status EmailTaken();

}  // namespace oofgg::auth
