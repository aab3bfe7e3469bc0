#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "net/byte_stream.h"
#include "net/http_server.h"

namespace oofgg::net {

class HttpConnection;

/// The server, as its connections know it. Threads: safe.
class HttpConnectionOwner {
 public:
  virtual ~HttpConnectionOwner() = default;
  [[nodiscard]] virtual const HttpServerOptions& options() const = 0;
  [[nodiscard]] virtual bool draining() const = 0;
  virtual void Handle(HttpRequest request, HttpReplier reply) = 0;
  virtual void HandshakeDone(HttpConnection* connection) = 0;
  /// From the destructor of a connection.
  virtual void Forget(HttpConnection* connection) = 0;
};

/// One connection: reads a request, waits for its reply, writes it, again. All on its own strand. Lives as
/// long as an operation or a replier of it does.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(boost::asio::ip::tcp::socket socket, std::shared_ptr<HttpConnectionOwner> owner);
  ~HttpConnection() { owner_->Forget(this); }
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  void Start();
  /// Closes now if `even_busy`, else as soon as the reply under way has been written.
  void Stop(bool even_busy);

 private:
  class PendingReply;
  using ErrorCode = boost::system::error_code;

  void Begin();
  void OnHandshake(const ErrorCode& error);
  void Expire(std::chrono::milliseconds timeout);
  void ReadHeader(std::chrono::milliseconds timeout);
  void OnHeader();
  void ReadBody();
  void OnReadError(const ErrorCode& error);
  void OnRequest();
  [[nodiscard]] StatusOr<HttpRequest> Translate();
  void Refuse(int status);
  void Write(const HttpResponse& reply);
  void OnWritten(const ErrorCode& error);
  void CloseNow();
  void Linger();
  void DropInput();

  const std::shared_ptr<HttpConnectionOwner> owner_;
  ByteStream stream_;
  boost::asio::steady_timer deadline_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  std::string answer_;  // While it is written.
  std::string peer_address_;
  std::string local_address_;
  std::uint16_t local_port_ = 0;
  bool busy_ = false;  // A request is being read in full, handled or answered.
  bool refused_ = false;
  bool keep_alive_ = false;
  bool head_ = false;
};

}  // namespace oofgg::net
