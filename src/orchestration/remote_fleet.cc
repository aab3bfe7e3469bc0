#include "orchestration/remote_fleet.h"

#include "orchestration/fleet_report.h"

namespace oofgg::orchestration {

void RemoteFleet::ListServers(OnListed on_listed) {
  const auto word = leases_.Word(name_);
  if (!word.ok()) return on_listed(word.status());
  if (*word) return on_listed(ReadFleetReport(name_, **word));
  on_listed(MakeStatus(StatusCode::kUnavailable,
                       "no worker has fleet " + name_ + " now; is an oofgg-maker with --role worker up?"));
}

}  // namespace oofgg::orchestration
