#include "storage/sqlite/orchestration/sqlite_fleet_order_store.h"

#include <array>
#include <string>
#include <utility>

namespace oofgg::storage {

using orchestration::FleetOrders;
using orchestration::FleetPace;

namespace {

constexpr std::array<std::string_view, 1> kFleetOrderMigrations = {R"sql(
  CREATE TABLE maker_fleet_orders (
    fleet TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL, orders TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE maker_fleet_paces (fleet TEXT NOT NULL PRIMARY KEY, pace TEXT NOT NULL) WITHOUT ROWID;
)sql"};

StatusOr<FleetOrders> OrdersIn(Connection& connection, std::string_view fleet) {
  auto select = connection.Prepare("SELECT version, orders FROM maker_fleet_orders WHERE fleet = ?");
  select.Bind(1, fleet);
  OOFGG_ASSIGN_OR_RETURN(const bool row, select.Step());
  if (!row) return FleetOrders();
  OOFGG_ASSIGN_OR_RETURN(FleetOrders orders, orchestration::DecodeOrders(select.Text(1)));
  orders.version = static_cast<std::uint64_t>(select.Int(0));
  return orders;
}

}  // namespace

StatusOr<std::unique_ptr<SqliteFleetOrderStore>> SqliteFleetOrderStore::Make(Database& database) {
  OOFGG_RETURN_IF_ERROR(database.Migrate("maker_fleet_orders", kFleetOrderMigrations));
  return std::unique_ptr<SqliteFleetOrderStore>(new SqliteFleetOrderStore(database));
}

StatusOr<FleetOrders> SqliteFleetOrderStore::Find(std::string_view fleet) {
  FleetOrders orders;
  OOFGG_RETURN_IF_ERROR(database_.Read([&](Connection& connection) -> Status {
    OOFGG_ASSIGN_OR_RETURN(orders, OrdersIn(connection, fleet));
    return absl::OkStatus();
  }));
  return orders;
}

Status SqliteFleetOrderStore::Put(std::string_view fleet, const FleetOrders& orders) {
  return database_.Write([&](Connection& connection) -> Status {
    OOFGG_ASSIGN_OR_RETURN(const FleetOrders stored, OrdersIn(connection, fleet));
    if (stored.version != orders.version) {
      return MakeStatus(StatusCode::kAborted, "the orders of the fleet have been changed meanwhile");
    }
    auto save = connection.Prepare(
        "INSERT OR REPLACE INTO maker_fleet_orders (fleet, version, orders) VALUES (?, ?, ?)");
    const std::string text = orchestration::EncodeOrders(orders);
    return save.Bind(1, fleet).Bind(2, orders.version + 1).Bind(3, std::string_view(text)).Run();
  });
}

Status SqliteFleetOrderStore::TellPace(std::string_view fleet, const FleetPace& pace) {
  return database_.Write([&](Connection& connection) -> Status {
    auto save = connection.Prepare("INSERT OR REPLACE INTO maker_fleet_paces (fleet, pace) VALUES (?, ?)");
    const std::string text = orchestration::EncodePace(pace);
    return save.Bind(1, fleet).Bind(2, std::string_view(text)).Run();
  });
}

StatusOr<std::optional<FleetPace>> SqliteFleetOrderStore::Pace(std::string_view fleet) {
  std::optional<FleetPace> pace;
  OOFGG_RETURN_IF_ERROR(database_.Read([&](Connection& connection) -> Status {
    auto select = connection.Prepare("SELECT pace FROM maker_fleet_paces WHERE fleet = ?");
    select.Bind(1, fleet);
    OOFGG_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return absl::OkStatus();
    OOFGG_ASSIGN_OR_RETURN(pace, orchestration::DecodePace(select.Text(0)));
    return absl::OkStatus();
  }));
  return pace;
}

}  // namespace oofgg::storage
