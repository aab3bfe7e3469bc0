#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oofgg/status.h"
#include "orchestration/server_registry.h"

namespace oofgg::backends {

/// Registrations in a directory, a file of mode 0600 for each name; written whole or not at all. With an
/// empty directory nothing is kept. Threads: one at a time.
class RegistrationFiles {
 public:
  explicit RegistrationFiles(std::string directory) : directory_(std::move(directory)) {}

  /// Makes the directory if need be. Errors: kFailedPrecondition.
  [[nodiscard]] Status Prepare() const;
  /// In the place of the name's former run. Errors: kUnavailable.
  [[nodiscard]] Status Write(const orchestration::ServerRegistration& registration) const;
  void Erase(std::string_view name) const;
  /// All that can be read; what cannot is skipped.
  [[nodiscard]] std::vector<orchestration::ServerRegistration> ReadAll() const;

 private:
  [[nodiscard]] std::string PathOf(std::string_view name) const;
  std::string directory_;
};

}  // namespace oofgg::backends
