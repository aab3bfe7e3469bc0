#include "net/presence/presence_tcp_listener.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <string>
#include <utility>
#include <vector>

#include "net/presence/farewells.h"
#include "net/presence/presence_acceptor.h"
#include "net/presence/session_shard.h"
#include "net/presence/tcp_session.h"
#include "oofgg/log.h"
#include "presence/json_protocol.h"

namespace oofgg::net {
namespace {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

// Out of descriptors or memory: accepting again at once would spin.
constexpr std::chrono::milliseconds kAcceptPause{100};
// While we are behind, the kernel keeps who comes, up to its backlog.
constexpr std::chrono::milliseconds kBehindPause{50};
// From then on one is let in after each pause: it need not be for those who come that we are behind.
constexpr std::chrono::seconds kLongestShut{5};

// Tells why as far as that needs no waiting: who is over a limit must not hold a descriptor.
void TurnAway(TcpSession::Socket socket, const Status& status) {
  std::string line;
  presence::AppendRefusal(line, status);
  char unread[4096];
  ErrorCode ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(line), ignored);
  // Closing with bytes unread sends a reset, which may overtake the reason.
  socket.shutdown(TcpSession::Socket::shutdown_send, ignored);
  socket.read_some(asio::buffer(unread), ignored);
}

}  // namespace

class PresenceTcpListener::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, std::shared_ptr<PresenceTcpContext> context)
      : context_(std::move(context)), strand_(asio::make_strand(io)), acceptor_(strand_) {
    const std::size_t count = std::max<std::size_t>(context_->options.shards, 1);
    for (std::size_t i = 0; i < count; ++i) shards_.push_back(std::make_shared<SessionShard>(io, context_));
  }

  Status Open(std::string_view address) {
    OOFGG_RETURN_IF_ERROR(OpenPresenceAcceptor(acceptor_, address, context_->options.send_buffer_bytes));
    port_ = acceptor_.local_endpoint().port();
    return absl::OkStatus();
  }

  void Accept() {
    SessionShard& shard = *shards_[next_shard_];
    acceptor_.async_accept(shard.strand(), peer_,
                           [self = shared_from_this()](const ErrorCode& error, TcpSession::Socket socket) {
                             self->OnAccept(error, std::move(socket));
                           });
  }

  void Drain(std::function<void()> on_drained) {
    asio::post(strand_, [self = shared_from_this(), on_drained = std::move(on_drained)]() mutable {
      self->TurnAwayWhoWait();
      ErrorCode ignored;
      self->acceptor_.close(ignored);
      self->context_->draining = true;
      for (const auto& shard : self->shards_) shard->Post([shard] { shard->Drain(); });
      self->context_->limiter.CloseDoor(std::move(on_drained));
    });
  }

  void EndSession(const std::string& session_id) {
    for (const auto& shard : shards_) shard->Post([shard, session_id] { shard->EndLogin(session_id); });
  }

  void SendAway() {
    for (const auto& shard : shards_) shard->Post([shard] { shard->SendLoginsAway(); });
  }

  void Stop() {
    ErrorCode ignored;
    if (acceptor_.is_open()) acceptor_.close(ignored);
    for (const auto& shard : shards_) shard->Stop();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::size_t connections() const { return context_->limiter.total(); }

  [[nodiscard]] PresenceTcpCounts counts() const {
    PresenceTcpCounts counts = context_->tally.Read();
    const ConnectionLimiter::Refusals refusals = context_->limiter.refusals();
    counts.over_connections = refusals.connections;
    counts.over_connections_of_address = refusals.connections_of_address;
    counts.over_friends = refusals.friends_of_address;
    return counts;
  }

 private:
  void OnAccept(const ErrorCode& error, TcpSession::Socket socket) {
    if (error == asio::error::no_descriptors || error == asio::error::no_buffer_space ||
        error == asio::error::no_memory) {
      Log(LogLevel::kWarning, "presence", "cannot accept: " + error.message() + "; trying again soon");
      return AcceptLater(kAcceptPause, /*in_any_case=*/false);
    }
    if (!error) Admit(std::move(socket));
    AcceptIfOpen();
  }

  void AcceptIfOpen() {
    if (!acceptor_.is_open()) return;
    if (!context_->hub.IsBehind()) {
      if (shut_since_ != kNever) Log(LogLevel::kInfo, "presence", "no longer behind with what others say");
      shut_since_ = kNever;
      return Accept();
    }
    const TimePoint now = context_->clock.Now();
    if (shut_since_ == kNever) {
      Log(LogLevel::kWarning, "presence", "behind with what other instances say; letting clients wait");
      shut_since_ = now;
    }
    AcceptLater(kBehindPause, /*in_any_case=*/now - shut_since_ >= kLongestShut);
  }

  void Admit(TcpSession::Socket socket) {
    context_->tally.Count(&PresenceTcpCounts::accepted);
    const AddressKey address = KeyOf(peer_.address());
    if (const Status status = context_->limiter.Add(address); !status.ok()) {
      return Refuse(std::move(socket), status);
    }
    const auto& shard = shards_[next_shard_];
    next_shard_ = (next_shard_ + 1) % shards_.size();
    shard->Post(
        [session = std::make_shared<TcpSession>(shard, std::move(socket), address)] { session->Start(); });
  }

  /// Closing would reset those whom the kernel has taken and we have not.
  void TurnAwayWhoWait() {
    ErrorCode error;
    acceptor_.cancel(error);
    acceptor_.non_blocking(true, error);
    while (!error) {
      TcpSession::Socket socket = acceptor_.accept(shards_.front()->strand(), error);
      if (!error) Refuse(std::move(socket), context_->hub.SendOn(Restarting()));
    }
  }

  void Refuse(TcpSession::Socket socket, const Status& status) {
    // Who awaits TLS would not read it.
    if (context_->options.tls != PresenceTls::kRequired) TurnAway(std::move(socket), status);
  }

  void AcceptLater(std::chrono::milliseconds pause, bool in_any_case) {
    context_->timers.PostAt(
        DeadlineAfter(context_->clock.Now(), pause), [weak = weak_from_this(), in_any_case] {
          const auto self = weak.lock();
          if (self == nullptr) return;
          // By way of a shard, which knows whether the io_context may still be used.
          self->shards_.front()->Post([self, in_any_case] {
            asio::post(self->strand_, [self, in_any_case] {
              in_any_case && self->acceptor_.is_open() ? self->Accept() : self->AcceptIfOpen();
            });
          });
        });
  }

  const std::shared_ptr<PresenceTcpContext> context_;
  const Strand strand_;  // Of the acceptor.
  PresenceAcceptor acceptor_;
  asio::ip::tcp::endpoint peer_;  // Whom the acceptor has taken last.
  std::vector<std::shared_ptr<SessionShard>> shards_;
  std::size_t next_shard_ = 0;
  TimePoint shut_since_ = kNever;  // The door, while we are behind.
  std::uint16_t port_ = 0;
};

