#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "auth/auth_room.h"
#include "oofgg/status.h"
#include "servers/common/server_flags.h"
#include "storage/postgres/database.h"
#include "storage/sqlite/database.h"

namespace oofgg::servers {

/// The stores of oofgg-auth, and the database that they stand on: one of the two.
struct AuthStorage {
  std::unique_ptr<storage::Database> sqlite;
  std::unique_ptr<storage::PostgresDatabase> postgres;
  std::unique_ptr<auth::UserStore> users;
  std::unique_ptr<auth::RefreshStore> sessions;
  std::unique_ptr<auth::CodeStore> codes;
  std::unique_ptr<auth::CredentialStore> credentials;
  /// How many calls should be under way at once: those on the network wait, and share what they wait for.
  std::size_t workers = 0;
  /// `auth::RevocationHubOptions::poll`.
  std::chrono::milliseconds revocation_poll{0};

  [[nodiscard]] auth::AuthStores stores() const { return {*users, *sessions, *codes, *credentials}; }
};

/// Opens `--database` by its scheme and brings its tables up to date. Errors: those of `OpenDatabase` and of
/// `PostgresDatabase::Open`, naming the flag.
[[nodiscard]] StatusOr<AuthStorage> OpenAuthStores(const ServerSettings& settings);

}  // namespace oofgg::servers
