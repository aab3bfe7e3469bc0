#pragma once

#include <memory>

#include "orchestration/fleet_order_store.h"
#include "storage/sqlite/database.h"

namespace oofgg::storage {

/// A `FleetOrderStore` in a SQLite file that it may share with other stores. A write is one transaction,
/// synced before the call returns.
class SqliteFleetOrderStore final : public orchestration::FleetOrderStore {
 public:
  /// Brings the tables of `database`, which must outlive the store, up to date. Errors: those of
  /// `Database::Migrate`.
  [[nodiscard]] static StatusOr<std::unique_ptr<SqliteFleetOrderStore>> Make(Database& database);

  StatusOr<orchestration::FleetOrders> Find(std::string_view fleet) override;
  Status Put(std::string_view fleet, const orchestration::FleetOrders& orders) override;
  Status TellPace(std::string_view fleet, const orchestration::FleetPace& pace) override;
  StatusOr<std::optional<orchestration::FleetPace>> Pace(std::string_view fleet) override;

 private:
  explicit SqliteFleetOrderStore(Database& database) : database_(database) {}

  Database& database_;
};

}  // namespace oofgg::storage
