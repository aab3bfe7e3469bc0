#include "oofgg/game_client.h"

#include "client/event_feed.h"
#include "client/latest_feed.h"
#include "client/unary.h"

namespace oofgg {

namespace methods = wire::methods;
using internal::Block;
using internal::CallBack;

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
  return internal::WatchLatest<methods::WatchQueue>(
      core_, core_->callbacks(), request,
      [](const Session& session) { return session.state == SessionState::kDeleted; }, std::move(on_session));
}

EventStream GameClient::StreamEvents(StreamEventsRequest request,
                                     std::function<void(StatusOr<GameEvent>)> on_event) {
  auto feed = std::make_shared<internal::EventFeed>(core_, std::move(request), std::move(on_event));
  feed->Start();
  return EventStream(std::move(feed));
}

EventStream::EventStream(std::shared_ptr<internal::EventFeed> feed) : feed_(feed), call_(std::move(feed)) {}

Status EventStream::Send(GameEvent event) {
  if (feed_ == nullptr) return MakeStatus(StatusCode::kFailedPrecondition, "this stream was never opened");
  return feed_->Send(std::move(event));
}

}  // namespace oofgg
