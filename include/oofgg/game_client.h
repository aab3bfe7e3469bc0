#pragma once

#include <functional>
#include <memory>
#include <string>

#include "oofgg/call.h"
#include "oofgg/client_options.h"
#include "oofgg/event_stream.h"
#include "oofgg/model/game.h"
#include "oofgg/status.h"

namespace oofgg {

namespace internal {
class ClientCore;
}

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

  /// Changes what the request names. With a version, kAborted says that somebody else wrote first, or that an
  /// answer was lost and it was we: read again. Likewise the other updates here.
  StatusOr<Game> UpdateGame(const UpdateGameRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call UpdateGame(const UpdateGameRequest& request, std::function<void(StatusOr<Game>)> on_done,
                                const CallOptions& options = {});

  /// What is joined most of late.
  StatusOr<GamesPage> TrendingGames(const TrendingGamesRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call TrendingGames(const TrendingGamesRequest& request,
                                   std::function<void(StatusOr<GamesPage>)> on_done,
                                   const CallOptions& options = {});

  StatusOr<Session> CreateSession(const CreateSessionRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call CreateSession(const CreateSessionRequest& request,
                                   std::function<void(StatusOr<Session>)> on_done,
                                   const CallOptions& options = {});

  StatusOr<Sessions> GetSession(const GetSessionRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call GetSession(const GetSessionRequest& request,
                                std::function<void(StatusOr<Sessions>)> on_done,
                                const CallOptions& options = {});

  StatusOr<Session> UpdateSession(const UpdateSessionRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call UpdateSession(const UpdateSessionRequest& request,
                                   std::function<void(StatusOr<Session>)> on_done,
                                   const CallOptions& options = {});

  StatusOr<Session> DeleteSession(const DeleteSessionRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call DeleteSession(const DeleteSessionRequest& request,
                                   std::function<void(StatusOr<Session>)> on_done,
                                   const CallOptions& options = {});

  StatusOr<Entity> CreateEntity(const CreateEntityRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call CreateEntity(const CreateEntityRequest& request,
                                  std::function<void(StatusOr<Entity>)> on_done,
                                  const CallOptions& options = {});

  StatusOr<Entities> GetEntity(const GetEntityRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call GetEntity(const GetEntityRequest& request,
                               std::function<void(StatusOr<Entities>)> on_done,
                               const CallOptions& options = {});

  StatusOr<Entity> UpdateEntity(const UpdateEntityRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call UpdateEntity(const UpdateEntityRequest& request,
                                  std::function<void(StatusOr<Entity>)> on_done,
                                  const CallOptions& options = {});

  /// The entity as it last was; only its ids if it was gone already.
  StatusOr<Entity> DeleteEntity(const DeleteEntityRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call DeleteEntity(const DeleteEntityRequest& request,
                                  std::function<void(StatusOr<Entity>)> on_done,
                                  const CallOptions& options = {});

  /// JOIN answers with a session to watch at once; LEAVE ends that.
  StatusOr<Session> JoinLeave(const JoinLeaveRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call JoinLeave(const JoinLeaveRequest& request,
                               std::function<void(StatusOr<Session>)> on_done,
                               const CallOptions& options = {});

  /// Reports the session now and on change, newest only between ticks, over reconnects. Ends after kStarted,
  /// kFinished or kDeleted, or an error. Dropping the Call before leaves the queue, but only after the
  /// few seconds that the server gives for a reconnect: who wants to leave at once says LEAVE.
  [[nodiscard]] Call WatchQueue(std::string session_id, std::function<void(StatusOr<Session>)> on_session);

  /// Opens the session's event stream: events once and in order, over reconnects, none missed from
  /// `after_sequence` or else the first received on. A flood that the callbacks do not keep up with is left
  /// on the server and fetched when they have. An error ends it; kOutOfRange: the server no longer has the
  /// events that would come next.
  EventStream StreamEvents(StreamEventsRequest request, EventStream::OnEvent on_event);

 private:
  std::shared_ptr<internal::ClientCore> core_;
};

}  // namespace oofgg
