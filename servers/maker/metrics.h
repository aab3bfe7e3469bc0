#pragma once

#include "matchmaking/ticket_facade.h"
#include "orchestration/fleet_facade.h"
#include "servers/common/ops_server.h"
#include "servers/maker/fleet_crew.h"

namespace oofgg::servers {

/// Shows what becomes of tickets (`oofgg_tickets_total` by how they ended, `oofgg_tickets_live`,
/// `oofgg_ticket_wait_seconds`), what the fleets have (`oofgg_fleet_servers` by fleet and state,
/// `oofgg_fleet_slots`, `oofgg_fleet_reserved_slots`, `oofgg_fleet_waiting_requests`), and what is done of
/// them here (`oofgg_fleet_held`, `oofgg_fleet_events_total` by fleet and event). Lifetime: all outlive
/// `ops`.
void AddMakerMetrics(OpsServer& ops, const matchmaking::MatchmakingFacade& matchmaking,
                     orchestration::FleetFacade& fleets, const FleetCrew& crew);

}  // namespace oofgg::servers
