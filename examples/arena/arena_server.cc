#include "arena_server.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/random.h"
#include "oofgg/token_bucket.h"

namespace arena {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using nlohmann::json;

constexpr std::size_t kMaxLineBytes = 4096;
constexpr std::size_t kMaxQueuedLines = 256;  // A player who does not read is dropped, not buffered.
constexpr std::size_t kMaxConnections = 256;
constexpr auto kHelloTimeout = std::chrono::seconds(10);
constexpr auto kSilenceTimeout = std::chrono::seconds(60);
constexpr auto kAcceptPause = std::chrono::milliseconds(100);
constexpr double kMovesPerSecond = 30;

std::string Line(const json& message) {
  return message.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

json StateOf(const ArenaGame& game) {
  json players = json::object();
  for (const auto& [id, player] : game.players()) {
    players[id] = {{"x", player.at.x}, {"y", player.at.y}, {"coins", player.coins}};
  }
  json coins = json::array();
  for (const Cell& coin : game.coins()) coins.push_back({coin.x, coin.y});
  return {{"type", "state"}, {"players", std::move(players)}, {"coins", std::move(coins)}};
}

std::string TextMember(const json& message, const char* name) {
  const auto member = message.find(name);
  return member != message.end() && member->is_string() ? member->get<std::string>() : std::string();
}

}  // namespace

class Connection;

/// One match: its game and those who watch it.
struct Match {
  explicit Match(GameRules rules) : game(rules, oofgg::RandomSource::System().Next()) {}
  ArenaGame game;
  std::vector<Connection*> connections;
};

class ArenaServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, oofgg::GameServer& seats_in, GameRules rules_in)
      : seats(seats_in), rules(rules_in), acceptor_(io), pause_(io) {}

  oofgg::Status Open(const std::string& host, std::uint16_t port) {
    error_code error;
    const auto address = asio::ip::make_address(host, error);
    if (error) return oofgg::InvalidField("listen", "'" + host + "' is not an IP address");
    const tcp::endpoint endpoint(address, port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return oofgg::MakeStatus(
          oofgg::StatusCode::kUnavailable,
          "cannot listen on " + host + ":" + std::to_string(port) + ": " + error.message());
    }
    Accept();
    return {};
  }

  void Close() {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  }

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  oofgg::GameServer& seats;
  const GameRules rules;
  std::map<std::string, std::unique_ptr<Match>> matches;
  std::size_t connections = 0;

 private:
  void Accept();
  /// Out of descriptors, most likely: trying again at once would only burn the processor.
  void AcceptLater();

  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
};

