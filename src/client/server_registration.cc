#include "oofgg/server_registration.h"

#include <utility>

#include "client/registration_loop.h"
#include "client/unary.h"
#include "oofgg/fleet_client.h"
#include "oofgg/uuid.h"

namespace oofgg {

ServerRegistration::ServerRegistration(std::shared_ptr<internal::RegistrationLoop> loop)
    : loop_(std::move(loop)) {
  loop_->Start();
}

ServerRegistration::~ServerRegistration() {
  loop_->Stop();
  loop_->SignOffUnheard();
}

GameServerLease ServerRegistration::lease() const { return loop_->lease(); }

Status ServerRegistration::SignOff(const std::string& reason) {
  loop_->Stop();
  return loop_->SignOff(reason);
}

StatusOr<std::unique_ptr<ServerRegistration>> FleetClient::KeepRegistered(ServerRegistrationOptions options) {
  if (options.server.instance.empty()) options.server.instance = NewUuidV7(core_->clock(), core_->random());
  OOFGG_ASSIGN_OR_RETURN(GameServerLease lease, RegisterGameServer(options.server));
  return std::make_unique<ServerRegistration>(
      std::make_shared<internal::RegistrationLoop>(core_, std::move(options), std::move(lease)));
}

}  // namespace oofgg
