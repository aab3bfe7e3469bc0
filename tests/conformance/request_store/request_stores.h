#pragma once

#include <memory>
#include <string>

#include "storage/memory/orchestration/memory_request_store.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/orchestration/sqlite_request_store.h"

namespace oofgg::orchestration {

enum class StoreKind { kMemory, kSqlite };

inline std::string NameOf(StoreKind kind) { return kind == StoreKind::kMemory ? "Memory" : "Sqlite"; }

/// A store and what it stands on.
struct StoreOwner {
  std::unique_ptr<storage::Database> database;
  std::unique_ptr<RequestStore> store;
};

inline std::unique_ptr<StoreOwner> MakeStore(StoreKind kind) {
  auto owner = std::make_unique<StoreOwner>();
  if (kind == StoreKind::kMemory) {
    owner->store = std::make_unique<storage::MemoryRequestStore>();
  } else {
    owner->database = std::move(storage::Database::Open(":memory:").value());
    owner->store = std::move(storage::SqliteRequestStore::Make(*owner->database).value());
  }
  return owner;
}

}  // namespace oofgg::orchestration
