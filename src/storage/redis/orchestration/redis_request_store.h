#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orchestration/request_store.h"
#include "storage/redis/publish.h"
#include "storage/redis/row_link.h"

namespace oofgg::storage {

/// The queue of requests in Redis, for any number of makers. Each call is one round trip and one script, but
/// for sweeps of more than 500 requests. Cost: O(log n) for what it touches, the place in line included;
/// `Seats` and `TakeOver` touch all. Threads: safe; not inside callbacks of `client`, which must outlive it.
/// What waits, was released or has changed is told in the same step to all who `FollowFleet`.
///
/// kUnavailable may mean that it was done all the same: the answer was lost. Steps of a lease, `Enqueue`,
/// `Occupy`, `MarkServer`, `CloseServer` and `TakeOver` are sent again within the call's time and find what
/// they did; what was leased by a `LeaseOldest` whose answer was lost comes back when the lease ends. Whether
/// anything outlives Redis' own process is its matter (storage/redis/durability.h).
class RedisRequestStore final : public orchestration::RequestStore {
 public:
  using RequestKey = orchestration::RequestKey;
  using RequestRecord = orchestration::RequestRecord;
  using RequestLease = orchestration::RequestLease;
  using FleetTerm = orchestration::FleetTerm;

  explicit RedisRequestStore(RedisClient& client, RowOptions options = {})
      : link_(client, options, "requests for game servers"), publish_(PublishWord(client.options().url)) {}

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
  enum class Again { kYes, kNo };  // Whether running it twice is as good as once.
  StatusOr<RedisReply> Run(const RedisScript& script, std::string_view fleet,
                           std::vector<std::string> arguments, Again again = Again::kYes) const;
  Status Step(const RedisScript& script, const RequestLease& lease, std::vector<std::string> more = {}) const;
  Status InTerm(const RedisScript& script, const FleetTerm& term, std::vector<std::string> arguments) const;
  StatusOr<RequestRecord> RowFrom(const RedisScript& script, std::string_view fleet,
                                  std::vector<std::string> arguments) const;

  const RowLink link_;
  const std::string publish_;
};

}  // namespace oofgg::storage
