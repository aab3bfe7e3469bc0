#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/status.h"
#include "orchestration/server_registry.h"

namespace oofgg::orchestration {

/// Keeps registrations of game servers for whoever looks after their fleet next.
/// Threads: safe; each call may wait for a disk or for Redis. Errors: kUnavailable.
class RegistrationStore {
 public:
  virtual ~RegistrationStore() = default;

  /// In the place of the name's former run in that fleet.
  [[nodiscard]] virtual Status Write(const ServerRegistration& registration) = 0;

  /// Nothing happens where something else was written under its name since. What cannot be erased now is
  /// taken up once more, and lapses again.
  virtual void Erase(const ServerRegistration& registration) = 0;

  [[nodiscard]] virtual StatusOr<std::vector<ServerRegistration>> Of(std::string_view fleet) = 0;
};

/// The same of the same, always.
[[nodiscard]] std::string EncodeRegistration(const ServerRegistration& registration);
/// Nothing for what `EncodeRegistration` did not write.
[[nodiscard]] std::optional<ServerRegistration> DecodeRegistration(std::string_view text);

}  // namespace oofgg::orchestration
