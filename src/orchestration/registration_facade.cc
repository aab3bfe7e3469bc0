#include "orchestration/registration_facade.h"

#include <algorithm>
#include <utility>

#include "base/id_text.h"
#include "base/require_role.h"
#include "oofgg/parse.h"

namespace oofgg::orchestration {
namespace {

constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxHost = 253;
constexpr std::size_t kMaxReason = 200;
constexpr std::uint32_t kMaxSlots = 100'000;

/// What is nobody's address on a network: this machine, everybody, or the cloud's own services.
constexpr std::string_view kNobodysNetworks =
    "0.0.0.0/8,127.0.0.0/8,169.254.0.0/16,224.0.0.0/4,240.0.0.0/4,::/128,::1/128,fe80::/10,ff00::/8";

Status CheckName(std::string_view field, std::string_view name) {
  const auto fits = [](char c) { return c != '.' && c != ':' && IsIdText({&c, 1}); };
  if (!name.empty() && name.size() <= kMaxName && std::all_of(name.begin(), name.end(), fits)) return {};
  return InvalidField(field, "must have 1 to 64 of [A-Za-z0-9_-]");
}

Status CheckSlots(std::string_view field, std::uint32_t slots) {
  return slots <= kMaxSlots ? Status() : InvalidField(field, "must be 100000 at most");
}

/// Where a call comes from, for addresses without a host.
StatusOr<HostPort> WithPeer(const CallContext& context, std::string_view field, std::string_view text) {
  auto address = ParseHostPort(text);
  if (!address.ok() || address->port == 0) return InvalidField(field, "must be HOST:PORT");
  if (address->host.empty()) address->host = context.peer_address;
  if (address->host.empty()) return InvalidField(field, "must have a host: where you call from is not known");
  return address;
}

StatusOr<HostPort> PlayersAddress(const CallContext& context, std::string_view text) {
  OOFGG_ASSIGN_OR_RETURN(HostPort address, WithPeer(context, "address", text));
  const auto fits = [](char c) { return c != '_' && IsIdText({&c, 1}); };
  if (address.host.size() > kMaxHost || !std::all_of(address.host.begin(), address.host.end(), fits)) {
    return InvalidField("address", "has a host that is neither a name nor an IP address");
  }
  return address;
}

/// A list of the one address; nothing if `host` is none, but a name or a network.
AddressList Only(const std::string& host) {
  if (host.find_first_of(",/ ") != std::string::npos) return {};
  return AddressList::Parse(host).value_or(AddressList());
}

bool IsNobodys(const std::string& host) {
  static const AddressList networks = AddressList::Parse(kNobodysNetworks).value();
  return networks.Contains(host);
}

std::string OwnerOf(const Caller& caller) { return caller.role == "admin" ? "" : caller.user_id; }

}  // namespace

StatusOr<std::string> RegistrationFacade::ControlOf(const CallContext& context, std::string_view text) const {
  OOFGG_ASSIGN_OR_RETURN(const HostPort control, WithPeer(context, "control", text));
  const AddressList host = Only(control.host);
  // A name could point elsewhere by the time that it is used.
  if (host.empty()) return InvalidField("control", "must have an IP address and no name");
  const bool own = host.Contains(context.peer_address);
  const bool allowed = options_.control_networks.Contains(control.host) && !IsNobodys(control.host);
  if (own || allowed) return FormatHostPort(control);
  return WithReason(MakeStatus(StatusCode::kPermissionDenied,
                               "the control address " + control.host + " is neither the one you call from (" +
                                   context.peer_address + ") nor in --register-networks"),
                    "CONTROL_ADDRESS");
}

void RegistrationFacade::AddFleet(std::string name, std::string game_id) {
  const std::lock_guard lock(mutex_);
  game_of_[std::move(name)] = std::move(game_id);
}

void RegistrationFacade::CloseFleet(std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (const auto found = game_of_.find(name); found != game_of_.end()) game_of_.erase(found);
}

Status RegistrationFacade::CheckFleet(const Caller& caller, const std::string& fleet) const {
  const std::lock_guard lock(mutex_);
  const auto found = game_of_.find(fleet);
  if (found == game_of_.end()) {
    return MakeStatus(StatusCode::kNotFound, "there is no fleet '" + fleet + "'");
  }
  if (caller.game_id.empty() || caller.game_id == found->second) return {};
  return MakeStatus(StatusCode::kPermissionDenied,
                    "the credential is for one game, and fleet '" + fleet + "' is not for that game alone");
}

GameServerLease RegistrationFacade::LeaseFor(std::string server_id) const {
  return {.server_id = std::move(server_id), .lease = registry_.lease(), .maker_keys = options_.maker_keys};
}

StatusOr<GameServerLease> RegistrationFacade::RegisterGameServer(const CallContext& context,
                                                                 const RegisterGameServerRequest& request) {
  OOFGG_RETURN_IF_ERROR(RequireRole(context, {"admin", "service"}, "register game servers"));
  OOFGG_RETURN_IF_ERROR(CheckName("id", request.id));
  OOFGG_RETURN_IF_ERROR(CheckName("instance", request.instance));
  OOFGG_RETURN_IF_ERROR(CheckSlots("slots", request.slots));
  const std::string fleet = request.fleet.empty() ? "default" : request.fleet;
  OOFGG_RETURN_IF_ERROR(CheckFleet(*context.caller, fleet));
  OOFGG_ASSIGN_OR_RETURN(const HostPort address, PlayersAddress(context, request.address));
  OOFGG_ASSIGN_OR_RETURN(std::string control, ControlOf(context, request.control));
  const ServerRegistration registration{.name = request.id,
                                        .instance = request.instance,
                                        .owner = context.caller->user_id,
                                        .fleet = fleet,
                                        .host = address.host,
                                        .port = address.port,
                                        .control = std::move(control),
                                        .slots = request.slots};
  OOFGG_RETURN_IF_ERROR(registry_.Register(registration));
  return LeaseFor(registration.ServerId());
}

StatusOr<GameServerLease> RegistrationFacade::ReportGameServer(const CallContext& context,
                                                               const ReportGameServerRequest& request) {
  OOFGG_RETURN_IF_ERROR(RequireRole(context, {"admin", "service"}, "report game servers"));
  OOFGG_RETURN_IF_ERROR(CheckSlots("slots", request.slots));
  OOFGG_RETURN_IF_ERROR(CheckSlots("reserved", request.reserved));
  OOFGG_RETURN_IF_ERROR(CheckSlots("players", request.players));
  ServerReport report{.slots = request.slots, .reserved = (std::max)(request.reserved, request.players)};
  if (request.draining) report.state = GameServerState::kDraining;
  if (request.unhealthy) report.state = GameServerState::kSick;
  OOFGG_RETURN_IF_ERROR(registry_.Report(request.server_id, OwnerOf(*context.caller), report));
  return LeaseFor(request.server_id);
}

StatusOr<DeregisterGameServerResponse> RegistrationFacade::DeregisterGameServer(
    const CallContext& context, const DeregisterGameServerRequest& request) {
  OOFGG_RETURN_IF_ERROR(RequireRole(context, {"admin", "service"}, "deregister game servers"));
  if (request.reason.size() > kMaxReason) return InvalidField("reason", "must have 200 bytes at most");
  OOFGG_RETURN_IF_ERROR(registry_.Deregister(request.server_id, OwnerOf(*context.caller), request.reason));
  return DeregisterGameServerResponse();
}

}  // namespace oofgg::orchestration
