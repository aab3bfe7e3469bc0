#pragma once

#include <string>

#include "orchestration/fleet_lease_store.h"
#include "storage/redis/row_link.h"

namespace oofgg::storage {

/// Leases among workers that share a Redis, by its clock. A Redis that lost its last seconds may give a lease
/// to a second worker while the first one's runs; then the first one hears at its next turn, and the fences
/// of requests refuse what it does until then. Threads: safe; not inside callbacks of `client`, which must
/// outlive it.
class RedisFleetLeases final : public orchestration::FleetLeaseStore {
 public:
  explicit RedisFleetLeases(RedisClient& client, RowOptions options = {});

  StatusOr<bool> Hold(std::string_view fleet, std::string_view holder,
                      std::chrono::milliseconds lease) override;
  Status LetGo(std::string_view fleet, std::string_view holder) override;
  Status Tell(std::string_view fleet, std::string_view holder, std::string_view word) override;
  StatusOr<std::optional<std::string>> Word(std::string_view fleet) override;

 private:
  [[nodiscard]] StatusOr<RedisReply> Run(const RedisScript& script, std::string_view fleet,
                                         std::vector<std::string> arguments) const;

  const RowLink link_;
  const std::string publish_;
};

}  // namespace oofgg::storage
