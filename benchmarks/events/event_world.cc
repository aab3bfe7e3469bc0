#include "benchmarks/events/event_world.h"

#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "oofgg/client.h"
#include "oofgg/grpc_transport.h"

namespace oofgg {
namespace {

constexpr const char* kGame = "arena";
constexpr std::string_view kStamp = "\"stamp\":[";

std::chrono::nanoseconds Now() { return std::chrono::steady_clock::now().time_since_epoch(); }

}  // namespace

std::string StampedData(std::size_t sender) {
  char text[96];
  const int length =
      std::snprintf(text, sizeof text, R"({"x":12.5,"y":7.25,"heading":90,"stamp":[%zu,%)" PRId64 "]}",
                    sender, std::int64_t{Now().count()});
  return {text, static_cast<std::size_t>(length)};
}

std::optional<Stamp> StampOf(std::string_view data) {
  const std::size_t found = data.find(kStamp);
  if (found == std::string_view::npos) return std::nullopt;
  char* rest = nullptr;
  const std::size_t sender = std::strtoul(data.data() + found + kStamp.size(), &rest, 10);
  return Stamp{sender, Now() - std::chrono::nanoseconds(std::strtoll(rest + 1, nullptr, 10))};
}

EventWorld::EventWorld() {
  const auto key = auth::SigningKey::Generate().value();
  const std::string jwks = folder_.path() + "/jwks.json";
  std::ofstream(jwks) << R"({"keys":[)" << key.verifying_key().ToJwk() << "]}";
  issuer_ = std::make_unique<auth::TokenIssuer>(key, Clock::System(), RandomSource::System(),
                                                auth::TokenIssuerOptions{.lifetime = std::chrono::hours(24)});
  server_ = std::make_unique<ServerUnderTest>(
      "oofgg-game", std::vector<std::string>{"--jwks", jwks, "--games", std::string(kGame) + "=Arena"});
}

std::string EventWorld::TokenOf(const std::string& player, const std::string& role) const {
  return issuer_->Issue({.user_id = player, .role = role, .session_id = "sid-" + player}).value();
}

std::vector<Seat> EventWorld::MakeSeats(std::size_t players, std::size_t group) {
  std::vector<Seat> seats;
  GrpcTransportOptions transport;
  transport.endpoints.game = server_->Address("grpc");
  Client client(MakeGrpcTransport(transport));
  for (std::size_t i = 0; i < players; i += group) {
    CreateSessionRequest request{.game_id = kGame};
    for (std::size_t j = 0; j < group; ++j) request.user_ids.push_back("p" + std::to_string(made_++));
    const std::string& host = request.user_ids.front();
    client.SetTokens({.user_id = host,
                      .access_token = TokenOf(host, "user"),
                      .expires_at = Clock::System().WallNow() + std::chrono::hours(24)});
    const auto session = client.games().CreateSession(request);
    if (!session.ok()) {
      std::fprintf(stderr, "%s\n", session.status().ToString().c_str());
      return {};
    }
    for (const std::string& player : request.user_ids) {
      seats.push_back({TokenOf(player, "user"), session->id});
    }
  }
  return seats;
}

}  // namespace oofgg
