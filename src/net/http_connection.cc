#include "net/http_connection.h"

#include <atomic>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string_view>
#include <utility>

namespace oofgg::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using beast::error_code;

std::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

constexpr std::chrono::milliseconds kNoTimeout = std::chrono::milliseconds::max();
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::string InLowerCase(beast::string_view text) {
  std::string lower(View(text));
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

/// What a parse error means to the peer, or 0 when there is nobody to tell.
int StatusOfParseError(const error_code& error) {
  if (error == http::error::header_limit) return 431;
  if (error == http::error::body_limit) return 413;
  if (error == http::error::end_of_stream || error == http::error::partial_message) return 0;
  return error.category() == make_error_code(http::error::bad_method).category() ? 400 : 0;
}

/// Up to the empty line; an answer to HEAD tells the length that GET would have.
std::string HeaderOf(const HttpResponse& reply, bool keep_alive) {
  const auto reason = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(reply.status)));
  std::string header = "HTTP/1.1 " + std::to_string(reply.status) + " ";
  header.append(View(reason)).append("\r\n");
  const auto add = [&header](std::string_view name, std::string_view value) {
    header.append(name).append(": ").append(value).append("\r\n");
  };
  add("Server", "oofgg");
  if (!reply.body.empty()) add("Content-Type", reply.content_type);
  for (const auto& [name, value] : reply.headers) add(name, value);
  if (reply.status != 204) add("Content-Length", std::to_string(reply.body.size()));
  if (!keep_alive) add("Connection", "close");
  return header += "\r\n";
}

/// Addresses of IPv4 peers of a dual-stack socket look as their owners know them.
std::string Plain(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

}  // namespace

/// Shared by all copies of a replier; answers 500 when the last is dropped unused.
class HttpConnection::PendingReply {
 public:
  explicit PendingReply(std::shared_ptr<HttpConnection> connection) : connection_(std::move(connection)) {}
  PendingReply(const PendingReply&) = delete;
  PendingReply& operator=(const PendingReply&) = delete;
  ~PendingReply() { Give({.status = 500, .body = "Internal Server Error"}); }

  void Give(HttpResponse reply) {
    if (given_.exchange(true)) return;
    const auto executor = connection_->stream_.get_executor();
    asio::dispatch(executor, [connection = std::move(connection_), reply = std::move(reply)] {
      connection->Write(reply);
    });
  }

 private:
  std::atomic<bool> given_ = false;
  std::shared_ptr<HttpConnection> connection_;
};

HttpConnection::HttpConnection(tcp::socket socket, std::shared_ptr<HttpConnectionOwner> owner)
    : owner_(std::move(owner)), stream_(std::move(socket)), deadline_(stream_.get_executor()) {
  error_code ignored;
  stream_.socket().set_option(tcp::no_delay(true), ignored);
  const auto peer = stream_.socket().remote_endpoint(ignored);
  const auto local = stream_.socket().local_endpoint(ignored);
  peer_address_ = Plain(peer.address());
  local_address_ = Plain(local.address());
  local_port_ = local.port();
}

void HttpConnection::Start() {
  asio::dispatch(stream_.get_executor(), [self = shared_from_this()] { self->Begin(); });
}

void HttpConnection::Begin() {
  const HttpServerOptions& options = owner_->options();
  if (!options.secure) return ReadHeader(options.request_timeout);
  auto layer = options.secure(stream_.socket().native_handle());
  if (layer == nullptr) return CloseNow();
  Expire(options.handshake_timeout);
  stream_.Secure(std::move(layer), [self = shared_from_this()](const error_code& error, std::size_t) {
    self->OnHandshake(error);
  });
}

void HttpConnection::OnHandshake(const error_code& error) {
  owner_->HandshakeDone(this);
  if (!error) return ReadHeader(owner_->options().request_timeout);
  // The alert that says why is on its way.
  stream_.Abandon();
  Linger();
}

/// Closes when `timeout` has passed without another call of this. kNoTimeout: never.
void HttpConnection::Expire(std::chrono::milliseconds timeout) {
  if (timeout == kNoTimeout) {
    deadline_.expires_at(asio::steady_timer::time_point::max());
    return;
  }
  deadline_.expires_after(timeout);
  deadline_.async_wait([weak = weak_from_this()](const error_code& cancelled) {
    if (cancelled) return;
    const auto self = weak.lock();
    // It may have been put off when this was queued already.
    if (self != nullptr && self->deadline_.expiry() <= asio::steady_timer::clock_type::now()) {
      self->CloseNow();
    }
  });
}

