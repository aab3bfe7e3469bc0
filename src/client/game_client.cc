#include "oofgg/game_client.h"

#include "client/latest_feed.h"
#include "client/unary.h"

namespace oofgg {

namespace methods = wire::methods;
using internal::Block;
using internal::CallBack;

namespace {

/// Behind these the server ends the stream: what waited in the queue waits no more.
bool IsSettled(const Session& session) {
  return session.state == SessionState::kStarted || session.state == SessionState::kFinished ||
         session.state == SessionState::kDeleted;
}

}  // namespace

StatusOr<Game> GameClient::CreateGame(const CreateGameRequest& request, const CallOptions& options) {
  return Block<methods::CreateGame>(core_, request, options);
}

Call GameClient::CreateGame(const CreateGameRequest& request, std::function<void(StatusOr<Game>)> on_done,
                            const CallOptions& options) {
  return CallBack<methods::CreateGame>(core_, request, std::move(on_done), options);
}

StatusOr<GamesPage> GameClient::GetGame(const GetGameRequest& request, const CallOptions& options) {
  return Block<methods::GetGame>(core_, request, options);
}

Call GameClient::GetGame(const GetGameRequest& request, std::function<void(StatusOr<GamesPage>)> on_done,
                         const CallOptions& options) {
  return CallBack<methods::GetGame>(core_, request, std::move(on_done), options);
}

StatusOr<Game> GameClient::UpdateGame(const UpdateGameRequest& request, const CallOptions& options) {
  return Block<methods::UpdateGame>(core_, request, options);
}

Call GameClient::UpdateGame(const UpdateGameRequest& request, std::function<void(StatusOr<Game>)> on_done,
                            const CallOptions& options) {
  return CallBack<methods::UpdateGame>(core_, request, std::move(on_done), options);
}

StatusOr<GamesPage> GameClient::TrendingGames(const TrendingGamesRequest& request,
                                              const CallOptions& options) {
  return Block<methods::TrendingGames>(core_, request, options);
}

Call GameClient::TrendingGames(const TrendingGamesRequest& request,
                               std::function<void(StatusOr<GamesPage>)> on_done, const CallOptions& options) {
  return CallBack<methods::TrendingGames>(core_, request, std::move(on_done), options);
}

StatusOr<Session> GameClient::CreateSession(const CreateSessionRequest& request, const CallOptions& options) {
  return Block<methods::CreateSession>(core_, request, options);
}

Call GameClient::CreateSession(const CreateSessionRequest& request,
                               std::function<void(StatusOr<Session>)> on_done, const CallOptions& options) {
  return CallBack<methods::CreateSession>(core_, request, std::move(on_done), options);
}

StatusOr<Sessions> GameClient::GetSession(const GetSessionRequest& request, const CallOptions& options) {
  return Block<methods::GetSession>(core_, request, options);
}

Call GameClient::GetSession(const GetSessionRequest& request, std::function<void(StatusOr<Sessions>)> on_done,
                            const CallOptions& options) {
  return CallBack<methods::GetSession>(core_, request, std::move(on_done), options);
}

StatusOr<Session> GameClient::UpdateSession(const UpdateSessionRequest& request, const CallOptions& options) {
  return Block<methods::UpdateSession>(core_, request, options);
}

Call GameClient::UpdateSession(const UpdateSessionRequest& request,
                               std::function<void(StatusOr<Session>)> on_done, const CallOptions& options) {
  return CallBack<methods::UpdateSession>(core_, request, std::move(on_done), options);
}

StatusOr<Session> GameClient::DeleteSession(const DeleteSessionRequest& request, const CallOptions& options) {
  return Block<methods::DeleteSession>(core_, request, options);
}

Call GameClient::DeleteSession(const DeleteSessionRequest& request,
                               std::function<void(StatusOr<Session>)> on_done, const CallOptions& options) {
  return CallBack<methods::DeleteSession>(core_, request, std::move(on_done), options);
}

StatusOr<Entity> GameClient::CreateEntity(const CreateEntityRequest& request, const CallOptions& options) {
  return Block<methods::CreateEntity>(core_, request, options);
}

Call GameClient::CreateEntity(const CreateEntityRequest& request,
                              std::function<void(StatusOr<Entity>)> on_done, const CallOptions& options) {
  return CallBack<methods::CreateEntity>(core_, request, std::move(on_done), options);
}

StatusOr<Entities> GameClient::GetEntity(const GetEntityRequest& request, const CallOptions& options) {
  return Block<methods::GetEntity>(core_, request, options);
}

Call GameClient::GetEntity(const GetEntityRequest& request, std::function<void(StatusOr<Entities>)> on_done,
                           const CallOptions& options) {
  return CallBack<methods::GetEntity>(core_, request, std::move(on_done), options);
}

StatusOr<Entity> GameClient::UpdateEntity(const UpdateEntityRequest& request, const CallOptions& options) {
  return Block<methods::UpdateEntity>(core_, request, options);
}

Call GameClient::UpdateEntity(const UpdateEntityRequest& request,
                              std::function<void(StatusOr<Entity>)> on_done, const CallOptions& options) {
  return CallBack<methods::UpdateEntity>(core_, request, std::move(on_done), options);
}

StatusOr<Entity> GameClient::DeleteEntity(const DeleteEntityRequest& request, const CallOptions& options) {
  return Block<methods::DeleteEntity>(core_, request, options);
}

Call GameClient::DeleteEntity(const DeleteEntityRequest& request,
                              std::function<void(StatusOr<Entity>)> on_done, const CallOptions& options) {
  return CallBack<methods::DeleteEntity>(core_, request, std::move(on_done), options);
}

StatusOr<Session> GameClient::JoinLeave(const JoinLeaveRequest& request, const CallOptions& options) {
  return Block<methods::JoinLeave>(core_, request, options);
}

Call GameClient::JoinLeave(const JoinLeaveRequest& request, std::function<void(StatusOr<Session>)> on_done,
                           const CallOptions& options) {
  return CallBack<methods::JoinLeave>(core_, request, std::move(on_done), options);
}

Call GameClient::WatchQueue(std::string session_id, std::function<void(StatusOr<Session>)> on_session) {
  Session request;
  request.id = std::move(session_id);
  return internal::WatchLatest<methods::WatchQueue>(core_, core_->callbacks(), request, IsSettled,
                                                    std::move(on_session));
}

EventStream GameClient::StreamEvents(StreamEventsRequest request, EventStream::OnEvent on_event) {
  return EventStream::Open(core_, EventStream::Side::kPlayer, std::move(request), std::move(on_event));
}

}  // namespace oofgg
