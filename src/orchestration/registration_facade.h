#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/address_list.h"
#include "oofgg/caller.h"
#include "oofgg/model/registration.h"
#include "oofgg/status.h"
#include "orchestration/server_registry.h"

namespace oofgg::orchestration {

struct RegistrationOptions {
  /// Where control addresses may lie beside the very address that the call comes from.
  AddressList control_networks{};
  std::string maker_keys{};  ///< The JWK set that join tickets are verified with.
};

/// Who may register game servers, and which: the part of `oofgg.v1.FleetService` that servers call which the
/// maker did not start.
///
/// Every call needs the role `service` or `admin`: kUnauthenticated, kPermissionDenied. A server belongs to
/// the credential that registered it; an admin may report and end any.
/// The maker calls control addresses, so those are not the caller's to choose freely
/// (docs/decisions/0049-servers-that-register.md).
/// Threads: safe. Methods may wait for a disk.
class RegistrationFacade {
 public:
  /// `registry` must outlive it.
  explicit RegistrationFacade(ServerRegistry& registry, RegistrationOptions options = {})
      : registry_(registry), options_(std::move(options)) {}

  /// Lets servers join this fleet, which plays `game_id`; empty: any.
  void AddFleet(std::string name, std::string game_id = {});

  /// Lets nobody join any more; who has joined may go on.
  void CloseFleet(std::string_view name);

  /// kInvalidArgument (a field), kNotFound (no such fleet), kPermissionDenied (the credential is for another
  /// game than the fleet, or the control address is not allowed), or as of ServerRegistry.
  [[nodiscard]] StatusOr<GameServerLease> RegisterGameServer(const CallContext& context,
                                                             const RegisterGameServerRequest& request);
  /// As of ServerRegistry.
  [[nodiscard]] StatusOr<GameServerLease> ReportGameServer(const CallContext& context,
                                                           const ReportGameServerRequest& request);
  [[nodiscard]] StatusOr<DeregisterGameServerResponse> DeregisterGameServer(
      const CallContext& context, const DeregisterGameServerRequest& request);

 private:
  [[nodiscard]] Status CheckFleet(const Caller& caller, const std::string& fleet) const;
  [[nodiscard]] StatusOr<std::string> ControlOf(const CallContext& context, std::string_view text) const;
  [[nodiscard]] GameServerLease LeaseFor(std::string server_id) const;

  ServerRegistry& registry_;
  const RegistrationOptions options_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> game_of_;  // By fleet; guarded by mutex_.
};

}  // namespace oofgg::orchestration
