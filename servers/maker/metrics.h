#pragma once

#include "matchmaking/ticket_facade.h"
#include "orchestration/fleet_facade.h"
#include "servers/common/ops_server.h"

namespace oofgg::servers {

/// Shows what becomes of tickets (`oofgg_tickets_total` by how they ended, `oofgg_tickets_live`,
/// `oofgg_ticket_wait_seconds`) and what the fleets have (`oofgg_fleet_servers` by fleet and state,
/// `oofgg_fleet_slots`, `oofgg_fleet_reserved_slots`). Lifetime: both facades outlive `ops`.
void AddMakerMetrics(OpsServer& ops, const matchmaking::MatchmakingFacade& matchmaking,
                     orchestration::FleetFacade& fleets);

}  // namespace oofgg::servers
