// oofgg-game: presence, sessions and their events, players, scores.

#include <optional>

#include "game/game_room.h"
#include "http/curl_client.h"
#include "oofgg/auth/authorizer.h"
#include "oofgg/bounded_executor.h"
#include "oofgg/grpc_transport.h"
#include "oofgg/log.h"
#include "oofgg/thread_pool.h"
#include "rpc/game_service.h"
#include "rpc/global_service.h"
#include "rpc/instance_service.h"
#include "rpc/match_history_service.h"
#include "rpc/player_service.h"
#include "rpc/presence_service.h"
#include "rpc/score_service.h"
#include "rpc/server.h"
#include "servers/common/call_metrics.h"
#include "servers/common/drain.h"
#include "servers/common/event_log.h"
#include "servers/common/jwks_keeper.h"
#include "servers/common/late_hook.h"
#include "servers/common/ops_server.h"
#include "servers/common/peer_flags.h"
#include "servers/common/process.h"
#include "servers/common/tidy_timer.h"
#include "servers/game/event_relay.h"
#include "servers/game/maker_queue.h"
#include "servers/game/player_eraser.h"
#include "servers/game/presence_port.h"
#include "servers/game/settings.h"
#include "servers/game/standing_channel.h"
#include "servers/game/stores.h"
#include "servers/game/websocket_port.h"

