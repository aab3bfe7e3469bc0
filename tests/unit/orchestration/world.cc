#include "tests/unit/orchestration/world.h"

#include <cstdlib>
#include <utility>

namespace oofgg::orchestration {

using std::chrono::milliseconds;

void SimulatedFleet::Start(ServerSpec spec, OnStarted on_started) {
  started.push_back(spec);
  executor_.PostAt(clock_.Now() + start_time,
                   [this, spec = std::move(spec), on_started = std::move(on_started)]() mutable {
                     if (failing_starts > 0) {
                       --failing_starts;
                       return on_started(MakeStatus(StatusCode::kFailedPrecondition, "no such image"));
                     }
                     SimulatedServer server = model;
                     const std::uint16_t port = ++last_port_;
                     server.running = {spec.id, spec.fleet, "", port, "sim:" + std::to_string(port)};
                     servers_[spec.id] = server;
                     by_control_[server.running.control] = spec.id;
                     answers_from_[spec.id] = clock_.Now() + boot_time;
                     on_started(server.running);
                     if (dying_starts == 0) return;
                     --dying_starts;
                     executor_.Post([this, id = spec.id] { Kill(id); });
                   });
}

void SimulatedFleet::Stop(std::string_view id, milliseconds grace, OnStopped on_stopped) {
  static_cast<void>(grace);
  stopped.emplace_back(id);
  executor_.Post([this, id = std::string(id), on_stopped = std::move(on_stopped)]() mutable {
    on_stopped(absl::OkStatus());
    Kill(id);
  });
}

void SimulatedFleet::List(std::string_view fleet, OnListed on_listed) {
  executor_.Post([this, fleet = std::string(fleet), on_listed = std::move(on_listed)]() mutable {
    std::vector<RunningServer> running;
    for (const auto& [id, server] : servers_) {
      if (server.running.fleet == fleet) running.push_back(server.running);
    }
    on_listed(running);
  });
}

void SimulatedFleet::WatchExits(std::string_view fleet, OnExit on_exit) {
  on_exit_[std::string(fleet)] = std::move(on_exit);
}

void SimulatedFleet::WatchNews(std::string_view fleet, OnNews on_news) {
  on_news_[std::string(fleet)] = std::move(on_news);
}

void SimulatedFleet::Arrive(const std::string& id) {
  SimulatedServer server = model;
  const std::uint16_t port = ++last_port_;
  server.running = {.id = id,
                    .fleet = "default",
                    .host = "metal",
                    .port = port,
                    .control = "sim:" + std::to_string(port),
                    .registered = true};
  servers_[id] = server;
  by_control_[server.running.control] = id;
  answers_from_[id] = clock_.Now() + boot_time;
  Say(id, GameServerState::kReady);
}

void SimulatedFleet::Say(const std::string& id, GameServerState state, std::uint32_t slots,
                         std::uint32_t reserved) {
  const RunningServer& running = servers_.at(id).running;
  if (auto& on_news = on_news_[running.fleet]) {
    on_news({.running = running, .state = state, .slots = slots, .reserved = reserved});
  }
}

void SimulatedFleet::Kill(const std::string& id) {
  const auto found = servers_.find(id);
  if (found == servers_.end()) return;
  const std::string fleet = found->second.running.fleet;
  servers_.erase(found);
  if (auto& on_exit = on_exit_[fleet]) on_exit({id, "signal 9 (Killed)"});
}

SimulatedServer* SimulatedFleet::AtControl(const std::string& control) {
  const auto found = servers_.find(by_control_[control]);
  return found == servers_.end() ? nullptr : &found->second;
}

void SimulatedFleet::Send(HttpCall call, OnReply on_reply) {
  ++http_calls;
  executor_.PostAt(clock_.Now() + milliseconds(1),
                   [this, call = std::move(call), on_reply = std::move(on_reply)]() mutable {
                     const std::string rest = call.url.substr(std::string("http://").size());
                     SimulatedServer* server = AtControl(rest.substr(0, rest.find('/')));
                     if (server == nullptr || clock_.Now() < answers_from_[server->running.id]) {
                       return on_reply(MakeStatus(StatusCode::kUnavailable, "connection refused"));
                     }
                     if (server->paused) {
                       const TimePoint end = clock_.Now() + call.timeout;
                       executor_.PostAt(end, [on_reply = std::move(on_reply)]() mutable {
                         on_reply(MakeStatus(StatusCode::kDeadlineExceeded, "no reply in time"));
                       });
                       return;
                     }
                     HttpReply reply = Answer(*server, call);
                     if (loses_reply && loses_reply(call))
                       return on_reply(MakeStatus(StatusCode::kUnavailable, "connection reset"));
                     on_reply(std::move(reply));
                   });
}

HttpReply SimulatedFleet::Answer(SimulatedServer& server, const HttpCall& call) {
  const std::string path = call.url.substr(call.url.find('/', std::string("http://").size()));
  constexpr std::string_view kReservation = "/reservation/";
  if (path.starts_with(kReservation)) {
    ++server.calls[call.method];
    return {.status = Reserve(server, call.method, path.substr(kReservation.size()))};
  }
  ++server.calls[path];
  if (path == "/status" && server.tells_status) {
    return {.status = 200,
            .body = "{\"slots\":" + std::to_string(server.slots) +
                    ",\"reserved\":" + std::to_string(server.clients.size()) + ",\"players\":0}"};
  }
  return {.status = path == "/close" ? 200 : 404};
}

int SimulatedFleet::Reserve(SimulatedServer& server, const std::string& method, const std::string& client) {
  const bool has = server.clients.contains(client);
  if (method == "GET") return has ? 200 : 404;
  if (method == "DELETE") {
    if (!server.knows_delete) return 405;
    return server.clients.erase(client) > 0 ? 200 : 404;
  }
  const bool full = server.clients.size() >= server.slots;
  if (server.refuses || (has && full && server.refuses_repeat)) return 403;
  if (!has && full) return 403;
  server.clients.insert(client);
  return 200;
}

std::size_t SimulatedFleet::SeatsOf(const std::string& client) const {
  std::size_t seats = 0;
  for (const auto& [id, server] : servers_) seats += server.clients.count(client);
  return seats;
}

World::World(FleetOptions options, RequestOptions limits, bool ordered)
    : with_orders(ordered), fleet_options(std::move(options)), request_options(limits) {
  fleet_options.name = "default";
  StartMaker();
}

World::~World() { KillMaker(); }

void World::StartMaker() {
  KillMaker();
  clients.push_back(std::make_unique<MortalHttp>(sim));
  MortalHttp& http = *clients.back();
  waiters = std::make_unique<RequestWaiters>(executor);
  reservations = std::make_unique<ReservationClient>(http, executor, clock);
  verifier = std::make_unique<ReservationClient>(
      http, executor, clock,
      ReservationOptions{.timeout = milliseconds(1000), .cooldown = milliseconds(0), .tries = 1});
  facade = std::make_unique<RequestFacade>(clock, store, *verifier, *waiters, request_options);
  facade->VerifyBy(http);
  seats = std::make_unique<SeatService>(clock, store, *waiters);
  FleetParts parts{clock, executor, store, sim, *reservations, random};
  parts.counts = &counts;
  parts.on_lost = [this] { is_lost = true; };
  if (with_orders) {
    parts.orders = &orders;
    parts.configured = [this] { return fleet_options; };
    facade->EstimateFrom(orders);
  }
  fleet =
      std::make_unique<Fleet>(fleet_options, parts, [this](const RequestKey& key) { waiters->Notify(key); });
  facade->AddFleet(*fleet);
  seats->AddFleet(*fleet);
  fleet->Start([](const Status&) {});
  executor.RunReady();
}

void World::KillMaker() {
  if (!clients.empty()) clients.back()->alive = false;
  fleet.reset();
  seats.reset();
  facade.reset();
  waiters.reset();
  verifier.reset();
}

void World::Order(const std::function<void(FleetOrders&)>& change) {
  const auto changed = ChangeOrders(orders, "default", [&change](FleetOrders& now) {
    change(now);
    return Status();
  });
  if (!changed.ok()) std::abort();
  fleet->OrdersChanged();
  executor.RunReady();
}

StatusOr<RequestView> World::Post(const std::string& client) {
  std::optional<StatusOr<RequestView>> answer;
  facade->Post("default", client, [&](StatusOr<RequestView> view) { answer = std::move(view); });
  for (int i = 0; i < 10'000 && !answer; ++i) Advance(milliseconds(1));
  return answer.value();
}

std::optional<RequestView> World::AnswerSeated(const std::string& client) {
  std::optional<RequestView> answer;
  bool otherwise = false;
  facade->AnswerSeated(
      "default", client, [&](const StatusOr<RequestView>& view) { answer = view.value(); },
      [&] { otherwise = true; });
  for (int i = 0; i < 10'000 && !answer && !otherwise; ++i) Advance(milliseconds(1));
  return answer;
}

StatusOr<RequestView> World::Get(const std::string& client) {
  std::optional<StatusOr<RequestView>> answer;
  facade->Get("default", client, milliseconds(0),
              [&](StatusOr<RequestView> view) { answer = std::move(view); });
  for (int i = 0; i < 10'000 && !answer; ++i) Advance(milliseconds(1));
  return answer.value();
}

std::optional<RequestView> World::PostUntilReady(const std::string& client, Duration patience) {
  const TimePoint end = clock.Now() + patience;
  while (clock.Now() < end) {
    const auto view = Post(client);
    if (view.ok() && view->stage == RequestView::Stage::kReady) return *view;
    Advance(milliseconds(100));
  }
  return std::nullopt;
}

RequestRecord World::Record(const std::string& client) {
  return store.Find(ClientKey("default", client)).value().value_or(RequestRecord{});
}

std::vector<GameServerInfo> World::Servers() {
  std::vector<GameServerInfo> servers;
  fleet->ListServers([&](StatusOr<std::vector<GameServerInfo>> listed) { servers = *std::move(listed); });
  executor.RunReady();
  return servers;
}

std::size_t World::CountInState(GameServerState state) {
  std::size_t count = 0;
  for (const GameServerInfo& server : Servers()) count += server.state == state ? 1 : 0;
  return count;
}

}  // namespace oofgg::orchestration
