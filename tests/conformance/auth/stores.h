#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "storage/memory/auth/memory_code_store.h"
#include "storage/memory/auth/memory_credential_store.h"
#include "storage/memory/auth/memory_refresh_store.h"
#include "storage/memory/auth/memory_user_store.h"
#include "storage/postgres/auth/postgres_code_store.h"
#include "storage/postgres/auth/postgres_credential_store.h"
#include "storage/postgres/auth/postgres_refresh_store.h"
#include "storage/postgres/auth/postgres_user_store.h"
#include "storage/postgres/database.h"
#include "storage/sqlite/auth/sqlite_code_store.h"
#include "storage/sqlite/auth/sqlite_credential_store.h"
#include "storage/sqlite/auth/sqlite_refresh_store.h"
#include "storage/sqlite/auth/sqlite_user_store.h"
#include "storage/sqlite/database.h"
#include "tests/support/all_at_once.h"
#include "tests/support/patience.h"
#include "tests/support/postgres_server.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::auth::testing {

/// The stores of one kind, and what they stand on.
struct Stores {
  std::shared_ptr<void> ground;
  std::unique_ptr<UserStore> users;
  std::unique_ptr<RefreshStore> sessions;
  std::unique_ptr<CodeStore> codes;
  std::unique_ptr<CredentialStore> credentials;
};

inline Stores MemoryStores(const std::string&) {
  return {.ground = nullptr,
          .users = std::make_unique<storage::MemoryUserStore>(),
          .sessions = std::make_unique<storage::MemoryRefreshStore>(),
          .codes = std::make_unique<storage::MemoryCodeStore>(),
          .credentials = std::make_unique<storage::MemoryCredentialStore>()};
}

/// A file, since in memory its reads would not run beside its writes.
inline Stores SqliteStores(const std::string& directory) {
  std::shared_ptr<storage::Database> database = storage::Database::Open(directory + "/auth.db").value();
  return {.ground = database,
          .users = storage::SqliteUserStore::Make(*database).value(),
          .sessions = storage::SqliteRefreshStore::Make(*database).value(),
          .codes = storage::SqliteCodeStore::Make(*database).value(),
          .credentials = storage::SqliteCredentialStore::Make(*database).value()};
}

inline Stores StoresAt(const std::string& url) {
  std::shared_ptr<storage::PostgresDatabase> database =
      storage::PostgresDatabase::Open(
          url, {.timeout = oofgg::testing::kPatience, .connect_timeout = oofgg::testing::kPatience})
          .value();
  return {.ground = database,
          .users = storage::PostgresUserStore::Make(*database).value(),
          .sessions = storage::PostgresRefreshStore::Make(*database).value(),
          .codes = storage::PostgresCodeStore::Make(*database).value(),
          .credentials = storage::PostgresCredentialStore::Make(*database).value()};
}

/// In the server that all tests share, a schema for each directory.
inline Stores PostgresStores(const std::string& directory) {
  return StoresAt(oofgg::testing::PostgresServer::Shared().SchemaUrl(directory));
}

/// An implementation of all the stores.
struct Kind {
  const char* name;
  /// Opens stores that are those of this directory alone; if they last, with what was left there.
  Stores (*open)(const std::string& directory);
  bool lasts;
};

/// What every suite runs on: another implementation is one more line.
inline constexpr Kind kKinds[] = {
    {.name = "Memory", .open = MemoryStores, .lasts = false},
    {.name = "Sqlite", .open = SqliteStores, .lasts = true},
    {.name = "Postgres", .open = PostgresStores, .lasts = true},
};

inline std::vector<Kind> LastingKinds() {
  std::vector<Kind> lasting;
  for (const Kind& kind : kKinds) {
    if (kind.lasts) lasting.push_back(kind);
  }
  return lasting;
}

inline void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }
inline std::string NameOf(const ::testing::TestParamInfo<Kind>& info) { return info.param.name; }

/// A suite on fresh stores of each kind.
class StoresTest : public ::testing::TestWithParam<Kind> {
 protected:
  const oofgg::testing::TemporaryDirectory directory_;
  Stores stores_ = GetParam().open(directory_.path());
};

using oofgg::testing::AllAtOnce;

}  // namespace oofgg::auth::testing
