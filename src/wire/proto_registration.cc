#include "wire/proto_registration.h"

namespace oofgg::wire {

void RegistrationProto::ToProto(const RegisterGameServerRequest& from, v1::RegisterGameServerRequest& to) {
  to.set_id(from.id);
  to.set_instance(from.instance);
  to.set_fleet(from.fleet);
  to.set_address(from.address);
  to.set_control(from.control);
  to.set_slots(from.slots);
}

void RegistrationProto::ToProto(const GameServerLease& from, v1::GameServerLease& to) {
  to.set_server_id(from.server_id);
  to.set_lease_ms(from.lease.count());
  to.set_maker_keys(from.maker_keys);
}

void RegistrationProto::ToProto(const ReportGameServerRequest& from, v1::ReportGameServerRequest& to) {
  to.set_server_id(from.server_id);
  to.set_slots(from.slots);
  to.set_reserved(from.reserved);
  to.set_players(from.players);
  to.set_draining(from.draining);
  to.set_unhealthy(from.unhealthy);
}

void RegistrationProto::ToProto(const DeregisterGameServerRequest& from,
                                v1::DeregisterGameServerRequest& to) {
  to.set_server_id(from.server_id);
  to.set_reason(from.reason);
}

Status RegistrationProto::FromProto(const v1::RegisterGameServerRequest& from, RegisterGameServerRequest& to,
                                    Reading) {
  to.id = from.id();
  to.instance = from.instance();
  to.fleet = from.fleet();
  to.address = from.address();
  to.control = from.control();
  to.slots = from.slots();
  return {};
}

Status RegistrationProto::FromProto(const v1::GameServerLease& from, GameServerLease& to, Reading) {
  to.server_id = from.server_id();
  to.lease = std::chrono::milliseconds(from.lease_ms());
  to.maker_keys = from.maker_keys();
  return {};
}

Status RegistrationProto::FromProto(const v1::ReportGameServerRequest& from, ReportGameServerRequest& to,
                                    Reading) {
  to.server_id = from.server_id();
  to.slots = from.slots();
  to.reserved = from.reserved();
  to.players = from.players();
  to.draining = from.draining();
  to.unhealthy = from.unhealthy();
  return {};
}

Status RegistrationProto::FromProto(const v1::DeregisterGameServerRequest& from,
                                    DeregisterGameServerRequest& to, Reading) {
  to.server_id = from.server_id();
  to.reason = from.reason();
  return {};
}

}  // namespace oofgg::wire
