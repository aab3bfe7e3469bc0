#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "client/core.h"
#include "oofgg/call.h"
#include "oofgg/serial_executor.h"
#include "oofgg/server_registration.h"

namespace oofgg::internal {

/// Reports, and registers again where that is needed, one call after the other, until it is stopped. All of
/// it runs where the client's callbacks do, one task at a time.
class RegistrationLoop : public std::enable_shared_from_this<RegistrationLoop> {
 public:
  RegistrationLoop(std::shared_ptr<ClientCore> core, ServerRegistrationOptions options,
                   GameServerLease lease);

  void Start() { ReportLater(); }
  /// Waits for a callback that runs on another thread; none runs afterwards.
  void Stop();
  /// Once stopped. The first call does it; `SignOffUnheard` does not wait.
  [[nodiscard]] Status SignOff(const std::string& reason);
  void SignOffUnheard();

  [[nodiscard]] GameServerLease lease() const;

 private:
  void ReportLater();
  void Report();
  void Register();
  void OnReported(const StatusOr<GameServerLease>& lease);
  void OnAnswer(const StatusOr<GameServerLease>& lease);
  /// Brings an answer back to where we run.
  template <typename Body>
  auto Bring(Body body);
  /// True the first time.
  [[nodiscard]] bool MayStillSignOff();
  [[nodiscard]] std::chrono::milliseconds Period() const;

  const std::shared_ptr<ClientCore> core_;
  const ServerRegistrationOptions options_;
  mutable std::mutex mutex_;  // Guards the next two.
  GameServerLease lease_;
  bool signed_off_ = false;
  SerialExecutor serial_;
  Call call_;  // The one under way. As the timer, of `serial_`'s tasks until that is closed.
  ScopedTimer timer_;
};

}  // namespace oofgg::internal
