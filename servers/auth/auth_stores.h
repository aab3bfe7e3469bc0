#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "auth/refresh_store.h"
#include "auth/user_store.h"
#include "oofgg/status.h"
#include "storage/postgres/database.h"
#include "storage/sqlite/database.h"

namespace oofgg::servers {

/// The stores of oofgg-auth, and the database that they stand on: one of the two.
struct AuthStores {
  std::unique_ptr<storage::Database> sqlite;
  std::unique_ptr<storage::PostgresDatabase> postgres;
  std::unique_ptr<auth::UserStore> users;
  std::unique_ptr<auth::RefreshStore> sessions;
  /// How many calls should be under way at once: those on the network wait, and share what they wait for.
  std::size_t workers = 0;
};

/// What `--database` lists.
inline constexpr const char* kAuthDatabases = "sqlite:PATH|postgresql://…";

/// Opens `--database` by its scheme and brings its tables up to date. Errors: those of `OpenDatabase` and of
/// `PostgresDatabase::Open`, naming the flag.
[[nodiscard]] StatusOr<AuthStores> OpenAuthStores(const std::string& database);

}  // namespace oofgg::servers
