#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backends/process/process_record.h"
#include "http/curl_client.h"
#include "oofgg/client.h"
#include "oofgg/grpc_transport.h"
#include "tests/support/child_process.h"
#include "tests/support/password.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::testing {

/// Options of a program that is at home in `folder`, where its data then are.
[[nodiscard]] ChildProcess::Options In(const TemporaryDirectory& folder, std::vector<std::string> arguments);

/// One of our servers as a child process that has said "ready"; if it does not, the test ends there with what
/// it said instead. Threads: one owner.
class RunningServer {
 public:
  RunningServer(const std::string& program, const TemporaryDirectory& folder,
                std::vector<std::string> arguments);

  /// Where it listens, by the names of its ready line: `grpc`, `ops`, `http`, `presence`,
  /// `websocket`.
  [[nodiscard]] std::string address(const std::string& name) const { return WordOf(ready_, name); }
  [[nodiscard]] ChildProcess& process() { return process_; }

  /// `kill -9`, and the end of it.
  void Kill();
  /// SIGTERM; the exit status, or -1 if it has not ended after 20 s.
  int Terminate();

 private:
  ChildProcess process_;
  std::string ready_;
};

/// What a maker is told to start where a test says nothing else.
[[nodiscard]] std::string ArenaCommand();

[[nodiscard]] std::unique_ptr<RunningServer> StartAuth(const TemporaryDirectory& folder,
                                                       std::vector<std::string> more = {});
/// Trusts the keys of `auth`.
[[nodiscard]] std::unique_ptr<RunningServer> StartGame(const TemporaryDirectory& folder,
                                                       const RunningServer& auth,
                                                       std::vector<std::string> more = {});
/// Starts oofgg-arena for game servers, of three slots, unless `command` is another PROCESS_COMMAND. Its game
/// servers outlive it: tests end with `EndOrphans`.
[[nodiscard]] std::unique_ptr<RunningServer> StartMaker(const TemporaryDirectory& folder,
                                                        std::vector<std::string> more = {},
                                                        std::string command = {});

[[nodiscard]] std::string JwksUrl(const RunningServer& auth);

/// A client of those servers that are not null; signed out.
[[nodiscard]] std::unique_ptr<Client> ClientOf(const RunningServer* auth, const RunningServer* game = nullptr,
                                               const RunningServer* maker = nullptr,
                                               ClientOptions options = {});
/// The same with an account of its own.
[[nodiscard]] std::unique_ptr<Client> SignUp(const std::string& name, const RunningServer& auth,
                                             const RunningServer* game = nullptr,
                                             const RunningServer* maker = nullptr);

/// A client who is an admin, as whoever can read the auth server's keys in `folder` is.
[[nodiscard]] std::unique_ptr<Client> AdminOf(const TemporaryDirectory& folder, const RunningServer& auth,
                                              const RunningServer* game = nullptr);

/// The game servers that the maker in `folder` has started and that run now.
[[nodiscard]] std::vector<backends::ProcessRecord> GameServersOf(const TemporaryDirectory& folder);

}  // namespace oofgg::testing
