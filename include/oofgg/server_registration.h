#pragma once

#include <functional>
#include <memory>
#include <string>

#include "oofgg/model/registration.h"
#include "oofgg/status.h"

namespace oofgg {

namespace internal {
class RegistrationLoop;
}

struct ServerRegistrationOptions {
  RegisterGameServerRequest server{};  ///< Without an `instance` it gets a fresh one.
  /// How the server is, asked for each report; `server_id` is filled in. Empty: that it is there.
  std::function<ReportGameServerRequest()> report{};
  /// The maker's keys are others than before, as after a rotation: give them to `GameServer::SetMakerKeys`.
  std::function<void(const std::string& maker_keys)> on_keys{};
  /// A report or a registration did not get through. It goes on trying.
  std::function<void(const Status& why)> on_trouble{};
};

/// A game server that the maker did not start, known to it for as long as this lives: made by
/// `FleetClient::KeepRegistered`. Reports three times a lease. If the maker does not know the server any
/// more, registers it anew, as the same run of it, so that its players keep their seats.
///
/// Threads: safe. Callbacks run where the client's do, never two at a time, and there reports are made too: a
/// game whose loop hangs, and with it its Dispatcher, is not reported as well.
/// Lifetime: once the client is gone nothing is reported; what ClientOptions names must outlive this too. The
/// destructor signs off without waiting for the answer, but waits for a callback that runs on another thread.
class ServerRegistration {
 public:
  explicit ServerRegistration(std::shared_ptr<internal::RegistrationLoop> loop);
  ~ServerRegistration();
  ServerRegistration(const ServerRegistration&) = delete;
  ServerRegistration& operator=(const ServerRegistration&) = delete;

  /// What the maker answered last; its `server_id` never changes.
  [[nodiscard]] GameServerLease lease() const;

  /// Signs off, and waits until the maker has heard it: before the process ends. Nothing is reported
  /// afterwards. Errors as of `FleetClient::DeregisterGameServer`; then the lease lapses.
  [[nodiscard]] Status SignOff(const std::string& reason);

 private:
  std::shared_ptr<internal::RegistrationLoop> loop_;
};

}  // namespace oofgg
