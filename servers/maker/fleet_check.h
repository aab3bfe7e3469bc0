#pragma once

#include "oofgg/status.h"
#include "orchestration/fleet_config.h"
#include "servers/maker/backend_settings.h"

namespace oofgg::servers {

/// Whether there is something to start for `fleet`, by its own word or by that of `backend`. Of a program it
/// is also asked whether it can be run here. Errors: kInvalidArgument, with the field and what to do.
[[nodiscard]] Status CheckFleet(const BackendSettings& backend, const orchestration::FleetConfig& fleet);

/// Whether the servers of `fleet` are told on which port the maker asks them. One that is not may know it all
/// the same, where `PROCESS_PORTS` leaves no choice, so this is no error.
[[nodiscard]] bool TellsControlPort(const BackendSettings& backend, const orchestration::FleetConfig& fleet);

}  // namespace oofgg::servers
