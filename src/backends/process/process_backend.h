#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "orchestration/container_backend.h"

namespace oofgg::backends {

struct ProcessBackendOptions {
  /// PROCESS_COMMAND: the program and its arguments; `{port}`, `{control_port}` and `{server_id}` are
  /// filled in, in the environment too.
  std::string command;
  /// Where records and output of game servers are kept; made if need be.
  std::string directory;
  std::string public_host{};               ///< PUBLIC_HOST, or empty: as the caller reached the maker.
  std::string control_host = "127.0.0.1";  ///< Where the maker reaches the servers.
};

/// Game servers as processes on this machine. They have a session of their own and outlive the maker; a
/// record on disk (pid and start time) lets the next maker adopt them
/// (docs/decisions/0009-process-backend-adoption.md).
class ProcessBackend final : public orchestration::ContainerBackend {
 public:
  /// Errors: kInvalidArgument (command), kFailedPrecondition (directory).
  [[nodiscard]] static StatusOr<std::unique_ptr<ProcessBackend>> Make(ProcessBackendOptions options);
  ~ProcessBackend() override;

  void Start(orchestration::ServerSpec spec, OnStarted on_started) override;
  void Stop(std::string_view id, std::chrono::milliseconds grace, OnStopped on_stopped) override;
  void List(std::string_view fleet, OnListed on_listed) override;
  void WatchExits(std::string_view fleet, OnExit on_exit) override;

 private:
  class Impl;
  explicit ProcessBackend(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace oofgg::backends