namespace oofgg::servers {
namespace {

constexpr std::size_t kSocketThreads = 2;
/// Who queues for a match waits for the maker on threads apart, so that a silent maker holds up nobody else;
/// who finds no room there is told to come back.
constexpr std::size_t kQueueingThreads = 8;
constexpr std::size_t kMaxQueueing = 64;
constexpr std::chrono::milliseconds kQueueingRetryDelay{1000};
constexpr std::size_t kMakerCallbackThreads = 2;
constexpr std::chrono::minutes kTidyPeriod{10};
constexpr std::chrono::seconds kRollCallPeriod{1};  // For members who were disconnected.
constexpr std::chrono::seconds kFollowPeriod{1};    // For scores that other instances kept.
constexpr std::chrono::milliseconds kDrainPatience{10'000};
constexpr std::chrono::milliseconds kLeavePatience{2'000};

StatusOr<std::shared_ptr<Transport>> TransportToMaker(const GameSettings& settings) {
  GrpcTransportOptions options;
  options.endpoints.maker = settings.maker;
  if (settings.maker_tls) {
    OOFGG_ASSIGN_OR_RETURN(options.tls, TlsOptionsOf(settings.peers));
  } else {
    // Players' tokens go this way.
    OOFGG_RETURN_IF_ERROR(CheckPlaintextAddress("--maker", settings.maker, settings.server.insecure));
  }
  return MakeGrpcTransport(options);
}

game::GameRoomOptions RoomOptionsOf(const GameSettings& settings) {
  game::GameRoomOptions options;
  for (const std::string& text : settings.games) {
    const std::size_t equals = text.find('=');
    Game game;
    game.id = text.substr(0, equals);
    game.name = text.substr(equals + 1);
    options.operators_games.push_back(std::move(game));
  }
  options.sessions = {.disconnect_grace = settings.disconnect_grace, .idle_timeout = settings.session_idle};
  options.keep_matches = settings.match_history;
  return options;
}

StatusOr<std::unique_ptr<RevocationKeeper>> FollowRevocations(const GameSettings& settings,
                                                              std::shared_ptr<auth::RevocationList> revoked,
                                                              rpc::ServiceHost& host, PlayerEraser& eraser) {
  return RevocationKeeper::Start(settings.revocations, settings.peers, settings.server.insecure,
                                 std::move(revoked),
                                 ActionsOn(host, [&eraser](const DeletedUser& user) { eraser.Erase(user); }));
}

Status Serve(const GameSettings& settings) {
  Process process(kProgram, settings.server.log);
  OOFGG_ASSIGN_OR_RETURN(const auto tls, OpenTls(settings.server, Clock::System()));
  Clock& clock = Clock::System();
  RandomSource& random = RandomSource::System();
  OOFGG_ASSIGN_OR_RETURN(const GameStorage storage, OpenGameStores(settings));
  ThreadPool workers(storage.workers);
  auto event_log = ServerEventLog::Open(settings.event_log, {.program = kProgram,
                                                             .insecure = settings.server.insecure,
                                                             .stop = Process::StopRequested,
                                                             .executor = workers,
                                                             .clock = clock,
                                                             .random = random});
  if (!event_log.ok()) return Process::StopRequested() ? Status() : event_log.status();
  OOFGG_ASSIGN_OR_RETURN(auto http_options, HttpOptionsOf(settings.peers));
  http::CurlClient http(std::move(http_options));
  const auto verifier = std::make_shared<auth::TokenVerifier>(
      clock, auth::Jwks(), auth::TokenVerifierOptions{.issuer = settings.issuer});
  LateHook<> send_away;
  const auto keeper = JwksKeeper::Start(settings.jwks, *verifier, http, workers,
                                        {.insecure = settings.server.insecure,
                                         .stop = Process::StopRequested,
                                         .on_key_gone = [&send_away] { send_away(); }});
  if (!keeper.ok()) return Process::StopRequested() ? Status() : keeper.status();
  const auto revoked = std::make_shared<auth::RevocationList>(clock);
  auth::JwtAuthorizer authorizer(
      verifier, {.revoked = revoked, .on_unknown_key = [&keeper] { (*keeper)->RefreshSoon(); }});

  ThreadPool maker_callbacks(kMakerCallbackThreads);
  std::unique_ptr<MakerQueue> queue;
  if (!settings.maker.empty()) {
    OOFGG_ASSIGN_OR_RETURN(auto transport, TransportToMaker(settings));
    queue = std::make_unique<MakerQueue>(std::move(transport), maker_callbacks, clock);
  }
  OOFGG_ASSIGN_OR_RETURN(const auto standings,
                         OpenStandingChannel(settings.server, storage, random, workers));
  game::GameRoomOptions room_options = RoomOptionsOf(settings);
  room_options.standing_channel = standings.get();
  OOFGG_ASSIGN_OR_RETURN(const auto relay, MakeEventRelay(settings.server, room_options.hub.window, workers));
  room_options.relay = relay.get();
  OOFGG_ASSIGN_OR_RETURN(const auto room, game::GameRoom::Open(storage.stores(), queue.get(), clock, random,
                                                               (*event_log)->log(), room_options));
  const TidyTimer tidy(workers, clock, kTidyPeriod,
                       [&room = *room] { return Annotate(room.PurgeEnded(), "purge"); });
  const TidyTimer roll_call(workers, clock, kRollCallPeriod,
                            [&room = *room] { return Annotate(room.LeaveAbsent(), "players who left"); });
  std::optional<TidyTimer> following;  // On SQLite there is no other instance.
  if (storage.postgres != nullptr) {
    following.emplace(workers, clock, kFollowPeriod,
                      [&room = *room] { return Annotate(room.FollowScores(), "other instances' scores"); });
  }
  const auto authenticate = [&authorizer](std::string_view token) { return authorizer.Authenticate(token); };
  const net::SecureLayerFactory secure = tls == nullptr ? net::SecureLayerFactory() : net::TlsLayers(tls);
  OOFGG_ASSIGN_OR_RETURN(const auto presence,
                         PresencePort::Open(settings, process.io(), workers, authenticate, secure));
  OOFGG_ASSIGN_OR_RETURN(const auto websocket, WebSocketPort::Open(settings, process.io(), room->events(),
                                                                   workers, authenticate, secure));

  rpc::ServiceHost host(&authorizer, workers, clock);
  host.TrustProxies(settings.server.proxies);
  if (settings.server.log.verbose) host.LogCalls();
  presence->AddDoors(host);
  websocket->AddDoors(host);
  const auto sending_away = send_away.Set([&host] { host.SendAway(); });
  ThreadPool erasing(1);
  PlayerEraser eraser(erasing, [&room = *room](const DeletedUser& user) { return room.ErasePlayer(user); });
  OOFGG_ASSIGN_OR_RETURN(const auto revocations, FollowRevocations(settings, revoked, host, eraser));
  OpsServer ops(kProgram);
  presence->AddMetrics(ops);
  websocket->AddMetrics(ops);
  AddSilenceGauge(ops, revocations.get());
  if (storage.postgres != nullptr) {
    ops.AddReadiness([&storage] { return storage.postgres->CheckReachable(); });
  }
  AddRedisHealth(ops, storage);
  AddCallMetrics(ops, host.calls());
  (*event_log)->AddHealth(ops);
  OOFGG_RETURN_IF_ERROR(ops.Listen(process.io(), settings.server.ops_listen, tls));
  BoundedExecutor queueing(kQueueingThreads, kMaxQueueing);
  const rpc::Lane queueing_lane(queueing, kQueueingRetryDelay);
  OOFGG_ASSIGN_OR_RETURN(
      const auto server,
      StartRpc(settings.server, tls, host,
               {rpc::MakeGameService(host, queueing_lane, room->games(), room->sessions(), room->entities(),
                                     room->events()),
                rpc::MakeInstanceService(host, room->events()), rpc::MakeGlobalService(host, room->global()),
                rpc::MakePlayerService(host, room->players()), rpc::MakeScoreService(host, room->scores()),
                rpc::MakeMatchHistoryService(host, room->matches()),
                rpc::MakePresenceService(host, presence->facade())}));
  process.Start(kSocketThreads);
  WarnOfPresenceSettings(settings);
  WarnIfNotFollowed(settings.revocations);
  ops.SetReady(true);
  Process::AnnounceReady({{"grpc", FormatHostPort(server->addresses().front())},
                          {"ops", ops.address()},
                          {"presence", WithPort(settings.presence_listen, presence->port())},
                          {"websocket", WithPort(settings.websocket_listen, websocket->port())}});
  process.WaitForSignal();
  ops.SetReady(false);
  room->Drain();
  const TimePoint end = DeadlineAfter(clock.Now(), kDrainPatience);
  if (queue != nullptr) queue->EndBy(end);
  Drain drain;
  presence->DrainInto(drain);
  websocket->DrainInto(drain);
  server->Drain(kDrainPatience);
  drain.Wait(std::chrono::ceil<std::chrono::milliseconds>(end - clock.Now()));
  presence->LeaveInstances(DeadlineAfter(clock.Now(), kLeavePatience));
  process.Stop();
  return {};
}

}  // namespace
}  // namespace oofgg::servers

int main(int argc, char** argv) {
  oofgg::servers::GameSettings settings;
  if (const auto done = oofgg::servers::ReadGameSettings(argc, argv, settings)) return *done;
  const oofgg::Status status = oofgg::servers::Serve(settings);
  return status.ok() ? 0 : oofgg::servers::Fail(oofgg::servers::kProgram, status);
}
