#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orchestration/request_store.h"
#include "storage/sqlite/connection.h"

namespace oofgg::storage {

/// The rows behind `SqliteRequestStore`, one transaction's view of them. Only moves data: the rules are the
/// store's.
class RequestRows {
 public:
  using Record = orchestration::RequestRecord;

  explicit RequestRows(Connection& connection) : connection_(connection) {}

  StatusOr<std::optional<Record>> Find(const orchestration::RequestKey& key);
  /// Writes all columns, whether the row is there or not.
  Status Save(const Record& record);
  Status Erase(const orchestration::RequestKey& key);
  StatusOr<std::uint64_t> NextSequence(std::string_view fleet);
  /// Larger than all before it, of whatever request, deleted ones included.
  StatusOr<std::uint64_t> NextFence(std::string_view fleet);
  /// The fence with which the newest term of the fleet began; 0: none has. And beginning one.
  StatusOr<std::uint64_t> Term(std::string_view fleet);
  StatusOr<std::uint64_t> BeginTerm(std::string_view fleet);
  /// Reads an index, no rows.
  StatusOr<orchestration::RequestStore::Line> CountLine(std::string_view fleet);

  StatusOr<std::vector<Record>> InState(std::string_view fleet, orchestration::RequestState state,
                                        std::size_t most);
  StatusOr<std::vector<Record>> OnServer(std::string_view fleet, std::string_view server_id);
  StatusOr<std::vector<Record>> LapsedBy(std::string_view fleet, WallTime now);
  StatusOr<std::vector<Record>> OverdueBy(std::string_view fleet, WallTime now);
  /// The first moment at which a lease lapses or a request in line is overdue.
  StatusOr<std::optional<WallTime>> NextMoment(std::string_view fleet);
  Status EraseFailedBefore(std::string_view fleet, WallTime deadline);

  /// The request for which a player holds a seat, or "".
  StatusOr<std::string> SeatHolder(std::string_view fleet, std::string_view player);
  StatusOr<std::int64_t> SeatsOnServer(std::string_view fleet, std::string_view server_id);
  StatusOr<bool> HoldsSeats(const Record& record);
  Status AddSeat(const Record& record, std::string_view player);
  /// Released seats are remembered in a table of their own.
  Status ReleaseSeat(std::string_view fleet, std::string_view player);
  /// All seats of a request; its record then names no server.
  Status ReleaseSeats(Record& record);
  StatusOr<bool> IsClosed(std::string_view fleet, std::string_view server_id);
  Status Close(std::string_view fleet, std::string_view server_id);
  Status MarkServer(std::string_view fleet, std::string_view server_id);
  StatusOr<std::vector<orchestration::ServerMark>> MarkedServers(std::string_view fleet);
  /// Its mark, too.
  Status ForgetServer(std::string_view fleet, std::string_view server_id);

 private:
  StatusOr<std::vector<Record>> All(Statement& statement);

  Connection& connection_;
};

/// Milliseconds since the epoch: how moments are stored.
[[nodiscard]] std::int64_t ToMillis(WallTime when);
[[nodiscard]] WallTime FromMillis(std::int64_t millis);

}  // namespace oofgg::storage