/// One player's socket, alive as long as something is pending on it.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, std::shared_ptr<ArenaServer::Impl> server)
      : socket_(std::move(socket)),
        deadline_(socket_.get_executor()),
        server_(std::move(server)),
        moves_(oofgg::Clock::System(), {.per_second = kMovesPerSecond, .burst = kMovesPerSecond}) {
    ++server_->connections;
  }
  ~Connection() { --server_->connections; }

  void Start() {
    ExpectLineWithin(kHelloTimeout);
    Read();
  }

  void Send(std::string line) {
    if (closing_) return;
    if (outgoing_.size() >= kMaxQueuedLines) return Close();
    outgoing_.push_back(std::move(line));
    if (outgoing_.size() == 1) Write();
  }

 private:
  void Read() {
    asio::async_read_until(socket_, asio::dynamic_buffer(incoming_, kMaxLineBytes), '\n',
                           [self = shared_from_this()](const error_code& error, std::size_t bytes) {
                             if (error) return self->Close();
                             self->OnLine(bytes);
                           });
  }

  void OnLine(std::size_t bytes) {
    const json message = json::parse(incoming_.begin(),
                                     incoming_.begin() + static_cast<std::ptrdiff_t>(bytes), nullptr, false);
    incoming_.erase(0, bytes);
    if (!message.is_object()) {
      Refuse("this is no JSON object");
    } else if (match_ == nullptr) {
      Hello(message);
    } else {
      Play(message);
    }
    if (closing_) return;
    ExpectLineWithin(kSilenceTimeout);
    Read();
  }

  void Hello(const json& message) {
    std::string match_id = "free-play";
    if (const std::string ticket = TextMember(message, "ticket"); !ticket.empty()) {
      auto admitted = server_->seats.Admit(ticket);
      if (!admitted.ok()) return Refuse(std::string(admitted.status().message()));
      player_ = admitted->player_id;
      match_id = admitted->match_id;
    } else {
      const std::string player = TextMember(message, "player");
      const oofgg::Status admitted = server_->seats.AdmitWithoutTicket(player);
      if (!admitted.ok()) return Refuse(std::string(admitted.message()));
      player_ = player;
    }
    auto& match = server_->matches[match_id];
    if (match == nullptr) match = std::make_unique<Match>(server_->rules);
    match_ = match.get();
    match_id_ = match_id;
    ReplaceOlderConnection();
    match_->connections.push_back(this);
    match_->game.Join(player_);
    const GameRules& rules = match_->game.rules();
    Send(Line({{"type", "welcome"},
               {"you", player_},
               {"width", rules.width},
               {"height", rules.height},
               {"coins_to_win", rules.coins_to_win}}));
    Broadcast(Line(StateOf(match_->game)));
  }

  /// A player who comes back before we noticed that the old link is dead keeps seat, place and coins.
  void ReplaceOlderConnection() {
    const auto older = std::find_if(match_->connections.begin(), match_->connections.end(),
                                    [this](const Connection* other) { return other->player_ == player_; });
    if (older == match_->connections.end()) return;
    Connection* replaced = *older;
    match_->connections.erase(older);
    replaced->match_ = nullptr;  // So that closing it frees nothing.
    replaced->Close();
  }

  void Play(const json& message) {
    const auto move = ParseMove(TextMember(message, "move"));
    if (!move.has_value())
      return Send(Line({{"type", "error"}, {"error", "move is up, down, left or right"}}));
    if (!moves_.TryTake()) return Send(Line({{"type", "error"}, {"error", "too many moves; slow down"}}));
    if (!match_->game.Step(player_, *move)) return Send(Line(StateOf(match_->game)));
    Broadcast(Line(StateOf(match_->game)));
    if (match_->game.winner().has_value()) {
      Broadcast(Line({{"type", "finished"}, {"winner", *match_->game.winner()}}));
    }
  }

  void Broadcast(const std::string& line) {
    const std::vector<Connection*> everyone = match_->connections;  // Send may drop somebody from the list.
    for (Connection* connection : everyone) connection->Send(line);
  }

  void Refuse(const std::string& why) {
    Send(Line({{"type", "error"}, {"error", why}}));
    closing_ = true;  // Once the line is out.
  }

  void Write() {
    asio::async_write(socket_, asio::buffer(outgoing_.front()),
                      [self = shared_from_this()](const error_code& error, std::size_t) {
                        if (error) return self->Close();
                        self->outgoing_.pop_front();
                        if (!self->outgoing_.empty()) return self->Write();
                        if (self->closing_) self->Close();
                      });
  }

  void ExpectLineWithin(std::chrono::seconds timeout) {
    deadline_.expires_after(timeout);
    deadline_.async_wait([weak = weak_from_this()](const error_code& error) {
      if (const auto self = weak.lock(); self != nullptr && !error) self->Close();
    });
  }

  void Close() {
    closing_ = true;
    error_code ignored;
    socket_.close(ignored);
    deadline_.cancel();
    if (match_ == nullptr) return;
    Match* match = std::exchange(match_, nullptr);
    std::erase(match->connections, this);
    match->game.Leave(player_);
    server_->seats.PlayerLeft(player_);
    if (match->connections.empty()) {
      server_->matches.erase(match_id_);
      return;
    }
    const std::string state = Line(StateOf(match->game));
    const std::vector<Connection*> others = match->connections;
    for (Connection* other : others) other->Send(state);
  }

  tcp::socket socket_;
  asio::steady_timer deadline_;
  std::shared_ptr<ArenaServer::Impl> server_;
  oofgg::TokenBucket moves_;
  std::string incoming_;
  std::deque<std::string> outgoing_;
  std::string player_;
  std::string match_id_;
  Match* match_ = nullptr;
  bool closing_ = false;
};

void ArenaServer::Impl::Accept() {
  acceptor_.async_accept([self = shared_from_this()](const error_code& error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (error) return self->AcceptLater();
    if (self->connections < kMaxConnections) {
      error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      std::make_shared<Connection>(std::move(socket), self)->Start();
    }
    self->Accept();
  });
}

void ArenaServer::Impl::AcceptLater() {
  pause_.expires_after(kAcceptPause);
  pause_.async_wait([self = shared_from_this()](const error_code& error) {
    if (!error) self->Accept();
  });
}

oofgg::StatusOr<std::unique_ptr<ArenaServer>> ArenaServer::Listen(asio::io_context& io,
                                                                  const std::string& host, std::uint16_t port,
                                                                  oofgg::GameServer& seats, GameRules rules) {
  auto impl = std::make_shared<Impl>(io, seats, rules);
  OOFGG_RETURN_IF_ERROR(impl->Open(host, port));
  return std::unique_ptr<ArenaServer>(new ArenaServer(std::move(impl)));
}

ArenaServer::ArenaServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
ArenaServer::~ArenaServer() { impl_->Close(); }
std::uint16_t ArenaServer::port() const { return impl_->port(); }

}  // namespace arena