StatusOr<std::unique_ptr<PresenceTcpListener>> PresenceTcpListener::Listen(
    asio::io_context& io, std::string_view address, presence::PresenceHub& hub, const Clock& clock,
    Executor& timers, PresenceAuthenticator authenticate, PresenceTcpOptions options) {
  auto impl = std::make_shared<Impl>(
      io,
      std::make_shared<PresenceTcpContext>(hub, clock, timers, std::move(authenticate), std::move(options)));
  OOFGG_RETURN_IF_ERROR(impl->Open(address));
  impl->Accept();
  return std::unique_ptr<PresenceTcpListener>(new PresenceTcpListener(std::move(impl)));
}

PresenceTcpListener::PresenceTcpListener(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
PresenceTcpListener::~PresenceTcpListener() { impl_->Stop(); }
std::uint16_t PresenceTcpListener::port() const { return impl_->port(); }
std::size_t PresenceTcpListener::connections() const { return impl_->connections(); }
PresenceTcpCounts PresenceTcpListener::counts() const { return impl_->counts(); }
void PresenceTcpListener::EndSession(std::string_view session_id) {
  impl_->EndSession(std::string(session_id));
}
void PresenceTcpListener::SendAway() { impl_->SendAway(); }
void PresenceTcpListener::Drain(std::function<void()> on_drained) { impl_->Drain(std::move(on_drained)); }

}  // namespace oofgg::net
