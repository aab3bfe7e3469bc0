#include "arena_server.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
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
    if (host.empty()) {
      error = Bind({asio::ip::address_v6::any(), port});
      // A machine without IPv6.
      if (error && error != asio::error::address_in_use) error = Bind({asio::ip::address_v4::any(), port});
    } else {
      const auto address = asio::ip::make_address(host, error);
      if (error) return oofgg::InvalidField("listen", "'" + host + "' is not an IP address");
      error = Bind({address, port});
    }
    if (error) {
      return oofgg::MakeStatus(
          oofgg::StatusCode::kUnavailable,
          "cannot listen on " + host + ":" + std::to_string(port) + ": " + error.message());
    }
    Accept();
    return {};
  }

  [[nodiscard]] asio::any_io_executor executor() { return acceptor_.get_executor(); }

  void Close() {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  }

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  void Revoke(const std::string& player);

  oofgg::GameServer& seats;
  const GameRules rules;
  std::map<std::string, std::unique_ptr<Match>> matches;
  std::map<std::string, Connection*> players;  // One link each, in whichever match.
  std::size_t connections = 0;

 private:
  error_code Bind(const tcp::endpoint& endpoint) {
    error_code error;
    acceptor_.close(error);
    acceptor_.open(endpoint.protocol(), error);
    const bool all_interfaces = endpoint.address() == asio::ip::address_v6::any();
    if (!error && all_interfaces) acceptor_.set_option(asio::ip::v6_only(false), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    return error;
  }

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

  /// The seat has been given away, so that it is not this link's to free.
  void Revoke() {
    server_->players.erase(player_);
    LeaveMatch();
    Refuse("your seat was given away; ask for a new one");
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
    if (closing_) return;
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
    ReplaceOlderConnection(match_id);
    auto& match = server_->matches[match_id];
    if (match == nullptr) match = std::make_unique<Match>(server_->rules);
    match_ = match.get();
    match_id_ = match_id;
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

  /// A player who comes back before we noticed that the old link is dead keeps the seat, and in the same
  /// match place and coins too.
  void ReplaceOlderConnection(const std::string& match_id) {
    const auto older = server_->players.find(player_);
    if (older != server_->players.end()) older->second->GiveWay(match_id);
    server_->players.insert_or_assign(player_, this);
  }

  void GiveWay(const std::string& match_id) {
    if (match_id == match_id_) {
      std::erase(match_->connections, this);
      match_ = nullptr;
    } else {
      LeaveMatch();
    }
    Close();  // Without a match it frees nothing.
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
    server_->players.erase(player_);
    server_->seats.PlayerLeft(player_);
    LeaveMatch();
  }

  void LeaveMatch() {
    Match* match = std::exchange(match_, nullptr);
    std::erase(match->connections, this);
    match->game.Leave(player_);
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

void ArenaServer::Impl::Revoke(const std::string& player) {
  const auto link = players.find(player);
  if (link != players.end() && !seats.IsSeated(player)) link->second->Revoke();
}

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
// Its sockets are the io_context's threads' alone.
ArenaServer::~ArenaServer() {
  asio::post(impl_->executor(), [impl = impl_] { impl->Close(); });
}
std::uint16_t ArenaServer::port() const { return impl_->port(); }
void ArenaServer::Revoke(const std::string& player) { impl_->Revoke(player); }

}  // namespace arena
