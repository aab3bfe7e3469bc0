#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "oofgg/client.h"
#include "oofgg/clock.h"
#include "oofgg/executor.h"
#include "oofgg/transport.h"

namespace oofgg::testing {

struct BackendOptions {
  std::chrono::milliseconds latency{1};  ///< Of every message, one way.
  std::chrono::seconds access_token_lifetime{15 * 60};
  std::chrono::milliseconds presence_grace{5'000};  ///< Online this long after the link was lost.
  std::chrono::milliseconds server_start{0};        ///< From a match to its game server.
  /// The rule set of every game, as the server reads it (docs/matchmaking.md). The default makes duels.
  std::string rules = R"({"version": 1, "name": "duel", "teams": 2, "players_per_team": 1})";
  std::uint64_t seed = 1;  ///< Two backends of one seed do the same.
};

/// The servers in memory, for the tests of a game: login, presence and matchmaking by the same code as the
/// real ones, under the same client, in virtual time. Whole evenings take milliseconds, and every run is the
/// same. Matches come by `matchmaking()` here, not by `games().JoinLeave`.
///
/// Nothing happens unless time is asked to pass: by `Advance` or `Settle`, or by a blocking call, which
/// passes as much as it needs. What other parts of the backend offer is answered with kUnimplemented.
/// Threads: all of it and of its clients belongs to one thread.
/// Lifetime: must outlive its clients.
class Backend {
 public:
  /// Ill-formed rules end the program, as a test cannot go on without them.
  explicit Backend(BackendOptions options = {});
  ~Backend();
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;

  /// A client on a link of its own. Its callbacks run while time passes here, unless `options` names another
  /// place; clock, executor, random source and pump are always the backend's.
  [[nodiscard]] std::unique_ptr<Client> NewClient(ClientOptions options = {});

  /// Lets time pass: what falls due on the way happens at its own moment.
  void Advance(Duration duration);
  /// Lets happen what needs two round trips at most: `Advance(4 * latency)`. A call after `ExpireTokens`
  /// takes three (refused, refreshed, carried out), and a retry waits besides: `Advance` there.
  void Settle();

  /// Cuts the client's link: its streams and calls under way end with kUnavailable, new ones too. Calls may
  /// have been carried out all the same.
  void DropLink(const Client& client);
  void RestoreLink(const Client& client);
  /// The next call to be answered on this link is carried out, but its answer is lost with kUnavailable.
  void LoseNextReply(const Client& client);
  /// Every access token issued until now is refused as expired; a session refreshes itself at its next call.
  void ExpireTokens();
  /// The next match finds no game server: its tickets fail with this status' message.
  void FailNextMatch(Status status);

  /// A further link, for a client or a transport test of your own. Calls DropLink and the like do not know
  /// it.
  [[nodiscard]] std::shared_ptr<Transport> NewTransport();
  [[nodiscard]] const Clock& clock() const;
  /// Runs what is posted while time passes.
  [[nodiscard]] Executor& executor();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace oofgg::testing
