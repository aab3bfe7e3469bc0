#include "oofgg/game_server.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>

#include "gameserver/seat_book.h"
#include "net/http_server.h"
#include "oofgg/parse.h"

namespace oofgg {
namespace {

namespace asio = boost::asio;
using gameserver::SeatBook;

/// As the maker promises: what fits a header there fits a path here.
constexpr std::size_t kMaxPlayerIdBytes = 4000;

net::HttpResponse Text(int status, std::string body) { return {.status = status, .body = std::move(body)}; }

net::HttpResponse NotAllowed(std::string allowed) {
  return {.status = 405, .body = "Method Not Allowed\n", .headers = {{"Allow", std::move(allowed)}}};
}

std::string ToJson(const GameServerLoad& load) {
  return "{\"slots\":" + std::to_string(load.slots) + ",\"reserved\":" + std::to_string(load.reserved) +
         ",\"players\":" + std::to_string(load.players) + "}\n";
}

template <typename T, typename Parse>
Status ReadVariable(const char* name, T& value, Parse parse) {
  const char* text = std::getenv(name);
  if (text == nullptr || *text == '\0') return {};
  auto parsed = parse(text);
  if (!parsed.ok()) return Annotate(parsed.status(), name);
  value = *std::move(parsed);
  return {};
}

StatusOr<std::chrono::seconds> ParseSeconds(std::string_view text) {
  OOFGG_ASSIGN_OR_RETURN(const auto duration, ParseDuration(text));
  return std::chrono::ceil<std::chrono::seconds>(duration);
}

}  // namespace

StatusOr<GameServerOptions> GameServerOptions::FromEnvironment() {
  GameServerOptions options;
  const auto text = [](std::string_view value) -> StatusOr<std::string> { return std::string(value); };
  OOFGG_RETURN_IF_ERROR(ReadVariable("OOFGG_CONTROL_LISTEN", options.control_listen, text));
  OOFGG_RETURN_IF_ERROR(ReadVariable("OOFGG_SERVER_ID", options.server_id, text));
  OOFGG_RETURN_IF_ERROR(ReadVariable("OOFGG_SLOTS", options.slots, [](std::string_view value) {
    return ParseInteger<std::uint32_t>(value, 1, 100'000);
  }));
  OOFGG_RETURN_IF_ERROR(ReadVariable("OOFGG_MAKER_JWKS", options.maker_keys,
                                     [](std::string_view json) { return auth::Jwks::Parse(json); }));
  OOFGG_RETURN_IF_ERROR(ReadVariable("OOFGG_JOIN_TIMEOUT", options.join_timeout, ParseSeconds));
  OOFGG_RETURN_IF_ERROR(ReadVariable("OOFGG_IDLE_TIMEOUT", options.idle_timeout, ParseSeconds));
  OOFGG_RETURN_IF_ERROR(ReadVariable("OOFGG_ORPHAN_TIMEOUT", options.orphan_timeout, ParseSeconds));
  return options;
}

class GameServer::Impl {
 public:
  Impl(GameServerOptions options, OnClose on_close, const Clock& clock)
      : tickets_required_(!options.server_id.empty()),
        clock_(clock),
        on_close_(on_close ? std::move(on_close) : [](std::string_view) {}),
        on_revoked_(options.on_revoked ? std::move(options.on_revoked) : [](std::string_view) {}),
        tickets_(std::move(options.maker_keys), options.server_id, clock),
        timer_(io_),
        book_(options.slots, options.join_timeout, options.idle_timeout, clock.Now(),
              options.orphan_timeout) {}

  ~Impl() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }

  Status Listen(const std::string& address) {
    auto handler = [this](const net::HttpRequest& request, const net::HttpReplier& reply) {
      reply(Handle(request));
    };
    OOFGG_ASSIGN_OR_RETURN(http_, net::HttpServer::Listen(io_, address, handler));
    thread_ = std::thread([this] {
      const auto work = asio::make_work_guard(io_);
      io_.run();
    });
    Rearm();
    return {};
  }

  StatusOr<auth::JoinTicket> Admit(std::string_view join_ticket) {
    const std::lock_guard lock(mutex_);
    book_.Advance(clock_.Now());
    // Asked for the seat first, so that a ticket whose seat has lapsed is still good for the next one.
    return tickets_.Redeem(join_ticket, [this](const auth::JoinTicket& ticket) {
      return book_.Seat(ticket.player_id) ? Status() : NoSeat();
    });
  }

  Status AdmitWithoutTicket(std::string_view player) {
    if (tickets_required_) {
      return MakeStatus(StatusCode::kFailedPrecondition, "this server lets players in on a join ticket only");
    }
    const std::lock_guard lock(mutex_);
    book_.Advance(clock_.Now());
    return book_.Seat(player) ? Status() : NoSeat();
  }

  bool IsSeated(std::string_view player) const {
    const std::lock_guard lock(mutex_);
    return book_.IsSeated(player);
  }

  void PlayerLeft(std::string_view player) {
    {
      const std::lock_guard lock(mutex_);
      // Only reserved, it was given away and is held anew: not for the link that is gone.
      if (book_.IsSeated(player)) book_.Free(player, clock_.Now());
    }
    Rearm();
  }

  void SetMakerKeys(auth::Jwks keys) { tickets_.SetKeys(std::move(keys)); }

  GameServerLoad load() const {
    const std::lock_guard lock(mutex_);
    return book_.load();
  }

  std::uint16_t control_port() const { return http_->port(); }

 private:
  static Status NoSeat() {
    return MakeStatus(StatusCode::kNotFound,
                      "no seat is reserved for this player (any longer); ask the maker for one");
  }

  net::HttpResponse Handle(const net::HttpRequest& request) {
    {
      const std::lock_guard lock(mutex_);
      book_.Called(clock_.Now());
    }
    const auto& segments = request.segments;
    if (segments.size() == 2 && segments[0] == "reservation") return Reservation(request.method, segments[1]);
    if (segments.size() == 1 && segments[0] == "status") {
      if (request.method != "GET" && request.method != "HEAD") return NotAllowed("GET, HEAD");
      return {.status = 200, .body = ToJson(load()), .content_type = "application/json"};
    }
    if (segments.size() == 1 && segments[0] == "close") {
      if (request.method != "POST") return NotAllowed("POST");
      // Posted, so that the answer is on its way before the game acts on it.
      asio::post(io_, [this] {
        if (MarkClosed([] { return true; })) on_close_("the maker closed this server");
      });
      return Text(200, "Closing\n");
    }
    return Text(404, "Not Found\n");
  }

  net::HttpResponse Reservation(const std::string& method, const std::string& player) {
    if (player.empty() || player.size() > kMaxPlayerIdBytes) {
      return Text(400, "a client id has 1 to " + std::to_string(kMaxPlayerIdBytes) + " bytes\n");
    }
    net::HttpResponse response;
    bool revoked = false;
    {
      const std::lock_guard lock(mutex_);
      book_.Advance(clock_.Now());
      if (method == "POST") {
        const bool held = !closed_ && book_.Reserve(player, clock_.Now());
        response = held ? Text(200, "Reserved\n") : Text(403, "Full\n");
      } else if (method == "GET" || method == "HEAD") {
        response = book_.IsReserved(player) ? Text(200, "Reserved\n") : Text(404, "Not Reserved\n");
      } else if (method == "DELETE") {
        revoked = book_.Free(player, clock_.Now());
        response = Text(200, "Freed\n");
      } else {
        return NotAllowed("GET, HEAD, POST, DELETE");
      }
    }
    if (revoked) on_revoked_(player);
    Rearm();
    return response;
  }

  /// Sets the timer for the next thing that time alone brings about; on the control thread.
  void Rearm() {
    asio::post(io_, [this] {
      TimePoint next;
      {
        const std::lock_guard lock(mutex_);
        next = book_.NextDeadline();
      }
      if (next == kNever) {
        timer_.cancel();
        return;
      }
      timer_.expires_after((std::max)(next - clock_.Now(), Duration::zero()));
      timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) OnTimer();
      });
    });
  }

  void OnTimer() {
    bool orphan = false;
    const bool idle = MarkClosed([this, &orphan] {
      book_.Advance(clock_.Now());
      orphan = book_.IsOrphan(clock_.Now());
      return orphan || book_.IsIdle(clock_.Now());
    });
    if (idle) {
      return on_close_(orphan ? "nobody has been here, nor has a maker asked, for the orphan timeout"
                              : "nobody has been here for the idle timeout");
    }
    Rearm();
  }

  /// Closes if `when` says so, in one step with it: from here on every seat is refused, so that the maker
  /// cannot seat somebody on a closing server. True the first time.
  template <typename Condition>
  bool MarkClosed(Condition when) {
    const std::lock_guard lock(mutex_);
    if (closed_ || !when()) return false;
    closed_ = true;
    return true;
  }

  const bool tickets_required_;
  const Clock& clock_;
  const OnClose on_close_;
  const std::function<void(std::string_view)> on_revoked_;
  auth::JoinTicketVerifier tickets_;
  asio::io_context io_;
  asio::steady_timer timer_;
  mutable std::mutex mutex_;  // Guards book_ and closed_; never held while calling out.
  SeatBook book_;
  bool closed_ = false;
  std::unique_ptr<net::HttpServer> http_;
  std::thread thread_;
};

