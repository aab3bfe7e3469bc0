#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "oofgg/status.h"
#include "orchestration/fleet_config.h"

namespace oofgg::servers {

/// The fleets that there are: those of the fleets file, read again when it changes, or without a file one,
/// `default`, as the variables say. A file that has become wrong is told of once, and what it said before
/// holds. A fleet that is no longer in it closes: it stays in the list, as it was last, and serves no
/// matches. Threads: safe; `Look` on one at a time.
class FleetCatalog {
 public:
  using Fleets = std::vector<orchestration::FleetConfig>;

  /// `file` may be empty. `defaults`: what a fleet does not say. `check` may refuse a fleet that the backend
  /// could not run. Errors: those of `LoadFleets` and of `check`.
  [[nodiscard]] static StatusOr<std::unique_ptr<FleetCatalog>> Load(
      std::string file, orchestration::FleetOptions defaults,
      std::function<Status(const orchestration::FleetConfig&)> check);

  [[nodiscard]] std::shared_ptr<const Fleets> now() const;

  /// Those of a fleet that is there, or was.
  [[nodiscard]] orchestration::FleetOptions OptionsOf(std::string_view name) const;

  /// Looks whether the file has changed, and reads it if so. True if what is configured is another now;
  /// `prepare` sees it before anybody else does.
  bool Look(const std::function<void(const Fleets&)>& prepare = {});

 private:
  /// What tells one state of a file from another.
  struct Stamp {
    std::int64_t changed = 0;
    std::uint64_t size = 0;
    std::uint64_t inode = 0;

    friend bool operator==(const Stamp&, const Stamp&) = default;
  };

  FleetCatalog(std::string file, orchestration::FleetOptions defaults,
               std::function<Status(const orchestration::FleetConfig&)> check)
      : file_(std::move(file)), defaults_(std::move(defaults)), check_(std::move(check)) {}
  [[nodiscard]] Stamp StampNow() const;
  [[nodiscard]] StatusOr<Fleets> Read() const;
  [[nodiscard]] Fleets WithThoseThatClose(Fleets read) const;

  const std::string file_;
  const orchestration::FleetOptions defaults_;
  const std::function<Status(const orchestration::FleetConfig&)> check_;
  Stamp read_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Fleets> fleets_;  // Guarded by mutex_.
};

}  // namespace oofgg::servers
