#pragma once

#include <string_view>
#include <vector>

#include "orchestration/registration_store.h"
#include "storage/redis/row_link.h"

namespace oofgg::storage {

/// Registrations in Redis, for any number of makers, under the hash tag of the fleet's requests. Threads:
/// safe; not inside callbacks of `client`, which must outlive it. Whether they outlive Redis' own process is
/// its matter (storage/redis/durability.h).
class RedisRegistrationStore final : public orchestration::RegistrationStore {
 public:
  explicit RedisRegistrationStore(RedisClient& client, RowOptions options = {})
      : link_(client, options, "registrations of game servers") {}

  [[nodiscard]] Status Write(const orchestration::ServerRegistration& registration) override;
  void Erase(const orchestration::ServerRegistration& registration) override;
  [[nodiscard]] StatusOr<std::vector<orchestration::ServerRegistration>> Of(std::string_view fleet) override;

 private:
  const RowLink link_;
};

}  // namespace oofgg::storage
