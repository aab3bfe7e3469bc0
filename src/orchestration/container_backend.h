#pragma once

#include <absl/functional/any_invocable.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/model/fleet.h"
#include "oofgg/status.h"

namespace oofgg::orchestration {

/// A game server to be started.
struct ServerSpec {
  std::string id;  ///< Chosen by the fleet; names the server for good.
  std::string fleet;
  std::map<std::string, std::string> environment;  ///< All it gets of ours.
  std::string image{};                             ///< What to start; empty: as the backend was told.
  std::string command{};                           ///< The same, for one that starts programs.
};

/// A game server that runs, whether or not it answers already.
struct RunningServer {
  std::string id;
  std::string fleet;
  std::string host{};  ///< For players; empty: as the caller reached the maker.
  std::uint16_t port = 0;
  std::string control{};    ///< `host:port` of its Reservation API, as the maker reaches it.
  bool registered = false;  ///< It came by itself: no maker started it, and none ends it for being idle.

  friend bool operator==(const RunningServer&, const RunningServer&) = default;
};

struct ServerExit {
  std::string id;
  std::string reason;  ///< For people: exit status or signal, and the end of its output.
};

/// What a server says of itself, unasked.
struct ServerNews {
  RunningServer running;
  GameServerState state = GameServerState::kReady;  ///< kDraining, kSick: it wants no more players.
  std::uint32_t slots = 0;                          ///< 0: it does not say.
  std::uint32_t reserved = 0;                       ///< Seats taken there, if it says its slots.
};

/// What runs game servers: processes, Docker, Swarm. Servers outlive the maker: `List` finds those that an
/// earlier maker started.
///
/// Threads: safe. Callbacks run on a thread of the backend's choosing, never inside the call, and must not
/// block. After the destructor has returned none runs; those still owed get kCancelled.
class ContainerBackend {
 public:
  using OnStarted = absl::AnyInvocable<void(StatusOr<RunningServer>)>;
  using OnStopped = absl::AnyInvocable<void(Status)>;
  using OnListed = absl::AnyInvocable<void(StatusOr<std::vector<RunningServer>>)>;
  using OnExit = absl::AnyInvocable<void(ServerExit)>;
  using OnNews = absl::AnyInvocable<void(ServerNews)>;

  virtual ~ContainerBackend() = default;

  /// Starts a server. Success means that it runs; whoever starts it asks it whether it is ready.
  /// Errors: kFailedPrecondition (a fault in the configuration, such as a program that is not there),
  /// kResourceExhausted, kUnavailable.
  virtual void Start(ServerSpec spec, OnStarted on_started) = 0;

  /// Asks a server to end, and ends it after `grace`. OK as well when it has gone already.
  virtual void Stop(std::string_view id, std::chrono::milliseconds grace, OnStopped on_stopped) = 0;

  /// The fleet's servers that run now, including those started by a maker before us.
  virtual void List(std::string_view fleet, OnListed on_listed) = 0;

  /// From now on `on_exit` learns of each server of the fleet that ends, once, whoever ended it, if it was
  /// started or listed here, and never before that was answered. To be called before the first `Start` or
  /// `List`; an empty `on_exit` ends it.
  virtual void WatchExits(std::string_view fleet, OnExit on_exit) = 0;

  /// From now on `on_news` learns of each server of the fleet that runs though it was neither started nor
  /// listed here, and of what such a server says of itself afterwards; its end comes as any other. An empty
  /// `on_news` ends it. A backend whose servers are all started by us has no news.
  virtual void WatchNews(std::string_view /*fleet*/, OnNews /*on_news*/) {}
};

}  // namespace oofgg::orchestration
