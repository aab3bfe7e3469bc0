#include "servers/maker/fleets.h"

#include <sys/stat.h>

#include <algorithm>

#include "oofgg/log.h"
#include "servers/maker/fleet_file.h"

namespace oofgg::servers {
namespace {

using orchestration::FleetConfig;
using orchestration::FleetOptions;

const FleetConfig* FleetNamed(const std::vector<FleetConfig>& fleets, std::string_view name) {
  const auto found = std::find_if(fleets.begin(), fleets.end(),
                                  [name](const FleetConfig& fleet) { return fleet.options.name == name; });
  return found == fleets.end() ? nullptr : &*found;
}

}  // namespace

StatusOr<std::unique_ptr<FleetCatalog>> FleetCatalog::Load(std::string file, FleetOptions defaults,
                                                           std::function<Status(const FleetConfig&)> check) {
  std::unique_ptr<FleetCatalog> catalog(
      new FleetCatalog(std::move(file), std::move(defaults), std::move(check)));
  catalog->read_ = catalog->StampNow();  // Before it is read: what is written meanwhile is seen later.
  OOFGG_ASSIGN_OR_RETURN(Fleets fleets, catalog->Read());
  catalog->fleets_ = std::make_shared<const Fleets>(std::move(fleets));
  return catalog;
}

FleetCatalog::Stamp FleetCatalog::StampNow() const {
  struct stat status {};
  if (file_.empty() || stat(file_.c_str(), &status) != 0) return {};
  return {.changed = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec,
          .size = static_cast<std::uint64_t>(status.st_size),
          .inode = static_cast<std::uint64_t>(status.st_ino)};
}

StatusOr<FleetCatalog::Fleets> FleetCatalog::Read() const {
  Fleets fleets{{defaults_, {}}};
  if (!file_.empty()) {
    OOFGG_ASSIGN_OR_RETURN(fleets, LoadFleets(file_, defaults_));
  }
  for (const FleetConfig& fleet : fleets) {
    const Status runs = check_ ? check_(fleet) : Status();
    if (!runs.ok()) return Annotate(runs, "fleet " + fleet.options.name);
  }
  return fleets;
}

std::shared_ptr<const FleetCatalog::Fleets> FleetCatalog::now() const {
  const std::lock_guard lock(mutex_);
  return fleets_;
}

FleetOptions FleetCatalog::OptionsOf(std::string_view name) const {
  const auto fleets = now();
  const FleetConfig* found = FleetNamed(*fleets, name);
  return found != nullptr ? found->options : defaults_;
}

bool FleetCatalog::Look(const std::function<void(const Fleets&)>& prepare) {
  if (file_.empty()) return false;
  const Stamp stamp = StampNow();
  if (stamp == read_) return false;
  read_ = stamp;
  auto read = Read();
  if (!read.ok()) {
    Log(LogLevel::kError, "maker",
        "the fleets stay as they were, as the fleets file cannot be used: " + read.status().ToString());
    return false;
  }
  const auto fleets = std::make_shared<const Fleets>(WithThoseThatClose(*std::move(read)));
  if (prepare) prepare(*fleets);
  {
    const std::lock_guard lock(mutex_);
    fleets_ = fleets;
  }
  Log(LogLevel::kInfo, "maker", "the fleets file " + file_ + " was read again");
  return true;
}

FleetCatalog::Fleets FleetCatalog::WithThoseThatClose(Fleets read) const {
  const auto before = now();
  for (const FleetConfig& fleet : *before) {
    if (FleetNamed(read, fleet.options.name) != nullptr) continue;
    if (!fleet.options.closes) {
      Log(LogLevel::kWarning, "maker",
          "fleet " + fleet.options.name +
              " is no longer in the fleets file: it takes no more requests, and its servers stop when they "
              "are "
              "empty");
    }
    read.push_back({fleet.options, {}});
    read.back().options.closes = true;
  }
  return read;
}

}  // namespace oofgg::servers
