#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "oofgg/call.h"
#include "oofgg/client_options.h"
#include "oofgg/model/game.h"
#include "oofgg/status.h"

namespace oofgg {

namespace internal {
class ClientCore;
class EventFeed;
}  // namespace internal

/// A player's end of a session's event stream. Dropping it leaves the stream. Threads and lifetime as of
/// Call.
class [[nodiscard]] EventStream {
 public:
  EventStream() = default;
  explicit EventStream(std::shared_ptr<internal::EventFeed> feed);

  /// Sends to the session, at most once: what was on its way when the link broke may be lost. While
  /// there is no link events wait, 256 at most: kResourceExhausted. kFailedPrecondition: the stream has
  /// ended.
  Status Send(GameEvent event);

 private:
  std::shared_ptr<internal::EventFeed> feed_;
  Call call_;
};

struct StreamEventsRequest {
  std::string session_id{};
  std::string game_id{};
  /// Events after this sequence number are replayed first; 0: from now on.
  std::uint64_t after_sequence = 0;
};

/// Games, sessions and the events in them. Errors, threads and lifetime as of Client.
class GameClient {
 public:
  explicit GameClient(std::shared_ptr<internal::ClientCore> core) : core_(std::move(core)) {}

  StatusOr<Game> CreateGame(const CreateGameRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call CreateGame(const CreateGameRequest& request, std::function<void(StatusOr<Game>)> on_done,
                                const CallOptions& options = {});

  StatusOr<GamesPage> GetGame(const GetGameRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call GetGame(const GetGameRequest& request, std::function<void(StatusOr<GamesPage>)> on_done,
                             const CallOptions& options = {});

  StatusOr<Session> CreateSession(const CreateSessionRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call CreateSession(const CreateSessionRequest& request,
                                   std::function<void(StatusOr<Session>)> on_done,
                                   const CallOptions& options = {});

  StatusOr<Sessions> GetSession(const GetSessionRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call GetSession(const GetSessionRequest& request,
                                std::function<void(StatusOr<Sessions>)> on_done,
                                const CallOptions& options = {});

  /// JOIN answers with a session to watch at once; LEAVE ends that.
  StatusOr<Session> JoinLeave(const JoinLeaveRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call JoinLeave(const JoinLeaveRequest& request,
                               std::function<void(StatusOr<Session>)> on_done,
                               const CallOptions& options = {});

  /// Reports the session now and on change, newest only between ticks, over reconnects. An error ends it.
  [[nodiscard]] Call WatchQueue(std::string session_id, std::function<void(StatusOr<Session>)> on_session);

  /// Opens the session's event stream: events once and in order, over reconnects, none missed from
  /// `after_sequence` or else the first received on. A flood that the callbacks do not keep up with is left
  /// on the server and fetched when they have. An error ends it; kOutOfRange: the server no longer has the
  /// events that would come next.
  EventStream StreamEvents(StreamEventsRequest request, std::function<void(StatusOr<GameEvent>)> on_event);

 private:
  std::shared_ptr<internal::ClientCore> core_;
};

}  // namespace oofgg
