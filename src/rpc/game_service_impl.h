#pragma once

#include <memory>
#include <utility>

#include "rpc/stream.h"
#include "rpc/unary.h"
#include "v1/api/common/game_service.grpc.pb.h"
#include "wire/proto_entity.h"
#include "wire/proto_game.h"
#include "wire/proto_session.h"

namespace oofgg::rpc {

/// rpc/game_service.h over any class with the facade's methods, such as a test's.
template <class GameFacade, class SessionFacade, class EntityFacade, class EventFacade>
class GameServiceOf final : public ::v1::api::common::GameService::CallbackService {
 public:
  GameServiceOf(ServiceHost& host, const Lane& queueing, GameFacade& games, SessionFacade& sessions,
                EntityFacade& entities, EventFacade& events)
      : host_(host),
        queueing_(queueing),
        games_(games),
        sessions_(sessions),
        entities_(entities),
        events_(events) {}

  grpc::ServerUnaryReactor* CreateGame(grpc::CallbackServerContext* call,
                                       const ::v1::api::game::GameCreateRequest* request,
                                       ::v1::api::game::StandardResponse* response) final {
    return ServeUnary<wire::methods::CreateGame>(host_, host_.lane(), call, request, response,
                                                 Calls(games_, &GameFacade::CreateGame));
  }

  grpc::ServerUnaryReactor* GetGame(grpc::CallbackServerContext* call,
                                    const ::v1::api::game::GameGetRequest* request,
                                    ::v1::api::game::PaginatedResponse* response) final {
    // The contract answers an id with `game`, and its absence with a page of `games`.
    return ServeUnary<wire::methods::GetGame>(
        host_, host_.lane(), call, request, response,
        Calls(games_, &GameFacade::GetGame, &GameFacade::GetGameAtHand),
        [](const GetGameRequest& asked, const GamesPage& page, ::v1::api::game::PaginatedResponse& message) {
          if (!asked.id.empty() && page.games.size() == 1) {
            return wire::GameProto::ToProto(page.games[0], message);
          }
          wire::GameProto::ToProto(page, message);
        });
  }

  grpc::ServerUnaryReactor* UpdateGame(grpc::CallbackServerContext* call,
                                       const ::v1::api::game::GameUpdateRequest* request,
                                       ::v1::api::game::StandardResponse* response) final {
    return ServeUnary<wire::methods::UpdateGame>(host_, host_.lane(), call, request, response,
                                                 Calls(games_, &GameFacade::UpdateGame));
  }

  grpc::ServerUnaryReactor* TrendingGame(grpc::CallbackServerContext* call,
                                         const ::v1::api::game::TrendingGamesRequest* request,
                                         ::v1::api::game::PaginatedResponse* response) final {
    return ServeUnary<wire::methods::TrendingGames>(host_, host_.lane(), call, request, response,
                                                    Calls(games_, &GameFacade::TrendingGames));
  }

  grpc::ServerUnaryReactor* CreateSession(grpc::CallbackServerContext* call,
                                          const ::v1::api::game::SessionCreate* request,
                                          ::v1::api::game::StandardResponse* response) final {
    return ServeUnary<wire::methods::CreateSession>(host_, host_.lane(), call, request, response,
                                                    Calls(sessions_, &SessionFacade::CreateSession));
  }

  grpc::ServerUnaryReactor* GetSession(grpc::CallbackServerContext* call,
                                       const ::v1::api::game::SessionGet* request,
                                       ::v1::api::game::StandardResponse* response) final {
    // Likewise `session` and `sessions`.
    return ServeUnary<wire::methods::GetSession>(
        host_, host_.lane(), call, request, response,
        Calls(sessions_, &SessionFacade::GetSession, &SessionFacade::GetSessionAtHand),
        [](const GetSessionRequest& asked, const oofgg::Sessions& found,
           ::v1::api::game::StandardResponse& message) {
          if (!asked.id.empty() && found.sessions.size() == 1) {
            return wire::SessionProto::ToProto(found.sessions[0], message);
          }
          wire::SessionProto::ToProto(found, message);
        });
  }

