#include "net/websocket/websocket_listener.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "net/presence/presence_acceptor.h"
#include "net/presence/session_stream.h"
#include "net/websocket/upgrade.h"
#include "net/websocket/websocket_connection.h"
#include "net/websocket/websocket_context.h"
#include "oofgg/log.h"

namespace oofgg::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using Socket = SessionStream::Socket;

// Out of descriptors or memory: accepting again at once would spin.
constexpr std::chrono::milliseconds kAcceptPause{100};

/// Tells why as far as that needs no waiting: who is over a limit must not hold a descriptor.
void TurnAway(Socket socket, const Status& why) {
  const auto text = why.message();
  const std::string answer = RefusalAnswer({503, std::string(text.data(), text.size())});
  ErrorCode ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(answer), ignored);
}

}  // namespace

class WebSocketListener::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, std::shared_ptr<WebSocketContext> context)
      : io_(io),
        context_(std::move(context)),
        strand_(asio::make_strand(io)),
        acceptor_(strand_),
        retry_(strand_) {}

  Status Open(std::string_view address) {
    OOFGG_RETURN_IF_ERROR(OpenPresenceAcceptor(acceptor_, address, context_->options.send_buffer_bytes));
    port_ = acceptor_.local_endpoint().port();
    return {};
  }

  void Accept() {
    acceptor_.async_accept(asio::make_strand(io_), peer_,
                           [self = shared_from_this()](const ErrorCode& error, Socket socket) {
                             self->OnAccept(error, std::move(socket));
                           });
  }

  void Drain(std::function<void()> on_drained) {
    asio::post(strand_, [self = shared_from_this(), on_drained = std::move(on_drained)]() mutable {
      self->StopAccepting();
      self->context_->draining = true;
      for (const auto& connection : self->context_->book->All()) connection->Drop();
      self->context_->limiter.CloseDoor(std::move(on_drained));
    });
  }

  void EndSession(std::string_view session_id) {
    for (const auto& connection : context_->book->OfLogin(session_id)) connection->Revoke();
  }

  void SendAway() {
    ++context_->generation;
    for (const auto& connection : context_->book->All()) connection->Drop();
  }

  void Stop() {
    StopAccepting();
    {
      const std::unique_lock gate(context_->gate);
      context_->stopped = true;
    }
    for (const auto& connection : context_->book->All()) connection->Abandon();
    context_->book->Clear();
    context_->pumps->Clear();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::size_t connections() const { return context_->limiter.total(); }

  [[nodiscard]] WebSocketCounts counts() const {
    const std::lock_guard lock(context_->tally_mutex);
    WebSocketCounts counts = context_->tally;
    const ConnectionLimiter::Refusals refusals = context_->limiter.refusals();
    counts.over_connections = refusals.connections;
    counts.over_connections_of_address = refusals.connections_of_address;
    return counts;
  }

 private:
  void OnAccept(const ErrorCode& error, Socket socket) {
    if (!acceptor_.is_open() || error == asio::error::operation_aborted) return;
    if (error == asio::error::no_descriptors || error == asio::error::no_buffer_space ||
        error == asio::error::no_memory) {
      Log(LogLevel::kWarning, "websocket", "cannot accept: " + error.message() + "; trying again soon");
      retry_.expires_after(kAcceptPause);
      retry_.async_wait([self = shared_from_this()](const ErrorCode& cancelled) {
        if (!cancelled) self->Accept();
      });
      return;
    }
    if (!error) Admit(std::move(socket));
    Accept();
  }

  void Admit(Socket socket) {
    context_->Count(&WebSocketCounts::accepted);
    const AddressKey address = CountedAs(peer_.address());
    if (const Status status = context_->limiter.Add(address); !status.ok()) {
      // Who awaits TLS would not read it.
      if (!context_->options.secure) TurnAway(std::move(socket), status);
      return;
    }
    std::make_shared<WebSocketConnection>(context_, std::move(socket), peer_.address(), address)->Start();
  }

  /// Many come through a proxy, each of whom is counted like an address of its own.
  AddressKey CountedAs(const asio::ip::address& peer) {
    constexpr AddressKey kNobodysPrefix = 0x0000'FFFE'0000'0000ULL;
    if (!context_->options.proxies.Contains(peer.to_string())) return KeyOf(peer);
    return kNobodysPrefix | through_proxies_++;
  }

  void StopAccepting() {
    ErrorCode ignored;
    acceptor_.close(ignored);
    retry_.cancel();
  }

  asio::io_context& io_;
  const std::shared_ptr<WebSocketContext> context_;
  const Strand strand_;  // Of the acceptor.
  PresenceAcceptor acceptor_;
  asio::steady_timer retry_;
  tcp::endpoint peer_;  // Whom the acceptor has taken last.
  std::uint32_t through_proxies_ = 0;
  std::uint16_t port_ = 0;
};

StatusOr<std::unique_ptr<WebSocketListener>> WebSocketListener::Listen(
    asio::io_context& io, std::string_view address, OpenEvents open, const Clock& clock, Executor& workers,
    WebSocketAuthenticator authenticate, WebSocketOptions options) {
  auto impl = std::make_shared<Impl>(
      io, std::make_shared<WebSocketContext>(std::move(open), clock, workers, std::move(authenticate),
                                             std::move(options)));
  OOFGG_RETURN_IF_ERROR(impl->Open(address));
  impl->Accept();
  return std::unique_ptr<WebSocketListener>(new WebSocketListener(std::move(impl)));
}

WebSocketListener::WebSocketListener(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
WebSocketListener::~WebSocketListener() { impl_->Stop(); }
std::uint16_t WebSocketListener::port() const { return impl_->port(); }
std::size_t WebSocketListener::connections() const { return impl_->connections(); }
WebSocketCounts WebSocketListener::counts() const { return impl_->counts(); }
void WebSocketListener::EndSession(std::string_view session_id) { impl_->EndSession(session_id); }
void WebSocketListener::SendAway() { impl_->SendAway(); }
void WebSocketListener::Drain(std::function<void()> on_drained) { impl_->Drain(std::move(on_drained)); }

}  // namespace oofgg::net
