#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "orchestration/request_store.h"

namespace oofgg::storage {

/// A `RequestStore` that lasts as long as this object. One lock; cost O(log n) except for `Position`, linear
/// in the line, and for `Seats`, `DropServer`, `SweepLapsed` and `TakeOver`, linear in
/// the fleet's requests.
class MemoryRequestStore final : public orchestration::RequestStore {
 public:
  using RequestKey = orchestration::RequestKey;
  using RequestRecord = orchestration::RequestRecord;
  using RequestLease = orchestration::RequestLease;
  using FleetTerm = orchestration::FleetTerm;

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
  struct Fleet {
    std::map<std::string, RequestRecord> requests;           // By id.
    std::map<std::uint64_t, std::string> line;               // Ids of kCreated, by sequence.
    std::map<std::string, std::string> seats;                // Id of the request, by player.
    std::map<std::string, std::size_t> seats_of_server;      // Never zero.
    std::set<std::pair<std::string, std::string>> released;  // Server and player.
    std::map<std::string, bool> servers;                     // Marked; true: closed.
    std::size_t line_seats = 0;                              // Of all in `line`.
    std::uint64_t last_sequence = 0;
    std::uint64_t last_fence = 0;  // Of the fleet, so that it goes on when a request is deleted.
    std::uint64_t term = 0;        // One of these fences.
  };

  // All with mutex_ held.
  Fleet& Of(std::string_view fleet);
  StatusOr<Fleet*> In(const FleetTerm& term);
  [[nodiscard]] static bool IsClosed(const Fleet& fleet, const std::string& server_id);
  StatusOr<RequestRecord*> Leased(const RequestLease& lease, bool occupied_too);
  void Move(Fleet& fleet, RequestRecord& record, orchestration::RequestState to);
  static void LeaveLine(Fleet& fleet, const RequestRecord& record);
  void ReleaseSeats(Fleet& fleet, RequestRecord& record);
  void ReleaseSeat(Fleet& fleet, RequestRecord& record, const std::string& player);
  void TakeBack(Fleet& fleet, RequestRecord& record);
  [[nodiscard]] static bool HoldsSeats(const Fleet& fleet, const RequestRecord& record);

  std::mutex mutex_;
  std::map<std::string, Fleet, std::less<>> fleets_;
};

}  // namespace oofgg::storage
