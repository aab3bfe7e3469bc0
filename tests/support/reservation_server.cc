// A game server as small as can be, for tests of those who run game servers: it serves the Reservation API
// and nothing else.
//
//   reservation_server CONTROL_PORT [SLOTS] [MODE...]
//
// Modes: `mute-status` (GET /status is 404, as with images that do not know it), `no-delete` (DELETE is 405),
// `refuse` (403 for everybody), `die` (ends at once with status 3), `environment` (prints its own first).

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <iostream>
#include <set>
#include <string>

#include "net/http_server.h"
#include "oofgg/parse.h"

namespace {

using oofgg::net::HttpReplier;
using oofgg::net::HttpRequest;

class Reservations {
 public:
  Reservations(std::size_t slots, std::set<std::string> modes) : slots_(slots), modes_(std::move(modes)) {}

  void Handle(const HttpRequest& request, const HttpReplier& reply) {
    const auto& path = request.segments;
    if (path == std::vector<std::string>{"status"} && !modes_.contains("mute-status")) {
      return reply({.body = "{\"slots\":" + std::to_string(slots_) +
                            ",\"reserved\":" + std::to_string(clients_.size()) + ",\"players\":0}",
                    .content_type = "application/json"});
    }
    if (path == std::vector<std::string>{"close"} && request.method == "POST") {
      reply({});
      return;
    }
    if (path.size() != 2 || path[0] != "reservation") return reply({.status = 404, .body = "Not Found"});
    reply({.status = Reserve(request.method, path[1])});
  }

 private:
  int Reserve(const std::string& method, const std::string& client) {
    if (method == "GET") return clients_.contains(client) ? 200 : 404;
    if (method == "DELETE" && !modes_.contains("no-delete")) return clients_.erase(client) > 0 ? 200 : 404;
    if (method != "POST") return 405;
    if (modes_.contains("refuse") || clients_.size() >= slots_) return 403;
    clients_.insert(client);
    return 200;
  }

  const std::size_t slots_;
  const std::set<std::string> modes_;
  std::set<std::string> clients_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const auto slots = oofgg::ParseInteger<std::size_t>(argc > 2 ? argv[2] : "3");
  std::set<std::string> modes;
  for (int i = 3; i < argc; ++i) modes.insert(argv[i]);
  if (!slots.ok()) return 2;
  if (modes.contains("environment")) {
    for (char** variable = environ; *variable != nullptr; ++variable) std::cout << *variable << std::endl;
  }
  if (modes.contains("die")) {
    std::cerr << "no map to play on" << std::endl;
    return 3;
  }
  boost::asio::io_context io(1);
  Reservations reservations(*slots, modes);
  auto server = oofgg::net::HttpServer::Listen(
      io, std::string("127.0.0.1:") + argv[1],
      [&](const HttpRequest& request, const HttpReplier& reply) { reservations.Handle(request, reply); });
  if (!server.ok()) {
    std::cerr << server.status().message() << std::endl;
    return 1;
  }
  std::cout << "ready control=" << (*server)->port() << std::endl;
  io.run();
}
