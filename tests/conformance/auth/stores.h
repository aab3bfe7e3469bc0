#pragma once

#include <functional>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "storage/memory/auth/memory_refresh_store.h"
#include "storage/memory/auth/memory_user_store.h"
#include "storage/postgres/auth/postgres_refresh_store.h"
#include "storage/postgres/auth/postgres_user_store.h"
#include "storage/postgres/database.h"
#include "storage/sqlite/auth/sqlite_refresh_store.h"
#include "storage/sqlite/auth/sqlite_user_store.h"
#include "storage/sqlite/database.h"
#include "tests/support/postgres_server.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::auth::testing {

/// The stores of one kind, and what they stand on.
struct Stores {
  std::unique_ptr<storage::Database> database;
  std::unique_ptr<storage::PostgresDatabase> postgres;
  std::unique_ptr<UserStore> users;
  std::unique_ptr<RefreshStore> sessions;
};

inline Stores MemoryStores() {
  Stores stores;
  stores.users = std::make_unique<storage::MemoryUserStore>();
  stores.sessions = std::make_unique<storage::MemoryRefreshStore>();
  return stores;
}

inline Stores SqliteStores(const std::string& path) {
  Stores stores;
  stores.database = storage::Database::Open(path).value();
  stores.users = storage::SqliteUserStore::Make(*stores.database).value();
  stores.sessions = storage::SqliteRefreshStore::Make(*stores.database).value();
  return stores;
}

inline Stores PostgresStores(const std::string& url) {
  Stores stores;
  stores.postgres = storage::PostgresDatabase::Open(url).value();
  stores.users = storage::PostgresUserStore::Make(*stores.postgres).value();
  stores.sessions = storage::PostgresRefreshStore::Make(*stores.postgres).value();
  return stores;
}

/// What every suite runs on. SQLite as a file, since in memory its reads would not run beside its writes.
struct Fixture {
  explicit Fixture(const std::string& kind) : stores(Open(kind)) {}

  Stores Open(const std::string& kind) const {
    if (kind == "Postgres") return PostgresStores(oofgg::testing::PostgresServer::Shared().NewSchemaUrl());
    return kind == "Sqlite" ? SqliteStores(directory / "auth.db") : MemoryStores();
  }

  oofgg::testing::TemporaryDirectory directory;
  Stores stores;
};

/// Runs `body(i)` on as many threads at once.
inline void AllAtOnce(std::size_t threads, const std::function<void(std::size_t)>& body) {
  std::latch start(static_cast<std::ptrdiff_t>(threads));
  std::vector<std::thread> running;
  for (std::size_t i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      start.arrive_and_wait();
      body(i);
    });
  }
  for (std::thread& thread : running) thread.join();
}

}  // namespace oofgg::auth::testing