  grpc::ServerUnaryReactor* UpdateSession(grpc::CallbackServerContext* call,
                                          const ::v1::api::game::SessionUpdate* request,
                                          ::v1::api::game::StandardResponse* response) final {
    return ServeUnary<wire::methods::UpdateSession>(host_, host_.lane(), call, request, response,
                                                    Calls(sessions_, &SessionFacade::UpdateSession));
  }

  grpc::ServerUnaryReactor* DeleteSession(grpc::CallbackServerContext* call,
                                          const ::v1::api::game::SessionDelete* request,
                                          ::v1::api::game::StandardResponse* response) final {
    return ServeUnary<wire::methods::DeleteSession>(host_, host_.lane(), call, request, response,
                                                    Calls(sessions_, &SessionFacade::DeleteSession));
  }

  grpc::ServerUnaryReactor* CreateEntity(grpc::CallbackServerContext* call,
                                         const ::v1::api::game::EntityCreateRequest* request,
                                         ::v1::api::game::StandardResponse* response) final {
    return ServeUnary<wire::methods::CreateEntity>(host_, host_.lane(), call, request, response,
                                                   Calls(entities_, &EntityFacade::CreateEntity));
  }

  grpc::ServerUnaryReactor* GetEntity(grpc::CallbackServerContext* call,
                                      const ::v1::api::game::EntityGetRequest* request,
                                      ::v1::api::game::PaginatedResponse* response) final {
    // Likewise `entity` and `entities`.
    return ServeUnary<wire::methods::GetEntity>(
        host_, host_.lane(), call, request, response, Calls(entities_, &EntityFacade::GetEntity),
        [](const GetEntityRequest& asked, const Entities& found,
           ::v1::api::game::PaginatedResponse& message) {
          if (!asked.id.empty() && found.entities.size() == 1) {
            return wire::EntityProto::ToProto(found.entities[0], message);
          }
          wire::EntityProto::ToProto(found, message);
        });
  }

  grpc::ServerUnaryReactor* UpdateEntity(grpc::CallbackServerContext* call,
                                         const ::v1::api::game::EntityUpdateRequest* request,
                                         ::v1::api::game::StandardResponse* response) final {
    return ServeUnary<wire::methods::UpdateEntity>(host_, host_.lane(), call, request, response,
                                                   Calls(entities_, &EntityFacade::UpdateEntity));
  }

  grpc::ServerUnaryReactor* DeleteEntity(grpc::CallbackServerContext* call,
                                         const ::v1::api::game::EntityDeleteRequest* request,
                                         ::v1::api::game::StandardResponse* response) final {
    return ServeUnary<wire::methods::DeleteEntity>(host_, host_.lane(), call, request, response,
                                                   Calls(entities_, &EntityFacade::DeleteEntity));
  }

  grpc::ServerUnaryReactor* JoinLeave(grpc::CallbackServerContext* call,
                                      const ::v1::api::game::JoinLeaveGame* request,
                                      ::v1::api::game::StandardResponse* response) final {
    return ServeUnary<wire::methods::JoinLeave>(host_, queueing_, call, request, response,
                                                Calls(sessions_, &SessionFacade::JoinLeave));
  }

  grpc::ServerWriteReactor<::v1::api::game::Session>* WatchQueue(
      grpc::CallbackServerContext* call, const ::v1::api::game::Session* request) final {
    return ServeStream<wire::methods::WatchQueue>(
        host_, call, request,
        [this](const CallContext& context, const Session& session, std::shared_ptr<StreamHost> host) {
          return sessions_.WatchQueue(context, session, std::move(host));
        });
  }

  grpc::ServerBidiReactor<::v1::api::game::GameEvent, ::v1::api::game::GameEvent>* StreamEvents(
      grpc::CallbackServerContext* call) final {
    return ServeBidi<wire::methods::StreamEvents>(
        host_, call, [this](const CallContext& context, std::shared_ptr<StreamHost> host) {
          return events_.Open(context, std::move(host));
        });
  }

 private:
  ServiceHost& host_;
  const Lane queueing_;
  GameFacade& games_;
  SessionFacade& sessions_;
  EntityFacade& entities_;
  EventFacade& events_;
};

}  // namespace oofgg::rpc
