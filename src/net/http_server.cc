#include "net/http_server.h"

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
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/address_group.h"
#include "net/http_connection.h"
#include "oofgg/parse.h"

namespace oofgg::net {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr std::string_view kBusy =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\nConnection: close\r\n\r\n";

/// Tells a peer for whom there is no room so, if that takes no waiting.
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
      : options_(options),
        handler_(std::move(handler)),
        io_(io),
        acceptor_(asio::make_strand(io)),
        retry_(acceptor_.get_executor()) {}

  Status Bind(const HostPort& endpoint, std::string_view address);
  void Accept();
  void Drain(std::function<void()> on_drained);
  void Close();
  void Handle(HttpRequest request, HttpReplier reply) override;
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
  [[nodiscard]] bool HasRoomFor(const std::string& group, bool loopback) const;        // With gate_ held.
  [[nodiscard]] std::vector<std::shared_ptr<HttpConnection>> LiveConnections() const;  // With gate_ held.
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
  std::size_t handling_ = 0;                                      // Guarded by gate_.
  bool closed_ = false;                                           // Guarded by gate_.
  std::unordered_map<HttpConnection*, std::string> connections_;  // Guarded by gate_; each removes itself.
  std::unordered_map<std::string, std::size_t> of_address_;       // Guarded by gate_; never zero.
  std::function<void()> on_drained_;                              // Guarded by gate_.
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

bool HttpServer::Impl::HasRoomFor(const std::string& group, bool loopback) const {
  if (connections_.size() >= options_.max_connections) return false;
  if (loopback && options_.exempt_loopback) return true;
  const auto same = of_address_.find(group);
  return same == of_address_.end() || same->second < options_.max_connections_per_address;
}

void HttpServer::Impl::Admit(tcp::socket socket) {
  error_code gone;
  const std::string group = AddressGroup(socket.remote_endpoint(gone).address().to_string());
  if (gone) return;
  const bool loopback = group == "::/64" || IsLoopback(group);  // ::1 has its /64 for itself.
  std::unique_lock lock(gate_);
  if (closed_ || draining_) return;
  if (!HasRoomFor(group, loopback)) {
    lock.unlock();
    return TurnAway(socket);
  }
  const auto connection = std::make_shared<HttpConnection>(std::move(socket), shared_from_this());
  connections_.emplace(connection.get(), group);
  ++of_address_[group];
  lock.unlock();
  connection->Start();
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
    if (const auto found = connections_.find(connection); found != connections_.end()) {
      const auto same = of_address_.find(found->second);
      if (--same->second == 0) of_address_.erase(same);
      connections_.erase(found);
    }
    if (connections_.empty()) drained = std::exchange(on_drained_, nullptr);
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

std::vector<std::shared_ptr<HttpConnection>> HttpServer::Impl::LiveConnections() const {
  std::vector<std::shared_ptr<HttpConnection>> live;
  for (const auto& [connection, group] : connections_) {
    // One whose last owner has gone is waiting for gate_ in its destructor.
    if (auto alive = connection->weak_from_this().lock()) live.push_back(std::move(alive));
  }
  return live;
}

void HttpServer::Impl::Drain(std::function<void()> on_drained) {
  StopAccepting();
  std::vector<std::shared_ptr<HttpConnection>> live;  // Dropped without gate_ held.
  {
    const std::lock_guard lock(gate_);
    draining_ = true;
    live = LiveConnections();
    if (!connections_.empty()) on_drained_ = std::exchange(on_drained, nullptr);
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
    live = LiveConnections();
  }
  for (const auto& connection : live) connection->Stop(/*even_busy=*/true);
}

HttpServer::HttpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() { impl_->Close(); }

StatusOr<std::unique_ptr<HttpServer>> HttpServer::Listen(asio::io_context& io, std::string_view address,
                                                         HttpHandler handler, HttpServerOptions options) {
  OOFGG_ASSIGN_OR_RETURN(const HostPort endpoint, ParseHostPort(address));
  auto impl = std::make_shared<Impl>(io, std::move(handler), options);
  OOFGG_RETURN_IF_ERROR(impl->Bind(endpoint, address));
  impl->Accept();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

std::uint16_t HttpServer::port() const { return impl_->port(); }
std::size_t HttpServer::connections() const { return impl_->connections(); }
void HttpServer::Drain(std::function<void()> on_drained) { impl_->Drain(std::move(on_drained)); }

}  // namespace oofgg::net
