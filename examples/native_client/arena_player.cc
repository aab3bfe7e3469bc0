#include "arena_player.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "oofgg/parse.h"

namespace example {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using nlohmann::json;

/// Between two moves: the arena takes 30 a second.
constexpr auto kPace = std::chrono::milliseconds(40);
constexpr std::size_t kMaxLineBytes = std::size_t{64} * 1024;

/// One line-by-line link to the arena. No step of it takes longer than `patience`.
class Link {
 public:
  explicit Link(std::chrono::milliseconds patience) : patience_(patience) {}

  oofgg::Status Connect(const std::string& address) {
    OOFGG_ASSIGN_OR_RETURN(const auto target, oofgg::ParseHostPort(address));
    boost::system::error_code error;
    const auto endpoints = tcp::resolver(io_).resolve(target.host, std::to_string(target.port), error);
    if (!error) {
      asio::async_connect(socket_, endpoints,
                          [&error](const auto& result, const tcp::endpoint&) { error = result; });
      Finish(error);
    }
    if (!error) socket_.set_option(tcp::no_delay(true), error);
    return ToStatus(error, "cannot reach " + address);
  }

  oofgg::Status Send(const json& message) {
    boost::system::error_code error;
    const std::string line = message.dump() + "\n";
    asio::async_write(socket_, asio::buffer(line),
                      [&error](const auto& result, std::size_t) { error = result; });
    Finish(error);
    return ToStatus(error, "the arena is gone");
  }

  /// Whether another line is on its way in, so that what was just received is old news.
  [[nodiscard]] bool HasMore() const {
    boost::system::error_code error;
    return buffer_.find('\n') != std::string::npos || (socket_.available(error) > 0 && !error);
  }

  oofgg::StatusOr<json> Receive() {
    boost::system::error_code error;
    std::size_t bytes = 0;
    asio::async_read_until(socket_, asio::dynamic_buffer(buffer_, kMaxLineBytes), '\n',
                           [&](const auto& result, std::size_t read) {
                             error = result;
                             bytes = read;
                           });
    Finish(error);
    OOFGG_RETURN_IF_ERROR(ToStatus(error, "the arena is gone"));
    json message = json::parse(buffer_.substr(0, bytes), nullptr, false);
    buffer_.erase(0, bytes);
    if (!message.is_object())
      return oofgg::MakeStatus(oofgg::StatusCode::kInternal, "the arena talks nonsense");
    return message;
  }

 private:
  /// Runs what was begun to its end; if that does not come in time, `error` says so and the link is closed.
  void Finish(boost::system::error_code& error) {
    io_.restart();
    io_.run_for(patience_);
    if (io_.stopped()) return;
    boost::system::error_code ignored;
    socket_.close(ignored);
    io_.run();
    error = asio::error::timed_out;
  }

  static oofgg::Status ToStatus(const boost::system::error_code& error, const std::string& what) {
    if (!error) return {};
    if (error == asio::error::timed_out)
      return oofgg::MakeStatus(oofgg::StatusCode::kDeadlineExceeded, what + ": it does not answer");
    return oofgg::MakeStatus(oofgg::StatusCode::kUnavailable, what + ": " + error.message());
  }

  const std::chrono::milliseconds patience_;
  asio::io_context io_;
  tcp::socket socket_{io_};
  std::string buffer_;
};

/// The first step on the way to the nearest coin; sideways if somebody stands there, so `attempt` varies it.
std::optional<std::string> NextMove(const json& state, const std::string& me, int attempt) {
  const json& at = state["players"][me];
  const int x = at.value("x", 0);
  const int y = at.value("y", 0);
  int best = (std::numeric_limits<int>::max)();
  int dx = 0;
  int dy = 0;
  for (const json& coin : state["coins"]) {
    const int to_x = coin[0].get<int>() - x;
    const int to_y = coin[1].get<int>() - y;
    if (std::abs(to_x) + std::abs(to_y) >= best) continue;
    best = std::abs(to_x) + std::abs(to_y);
    dx = to_x;
    dy = to_y;
  }
  if (best == (std::numeric_limits<int>::max)()) return std::nullopt;
  const bool sideways = dx != 0 && (dy == 0 || attempt % 2 == 0);
  if (attempt > 0 && attempt % 3 == 0) return dx != 0 ? "up" : "left";
  if (sideways) return dx > 0 ? "right" : "left";
  return dy > 0 ? "down" : "up";
}

}  // namespace

oofgg::StatusOr<ArenaResult> PlayArena(const std::string& address, const std::string& join_ticket,
                                       const std::function<void(const std::string&)>& say,
                                       std::chrono::milliseconds patience) {
  Link link(patience);
  OOFGG_RETURN_IF_ERROR(link.Connect(address));
  OOFGG_RETURN_IF_ERROR(link.Send({{"ticket", join_ticket}}));
  ArenaResult result;
  std::string me;
  json last_place;
  int attempt = 0;
  while (result.winner.empty()) {
    OOFGG_ASSIGN_OR_RETURN(const json message, link.Receive());
    const std::string type = message.value("type", "");
    if (type == "welcome") {
      me = message.value("you", "");
      say("in the arena, " + std::to_string(message.value("coins_to_win", 0)) + " coins win");
    } else if (type == "finished") {
      result.winner = message.value("winner", "");
    } else if (type == "error") {
      return oofgg::MakeStatus(oofgg::StatusCode::kPermissionDenied, message.value("error", ""));
    } else if (type == "state" && message["players"].contains(me)) {
      const json& place = message["players"][me];
      result.coins = place.value("coins", 0);
      // With one player there is nobody to play against yet.
      if (link.HasMore() || (message["players"].size() < 2 && result.moves == 0)) continue;
      attempt = place == last_place ? attempt + 1 : 0;
      last_place = place;
      if (const auto move = NextMove(message, me, attempt)) {
        std::this_thread::sleep_for(kPace);
        OOFGG_RETURN_IF_ERROR(link.Send({{"move", *move}}));
        ++result.moves;
      }
    }
  }
  return result;
}

}  // namespace example