StatusOr<std::unique_ptr<GameServer>> GameServer::Start(GameServerOptions options, OnClose on_close,
                                                        const Clock& clock) {
  if (options.slots == 0) return InvalidField("slots", "is 0; give at least 1");
  if (!options.server_id.empty() && options.maker_keys.empty() && !options.registers) {
    return InvalidField("maker_keys", "is empty, so that no join ticket for " + options.server_id +
                                          " could be verified; set OOFGG_MAKER_JWKS");
  }
  const std::string listen = options.control_listen;
  auto impl = std::make_unique<Impl>(std::move(options), std::move(on_close), clock);
  OOFGG_RETURN_IF_ERROR(impl->Listen(listen));
  return std::unique_ptr<GameServer>(new GameServer(std::move(impl)));
}

GameServer::GameServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
GameServer::~GameServer() = default;

StatusOr<auth::JoinTicket> GameServer::Admit(std::string_view join_ticket) {
  return impl_->Admit(join_ticket);
}
Status GameServer::AdmitWithoutTicket(std::string_view player_id) {
  return impl_->AdmitWithoutTicket(player_id);
}
void GameServer::PlayerLeft(std::string_view player_id) { impl_->PlayerLeft(player_id); }
bool GameServer::IsSeated(std::string_view player_id) const { return impl_->IsSeated(player_id); }
void GameServer::SetMakerKeys(auth::Jwks keys) { impl_->SetMakerKeys(std::move(keys)); }
GameServerLoad GameServer::load() const { return impl_->load(); }
std::uint16_t GameServer::control_port() const { return impl_->control_port(); }

}  // namespace oofgg
