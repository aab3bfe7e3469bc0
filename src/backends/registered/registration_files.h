#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oofgg/status.h"
#include "orchestration/registration_store.h"

namespace oofgg::backends {

/// Registrations in a directory, a file of mode 0600 for each name, whatever its fleet; written whole or not
/// at all. With an empty directory nothing is kept. Threads: one at a time.
class RegistrationFiles final : public orchestration::RegistrationStore {
 public:
  explicit RegistrationFiles(std::string directory) : directory_(std::move(directory)) {}

  /// Makes the directory if need be. Errors: kFailedPrecondition.
  [[nodiscard]] Status Prepare() const;
  [[nodiscard]] Status Write(const orchestration::ServerRegistration& registration) override;
  void Erase(const orchestration::ServerRegistration& registration) override;
  /// Those that can be read; what cannot is skipped.
  [[nodiscard]] StatusOr<std::vector<orchestration::ServerRegistration>> Of(std::string_view fleet) override;
  /// The same of all fleets.
  [[nodiscard]] std::vector<orchestration::ServerRegistration> All() const;

 private:
  [[nodiscard]] std::string PathOf(std::string_view name) const;
  std::string directory_;
};

}  // namespace oofgg::backends
