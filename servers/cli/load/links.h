#pragma once

#include <time.h>

#include <chrono>
#include <cstdint>
#include <span>
#include <string>

#include "oofgg/status.h"
#include "servers/cli/load/friend_graph.h"
#include "servers/cli/load/loopback.h"
#include "servers/cli/load/server_line.h"
#include "servers/cli/load/truth_board.h"

namespace oofgg::load {

[[nodiscard]] inline Nanos NowNanos() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<Nanos>(now.tv_sec) * 1'000'000'000U + static_cast<Nanos>(now.tv_nsec);
}

inline constexpr Nanos kNanosPerMilli = 1'000'000;
[[nodiscard]] inline Nanos ToNanos(std::chrono::milliseconds time) {
  return static_cast<Nanos>(time.count()) * kNanosPerMilli;
}

inline constexpr Nanos kNeverDue = ~Nanos{0};

/// How a connection ended.
struct Loss {
  std::string why;
  std::string go_to{};  ///< HOST:PORT, if the server named another one.
};

/// What becomes of a worker's users. Called from within the methods of Links.
class LinkEvents {
 public:
  virtual ~LinkEvents() = default;
  /// The server has answered the first object.
  virtual void OnReady(User user, Nanos hello_began) = 0;
  /// Nothing that `follower` was told before holds.
  virtual void OnBegin(User follower) = 0;
  virtual void OnUpdate(User follower, const ServerLine& line, Nanos now) = 0;
  /// The server, or the kernel, took it away. It will not be heard of again, unless it is opened anew.
  virtual void OnLost(User user, const Loss& loss) = 0;
  virtual void OnResent() = 0;
};

/// Which users a worker has, and where they go.
struct LinkPlan {
  std::span<const sockaddr_in> servers;  ///< Users go round among them too; outlive the plan.
  SourcePlan sources;
  const FriendGraph& graph;
  const TruthBoard& truth;
  std::uint64_t first_id = 1;  ///< The user id of user 0.
  std::uint32_t worker = 0;
  std::uint32_t workers = 1;  ///< Users go round among them.
  std::uint32_t users = 0;    ///< Of all workers.
  Nanos keep_alive = 0;       ///< How often a user on UDP says something.

  [[nodiscard]] std::uint32_t local_count(User all) const {
    return all > worker ? (all - worker + workers - 1) / workers : 0;
  }
  [[nodiscard]] std::uint32_t LocalOf(User user) const { return user / workers; }
  [[nodiscard]] User UserOf(std::uint32_t local) const { return local * workers + worker; }
  /// Where a user connects at first: which of `servers`.
  [[nodiscard]] std::uint32_t HomeOf(User user) const {
    return user % static_cast<std::uint32_t>(servers.size());
  }
  [[nodiscard]] std::uint64_t IdOf(User user) const { return first_id + user; }
};

/// A worker's connections by one protocol. Waits for nothing: sockets are in the worker's epoll, with `tag`
/// of this class's choosing.
class Links {
 public:
  virtual ~Links() = default;
  /// Begins to connect `user` to one of the plan's servers, and to say what they show. Over TCP those who
  /// were lost may be opened anew. Errors: kResourceExhausted when the machine has no more, with the cure.
  [[nodiscard]] virtual Status Open(User user, std::uint32_t server) = 0;
  /// Tells the server what `user`, who is ready, shows by now.
  virtual void Say(User user) = 0;
  virtual void OnEvent(std::uint64_t tag, std::uint32_t events) = 0;
  /// Does what is due; when it is to be called again.
  [[nodiscard]] virtual Nanos Advance(Nanos now) = 0;
};

/// Members of what a client says, each with a comma before it.
void AppendFriends(std::string& out, const LinkPlan& plan, std::span<const User> friends);
/// With the number of the change as the text, from the second on, so that followers know which one they heard
/// of.
void AppendState(std::string& out, const Change& change);

/// Why the kernel gave no socket or port, and what to do.
[[nodiscard]] Status SocketTrouble(int error);

}  // namespace oofgg::load
