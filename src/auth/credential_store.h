#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::auth {

/// What a game server or a tool signs in with, role `service`. While it is rotated it has two secrets, so
/// that the fleet can be given the new one in its own time. Times are kept to the millisecond.
struct ServiceCredential {
  std::string id;             ///< A UUID of version 7; the `sub` of its access tokens.
  std::string name;           ///< For operators.
  std::string game_id{};      ///< The one game it may act for; empty: all.
  std::string secret_hash;    ///< SHA-256 of 256 random bits, which need no slow hash.
  std::string former_hash{};  ///< Empty: none.
  WallTime former_until{};    ///< When the former secret ends; the epoch: it ended at once, with its tokens.
  WallTime created_at{};
  WallTime expires_at{};  ///< The epoch: never.
  bool revoked = false;
  std::int64_t version = 0;  ///< Grows with each `Update`.

  friend bool operator==(const ServiceCredential&, const ServiceCredential&) = default;
};

/// Threads: safe. Errors: kUnavailable (the store cannot be reached or is full; nothing happened).
class CredentialStore {
 public:
  virtual ~CredentialStore() = default;

  /// Durable once it returns. kAlreadyExists if the id is known. `version` must be 0.
  [[nodiscard]] virtual Status Create(const ServiceCredential& credential) = 0;

  /// kNotFound if there is none.
  [[nodiscard]] virtual StatusOr<ServiceCredential> Find(std::string_view id) = 0;

  /// At most `limit` with ids after `after_id`, by id.
  [[nodiscard]] virtual StatusOr<std::vector<ServiceCredential>> List(std::string_view after_id,
                                                                      std::size_t limit) = 0;

  /// Replaces all but `id` and `created_at` if the stored version still is `credential.version`, and counts
  /// it up; durable once it returns. kAborted if it is another, kNotFound if there is none.
  [[nodiscard]] virtual Status Update(const ServiceCredential& credential) = 0;
};

[[nodiscard]] Status NoSuchCredential();
[[nodiscard]] Status CredentialChanged();

}  // namespace oofgg::auth
