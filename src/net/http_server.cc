#include "net/http_server.h"

#include <fcntl.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/address_group.h"
#include "net/connection_book.h"
#include "net/http_connection.h"
#include "oofgg/parse.h"

namespace oofgg::net {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr std::string_view kBusy =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\nConnection: close\r\n\r\n";

/// Tells a peer for whom there is no room so, if that takes no waiting. One that awaits TLS would not read
/// it.
void TurnAway(tcp::socket& socket) {
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(kBusy.data(), kBusy.size()), ignored);
}

}  // namespace

/// Shared by the server and its connections. `gate_` guards the promise that no handler outlives the
/// destructor.
class HttpServer::Impl final : public HttpConnectionOwner,
                               public std::enable_shared_from_this<HttpServer::Impl> {
 public:
  Impl(asio::io_context& io, HttpHandler handler, HttpServerOptions options)
      : options_(std::move(options)),
        handler_(std::move(handler)),
        io_(io),
        acceptor_(asio::make_strand(io)),
        retry_(acceptor_.get_executor()) {}

  Status Bind(const HostPort& endpoint, std::string_view address);
  void Accept();
  void Drain(std::function<void()> on_drained);
  void Close();
  void Handle(HttpRequest request, HttpReplier reply) override;
  void HandshakeDone(HttpConnection* connection) override;
  void Forget(HttpConnection* connection) override;

  [[nodiscard]] const HttpServerOptions& options() const override { return options_; }
  [[nodiscard]] bool draining() const override { return draining_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::size_t connections() const {
    const std::lock_guard lock(gate_);
    return connections_.size();
  }

 private:
  void OnAccept(const error_code& error, tcp::socket socket);
  void Admit(tcp::socket socket);
  void StopAccepting();

  const HttpServerOptions options_;
  HttpHandler handler_;
  asio::io_context& io_;
  tcp::acceptor acceptor_;
  asio::steady_timer retry_;
  std::uint16_t port_ = 0;
  std::atomic<bool> draining_ = false;

  mutable std::mutex gate_;
  std::condition_variable idle_;
  std::size_t handling_ = 0;  // Guarded by gate_, as all that follows.
  bool closed_ = false;
  ConnectionBook connections_{options_};  // Each removes itself.
  std::function<void()> on_drained_;
};

Status HttpServer::Impl::Bind(const HostPort& endpoint, std::string_view address) {
  error_code error;
  const auto host = endpoint.host.empty()          ? asio::ip::address(asio::ip::address_v6::any())
                    : endpoint.host == "localhost" ? asio::ip::address(asio::ip::address_v4::loopback())
                                                   : asio::ip::make_address(endpoint.host, error);
  if (error) return InvalidField("listen", "needs an IP address, localhost, or nothing before the colon");
  auto open = [&](const tcp::endpoint& where) {
    error_code ignored;
    acceptor_.close(ignored);
    acceptor_.open(where.protocol(), error);
    // Asio leaves it open to programs that this process starts, which would hold the port after us.
    if (!error) fcntl(acceptor_.native_handle(), F_SETFD, FD_CLOEXEC);
    if (!error && where.protocol() == tcp::v6() && endpoint.host.empty()) {
      acceptor_.set_option(asio::ip::v6_only(false), error);
    }
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(where, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  };
  open({host, endpoint.port});
  if (error == asio::error::address_family_not_supported || error == asio::error::no_protocol_option ||
      (error && endpoint.host.empty() && error != asio::error::address_in_use)) {
    open({asio::ip::address_v4::any(), endpoint.port});  // A host without IPv6.
  }
  if (error) {
    return MakeStatus(StatusCode::kUnavailable,
                      "cannot listen on " + std::string(address) + ": " + error.message());
  }
  port_ = acceptor_.local_endpoint().port();
  return absl::OkStatus();
}

void HttpServer::Impl::Accept() {
  acceptor_.async_accept(asio::make_strand(io_),
                         [self = shared_from_this()](const error_code& error, tcp::socket socket) {
                           self->OnAccept(error, std::move(socket));
                         });
}

void HttpServer::Impl::OnAccept(const error_code& error, tcp::socket socket) {
  if (!acceptor_.is_open() || error == asio::error::operation_aborted) return;
  if (!error) {
    Admit(std::move(socket));
    return Accept();
  }
  // Out of descriptors, most likely: the waiting peer would make us spin until one is free.
  retry_.expires_after(std::chrono::milliseconds(100));
  retry_.async_wait([self = shared_from_this()](const error_code& cancelled) {
    if (!cancelled) self->Accept();
  });
}

void HttpServer::Impl::Admit(tcp::socket socket) {
  error_code gone;
  const std::string address = socket.remote_endpoint(gone).address().to_string();
  if (gone) return;
  const std::string group = AddressGroup(address);
  const bool is_proxy = options_.proxies.Contains(address);
  const bool secure = static_cast<bool>(options_.secure);
  std::unique_lock lock(gate_);
  if (closed_ || draining_) return;
  if (!connections_.HasRoomFor(group, is_proxy)) {
    lock.unlock();
    if (!secure) TurnAway(socket);
    return;
  }
  const auto connection = std::make_shared<HttpConnection>(std::move(socket), shared_from_this());
  connections_.Add(connection.get(), group, secure);
  const auto evicted = connections_.EvictHandshake();
  lock.unlock();
  if (evicted != nullptr) evicted->Stop(/*even_busy=*/true);
  connection->Start();
}

void HttpServer::Impl::HandshakeDone(HttpConnection* connection) {
  const std::lock_guard lock(gate_);
  connections_.HandshakeDone(connection);
}

void HttpServer::Impl::Handle(HttpRequest request, HttpReplier reply) {
  {
    const std::lock_guard lock(gate_);
    if (closed_) return;
    ++handling_;
  }
  handler_(std::move(request), std::move(reply));
  const std::lock_guard lock(gate_);
  if (--handling_ == 0) idle_.notify_all();
}

void HttpServer::Impl::Forget(HttpConnection* connection) {
  std::function<void()> drained;
  {
    const std::lock_guard lock(gate_);
    connections_.Remove(connection);
    if (connections_.size() == 0) drained = std::exchange(on_drained_, nullptr);
  }
  if (drained) drained();
}

void HttpServer::Impl::StopAccepting() {
  asio::post(acceptor_.get_executor(), [self = shared_from_this()] {
    error_code ignored;
    self->acceptor_.close(ignored);
    self->retry_.cancel();
  });
}

void HttpServer::Impl::Drain(std::function<void()> on_drained) {
  StopAccepting();
  std::vector<std::shared_ptr<HttpConnection>> live;  // Dropped without gate_ held.
  {
    const std::lock_guard lock(gate_);
    draining_ = true;
    live = connections_.Live();
    if (connections_.size() > 0) on_drained_ = std::exchange(on_drained, nullptr);
  }
  for (const auto& connection : live) connection->Stop(/*even_busy=*/false);
  if (on_drained) on_drained();
}

void HttpServer::Impl::Close() {
  StopAccepting();
  std::vector<std::shared_ptr<HttpConnection>> live;
  {
    std::unique_lock lock(gate_);
    closed_ = true;
    draining_ = true;
    on_drained_ = nullptr;
    idle_.wait(lock, [this] { return handling_ == 0; });
    live = connections_.Live();
  }
  for (const auto& connection : live) connection->Stop(/*even_busy=*/true);
}

HttpServer::HttpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() { impl_->Close(); }

StatusOr<std::unique_ptr<HttpServer>> HttpServer::Listen(asio::io_context& io, std::string_view address,
                                                         HttpHandler handler, HttpServerOptions options) {
  OOFGG_ASSIGN_OR_RETURN(const HostPort endpoint, ParseHostPort(address));
  auto impl = std::make_shared<Impl>(io, std::move(handler), std::move(options));
  OOFGG_RETURN_IF_ERROR(impl->Bind(endpoint, address));
  impl->Accept();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

std::uint16_t HttpServer::port() const { return impl_->port(); }
std::size_t HttpServer::connections() const { return impl_->connections(); }
void HttpServer::Drain(std::function<void()> on_drained) { impl_->Drain(std::move(on_drained)); }

}  // namespace oofgg::net
