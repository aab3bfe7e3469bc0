#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "oofgg/clock.h"
#include "oofgg/executor.h"
#include "orchestration/container_backend.h"
#include "orchestration/registration_store.h"
#include "orchestration/server_registry.h"

namespace oofgg::backends {

struct RegisteredServersOptions {
  std::string directory{};  ///< Keeps registrations over a restart; empty: nowhere.
  /// Keeps them instead, for all makers that may look after a fleet; outlives the servers.
  orchestration::RegistrationStore* shared = nullptr;
  std::chrono::milliseconds lease{15'000};  ///< REGISTER_LEASE.
  std::size_t most = 10'000;                ///< Servers at once.
};

/// Game servers that registered themselves, beside those of another backend, as one: each is a member of its
/// fleet, which seats players on it and looks after its health as it does with its own. None is started here,
/// and to stop one is to forget it. Whoever does not report within the lease has ended.
///
/// A registration that was answered outlives a maker: the next one lists it, with a lease from then on. Where
/// registrations are shared, this one knows those of a fleet from when it lists it until nobody here hears
/// the fleet's news any more. Threads: safe; methods may wait for the disk, or for what is shared. Callbacks
/// run on `executor`, those of the other backend's servers where that runs them.
class RegisteredServers final : public orchestration::ContainerBackend, public orchestration::ServerRegistry {
 public:
  /// `others` starts servers; null: nobody does, and `Start` says so. It, `clock` and `executor`, which runs
  /// tasks one at a time, must outlive this. Errors: kFailedPrecondition (the directory).
  [[nodiscard]] static StatusOr<std::unique_ptr<RegisteredServers>> Make(
      orchestration::ContainerBackend* others, const Clock& clock, Executor& executor,
      RegisteredServersOptions options = {});
  ~RegisteredServers() override;

  void Start(orchestration::ServerSpec spec, OnStarted on_started) override;
  void Stop(std::string_view id, std::chrono::milliseconds grace, OnStopped on_stopped) override;
  void List(std::string_view fleet, OnListed on_listed) override;
  void WatchExits(std::string_view fleet, OnExit on_exit) override;
  void WatchNews(std::string_view fleet, OnNews on_news) override;

  [[nodiscard]] std::chrono::milliseconds lease() const override;
  [[nodiscard]] Status Register(const orchestration::ServerRegistration& registration) override;
  [[nodiscard]] Status Report(std::string_view server_id, std::string_view owner,
                              const orchestration::ServerReport& report) override;
  [[nodiscard]] Status Deregister(std::string_view server_id, std::string_view owner,
                                  std::string_view reason) override;

 private:
  class Book;
  RegisteredServers(orchestration::ContainerBackend* others, Executor& executor, std::shared_ptr<Book> book);

  orchestration::ContainerBackend* const others_;
  Executor& executor_;
  const std::shared_ptr<Book> book_;
};

}  // namespace oofgg::backends