void HttpConnection::Stop(bool even_busy) {
  asio::post(stream_.get_executor(), [self = shared_from_this(), even_busy] {
    if (even_busy || !self->busy_) self->CloseNow();
  });
}

void HttpConnection::ReadHeader(std::chrono::milliseconds timeout) {
  if (owner_->draining()) return CloseNow();
  busy_ = false;
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(owner_->options().max_header_bytes));
  parser_->body_limit(owner_->options().max_body_bytes);
  Expire(timeout);
  http::async_read_header(stream_, buffer_, *parser_,
                          [self = shared_from_this()](const error_code& error, std::size_t) {
                            if (error) return self->OnReadError(error);
                            self->busy_ = true;
                            self->Expire(self->owner_->options().request_timeout);
                            self->OnHeader();
                          });
}

void HttpConnection::OnHeader() {
  const auto length = parser_->content_length();
  if (length && *length > owner_->options().max_body_bytes) return Refuse(413);
  if (InLowerCase(parser_->get()[http::field::expect]) != "100-continue") return ReadBody();
  asio::async_write(stream_, asio::buffer(kContinue.data(), kContinue.size()),
                    [self = shared_from_this()](const error_code& error, std::size_t) {
                      if (error) return self->CloseNow();
                      self->ReadBody();
                    });
}

void HttpConnection::ReadBody() {
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this()](const error_code& error, std::size_t) {
                     if (error) return self->OnReadError(error);
                     self->OnRequest();
                   });
}

void HttpConnection::OnReadError(const error_code& error) {
  const int status = StatusOfParseError(error);
  if (status == 0) return CloseNow();
  Refuse(status);
}

/// The framing can no longer be trusted, so the connection ends with this answer.
void HttpConnection::Refuse(int status) {
  refused_ = true;
  keep_alive_ = false;
  head_ = false;
  Write({.status = status,
         .body = std::string(View(http::obsolete_reason(static_cast<http::status>(status))))});
}

void HttpConnection::CloseNow() {
  deadline_.cancel();
  stream_.Close();
}

/// After a refusal the peer may still be sending; closing at once would reset the connection and lose the
/// answer on its way, so what comes is read and dropped for a moment.
void HttpConnection::Linger() {
  stream_.EndWriting();
  Expire(std::chrono::seconds(1));
  DropInput();
}

void HttpConnection::DropInput() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(8192),
                          [self = shared_from_this()](const error_code& error, std::size_t) {
                            if (error) return self->CloseNow();
                            self->DropInput();
                          });
}

StatusOr<HttpRequest> HttpConnection::Translate() {
  auto& message = parser_->get();
  if (message.version() >= 11 && message.count(http::field::host) != 1) {
    return InvalidField("host", "must be sent exactly once");
  }
  HttpRequest request;
  request.method = std::string(View(message.method_string()));
  request.target = std::string(View(message.target()));
  OOFGG_ASSIGN_OR_RETURN(const std::string authority, TakeAuthority(request.target));
  OOFGG_RETURN_IF_ERROR(ParseTarget(request.target, request));
  if (!authority.empty()) message.set(http::field::host, authority);
  for (const auto& field : message) {
    request.headers.emplace_back(InLowerCase(field.name_string()), std::string(View(field.value())));
  }
  request.body = std::move(message.body());
  request.peer_address = peer_address_;
  request.local_address = local_address_;
  request.local_port = local_port_;
  return request;
}

void HttpConnection::OnRequest() {
  auto request = Translate();
  if (!request.ok()) return Refuse(400);
  keep_alive_ = parser_->get().keep_alive();
  head_ = request->method == "HEAD";
  Expire(kNoTimeout);  // How long an answer takes is the handler's affair.
  auto pending = std::make_shared<PendingReply>(shared_from_this());
  owner_->Handle(*std::move(request), [pending](HttpResponse reply) { pending->Give(std::move(reply)); });
}

void HttpConnection::Write(const HttpResponse& reply) {
  keep_alive_ = keep_alive_ && !owner_->draining();
  answer_ = HeaderOf(reply, keep_alive_);
  if (!head_) answer_ += reply.body;
  Expire(owner_->options().write_timeout);
  asio::async_write(
      stream_, asio::buffer(answer_),
      [self = shared_from_this()](const error_code& error, std::size_t) { self->OnWritten(error); });
}

void HttpConnection::OnWritten(const error_code& error) {
  answer_ = std::string();
  if (error) return CloseNow();
  if (refused_) return Linger();
  if (!keep_alive_) return CloseNow();
  ReadHeader(owner_->options().idle_timeout);
}

}  // namespace oofgg::net
