#include "tests/conformance/request_store/request_stores.h"

#include <gtest/gtest.h>

#include "storage/memory/orchestration/memory_fleet_leases.h"
#include "storage/memory/orchestration/memory_fleet_order_store.h"
#include "storage/memory/orchestration/memory_request_store.h"
#include "storage/redis/orchestration/redis_fleet_leases.h"
#include "storage/redis/orchestration/redis_fleet_order_store.h"
#include "storage/redis/orchestration/redis_request_store.h"
#include "storage/redis/orchestration/request_keys.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/orchestration/sqlite_fleet_order_store.h"
#include "storage/sqlite/orchestration/sqlite_request_store.h"
#include "tests/support/patience.h"
#include "tests/support/redis_cluster.h"
#include "tests/support/redis_server.h"

namespace oofgg::orchestration {
namespace {

class MemoryOwner final : public StoreOwner {
 public:
  RequestStore& store() override { return store_; }
  FleetLeaseStore& leases() override { return leases_; }
  FleetOrderStore& orders() override { return orders_; }

 private:
  storage::MemoryRequestStore store_;
  storage::MemoryFleetLeases leases_{Clock::System()};
  storage::MemoryFleetOrderStore orders_;
};

class SqliteOwner final : public StoreOwner {
 public:
  RequestStore& store() override { return *store_; }
  FleetLeaseStore& leases() override { return leases_; }
  FleetOrderStore& orders() override { return *orders_; }

 private:
  const std::unique_ptr<storage::Database> database_ = storage::Database::Open(":memory:").value();
  const std::unique_ptr<RequestStore> store_ = storage::SqliteRequestStore::Make(*database_).value();
  storage::MemoryFleetLeases leases_{Clock::System()};  // One process has the file, and so each fleet.
  const std::unique_ptr<FleetOrderStore> orders_ = storage::SqliteFleetOrderStore::Make(*database_).value();
};

class RedisOwner final : public StoreOwner {
 public:
  explicit RedisOwner(const std::string& url)
      : client_(
            storage::RedisClient::Connect({.url = storage::ParseRedisUrl(url).value()}, Deadline()).value()) {
    for (const char* fleet : {"arena", "duel", "nowhere"}) {
      const auto empty =
          storage::RedisCommand({"FLUSHALL"}).OnKey(storage::request_keys::Rows(fleet)).Idempotent();
      EXPECT_TRUE(client_->Call(empty, Deadline()).ok());
    }
  }
  RequestStore& store() override { return store_; }
  FleetLeaseStore& leases() override { return leases_; }
  FleetOrderStore& orders() override { return orders_; }

 private:
  static constexpr storage::RowOptions kPatient{.timeout = oofgg::testing::kPatience,
                                                .timeout_without_link = oofgg::testing::kPatience};
  static TimePoint Deadline() { return DeadlineAfter(Clock::System().Now(), oofgg::testing::kPatience); }

  const std::unique_ptr<storage::RedisClient> client_;
  storage::RedisRequestStore store_{*client_, kPatient};
  storage::RedisFleetLeases leases_{*client_, kPatient};
  storage::RedisFleetOrderStore orders_{*client_, kPatient};
};

std::string OneRedis() {
  static const oofgg::testing::RedisServer server;
  return server.url();
}

std::string OneRedisCluster() {
  static const oofgg::testing::RedisCluster cluster;
  return cluster.url();
}

}  // namespace

std::string NameOf(StoreKind kind) {
  switch (kind) {
    case StoreKind::kMemory:
      return "Memory";
    case StoreKind::kSqlite:
      return "Sqlite";
    case StoreKind::kRedis:
      return "Redis";
    case StoreKind::kRedisCluster:
      break;
  }
  return "RedisCluster";
}

std::unique_ptr<StoreOwner> MakeStore(StoreKind kind) {
  switch (kind) {
    case StoreKind::kMemory:
      return std::make_unique<MemoryOwner>();
    case StoreKind::kSqlite:
      return std::make_unique<SqliteOwner>();
    case StoreKind::kRedis:
      return std::make_unique<RedisOwner>(OneRedis());
    case StoreKind::kRedisCluster:
      break;
  }
  return std::make_unique<RedisOwner>(OneRedisCluster());
}

}  // namespace oofgg::orchestration
