#pragma once

#include <memory>
#include <string>
#include <vector>

#include "orchestration/request_store.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/orchestration/known_seats.h"

namespace oofgg::storage {

/// A `RequestStore` in a SQLite file that it may share with other stores. Every write is one transaction,
/// synced before the call returns. Cost: O(log n) but for `Position`, `Waiting` and `Enqueue` with `max_line`
/// (they count the line in an index) and
/// `DropServer`, `Seats` and `TakeOver` (linear in what they touch).
class SqliteRequestStore final : public orchestration::RequestStore {
 public:
  using RequestKey = orchestration::RequestKey;
  using RequestRecord = orchestration::RequestRecord;
  using RequestLease = orchestration::RequestLease;
  using FleetTerm = orchestration::FleetTerm;

  /// Brings the tables of `database`, which must outlive the store, up to date. Errors: those of
  /// `Database::Migrate`.
  [[nodiscard]] static StatusOr<std::unique_ptr<SqliteRequestStore>> Make(Database& database);

  StatusOr<RequestRecord> Enqueue(const orchestration::NewRequest& request) override;
  StatusOr<std::optional<RequestRecord>> Find(const RequestKey& key) override;
  bool SeatAtHand(const RequestKey& key, OnSeat on_seat) override;
  StatusOr<std::uint64_t> Position(const RequestKey& key) override;
  StatusOr<Line> Waiting(std::string_view fleet) override;
  StatusOr<std::vector<RequestRecord>> LeaseOldest(const FleetTerm& term, std::size_t most,
                                                   WallTime until) override;
  Status Renew(const RequestLease& lease, WallTime until) override;
  Status TakeSeats(const RequestLease& lease, const orchestration::SeatServer& server,
                   std::uint32_t slots) override;
  Status Complete(const RequestLease& lease) override;
  Status Fail(const RequestLease& lease, std::string_view error, bool start_failed) override;
  Status GiveBack(const RequestLease& lease) override;
  StatusOr<RequestRecord> Occupy(const RequestKey& key, WallTime until) override;
  Status Release(const RequestLease& lease) override;
  StatusOr<std::optional<RequestRecord>> Withdraw(const RequestKey& key) override;
  Status ForgiveFailures(const RequestKey& key) override;
  StatusOr<std::vector<orchestration::Seat>> Seats(std::string_view fleet) override;
  StatusOr<std::vector<orchestration::Seat>> Released(std::string_view fleet) override;
  Status Forget(const FleetTerm& term, std::string_view server_id, std::string_view player) override;
  StatusOr<std::vector<RequestRecord>> FreeSeats(const FleetTerm& term, std::string_view server_id,
                                                 const std::vector<std::string>& players,
                                                 std::string_view reason) override;
  Status CloseServer(const FleetTerm& term, std::string_view server_id, Closing how) override;
  Status MarkServer(const FleetTerm& term, std::string_view server_id) override;
  StatusOr<std::vector<orchestration::ServerMark>> MarkedServers(std::string_view fleet) override;
  StatusOr<std::vector<RequestRecord>> DropServer(const FleetTerm& term, std::string_view server_id,
                                                  std::string_view reason) override;
  StatusOr<orchestration::Sweep> SweepLapsed(const FleetTerm& term, WallTime now) override;
  StatusOr<FleetTerm> TakeOver(std::string_view fleet, std::string_view holder) override;

 private:
  explicit SqliteRequestStore(Database& database) : database_(database) {}

  Database& database_;
  KnownSeats known_seats_;
};

}  // namespace oofgg::storage
