#include "net/kept_http_link.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <cerrno>
#include <utility>

namespace oofgg::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

std::string TextOf(const HttpCall& call, std::string_view authority, std::string_view path) {
  std::string text;
  text.reserve(call.method.size() + path.size() + authority.size() + call.body.size() + 64);
  text.append(call.method).append(" ").append(path.empty() ? "/" : path).append(" HTTP/1.1\r\nHost: ");
  text.append(authority).append("\r\n");
  for (const auto& [name, value] : call.headers) text.append(name).append(": ").append(value).append("\r\n");
  if (!call.body.empty() || call.method != "GET") {
    text.append("Content-Length: ").append(std::to_string(call.body.size())).append("\r\n");
  }
  return text.append("\r\n").append(call.body);
}

std::string Lower(boost::beast::string_view name) {
  std::string lower(name.data(), name.size());
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace

void KeptHttpLink::Run(const HttpCall& call, std::string_view authority, std::string_view path,
                       HttpClient::OnReply on_reply) {
  request_ = TextOf(call, authority, path);
  on_reply_ = std::move(on_reply);
  expires_ = call.timeout.count() == 0 ? TimePoint::max() : TimePoint::clock::now() + call.timeout;
  most_bytes_ = call.max_reply_bytes;
  without_body_ = call.method == "HEAD";
  ExpectReply();
  return IsUsable() ? Write() : Connect();
}

void KeptHttpLink::ExpectReply() {
  parser_.emplace();
  parser_->body_limit(most_bytes_);
  parser_->skip(without_body_);
}

/// Open, and the peer has neither closed it since nor sent what nobody asked for, which would be taken for
/// the answer of this call.
bool KeptHttpLink::IsUsable() {
  if (!socket_.is_open()) return false;
  char byte = 0;
  const bool is_silent = recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
                         (errno == EAGAIN || errno == EWOULDBLOCK);
  if (is_silent) return true;
  ErrorCode ignored;
  socket_.close(ignored);
  return false;
}

void KeptHttpLink::Connect() {
  ErrorCode error;
  socket_.open(endpoint_.protocol(), error);
  if (error) return FailLater(error);
  fcntl(socket_.native_handle(), F_SETFD, FD_CLOEXEC);  // Not for programs that this process starts.
  socket_.async_connect(endpoint_, [self = shared_from_this()](const ErrorCode& refused) {
    if (refused) return self->Fail(refused);
    ErrorCode ignored;
    self->socket_.set_option(tcp::no_delay(true), ignored);
    self->socket_.non_blocking(true, ignored);
    self->Write();
  });
}

/// At once, as there is room for so little; waiting for a turn would cost more than the call.
void KeptHttpLink::Write() {
  ErrorCode error;
  const std::size_t written = socket_.write_some(asio::buffer(request_), error);
  if (error == asio::error::would_block) error = {};
  if (error) return FailLater(error);
  if (written == request_.size()) return Read();
  asio::async_write(socket_, asio::buffer(request_) + written,
                    [self = shared_from_this()](const ErrorCode& broken, std::size_t) {
                      if (broken) return self->Fail(broken);
                      self->Read();
                    });
}

void KeptHttpLink::Read() {
  http::async_read(socket_, buffer_, *parser_,
                   [self = shared_from_this()](const ErrorCode& error, std::size_t) { self->OnRead(error); });
}

void KeptHttpLink::OnRead(const ErrorCode& error) {
  if (error) return Fail(error);
  if (parser_->get().result_int() < 200) {  // The answer is yet to come (RFC 9110 §15.2).
    ExpectReply();
    return Read();
  }
  const bool usable = parser_->get().keep_alive() && buffer_.size() == 0;
  End(TakeReply(), usable);
}

HttpReply KeptHttpLink::TakeReply() {
  auto& message = parser_->get();
  HttpReply reply{.status = static_cast<int>(message.result_int())};
  for (const auto& field : message) {
    reply.headers.emplace_back(Lower(field.name_string()),
                               std::string(field.value().data(), field.value().size()));
  }
  reply.body = std::move(message.body());
  return reply;
}

void KeptHttpLink::Fail(const ErrorCode& error) {
  if (error == http::error::body_limit) {
    return End(MakeStatus(StatusCode::kResourceExhausted, "the reply is too long"), /*usable=*/false);
  }
  End(MakeStatus(StatusCode::kUnavailable, "HTTP call to " + endpoint_.address().to_string() + ":" +
                                               std::to_string(endpoint_.port()) + ": " + error.message()),
      /*usable=*/false);
}

void KeptHttpLink::FailLater(const ErrorCode& error) {
  asio::post(socket_.get_executor(), [self = shared_from_this(), error] { self->Fail(error); });
}

void KeptHttpLink::Expire(TimePoint now) {
  if (!on_reply_ || now < expires_) return;
  End(MakeStatus(StatusCode::kDeadlineExceeded, "HTTP call to " + endpoint_.address().to_string() + ":" +
                                                    std::to_string(endpoint_.port()) + ": no answer in time"),
      /*usable=*/false);
}

void KeptHttpLink::Cancel() {
  End(MakeStatus(StatusCode::kCancelled, "the HTTP client is shutting down"), /*usable=*/false);
}

void KeptHttpLink::End(StatusOr<HttpReply> reply, bool usable) {
  auto on_reply = std::exchange(on_reply_, nullptr);
  if (!usable) {
    ErrorCode ignored;
    socket_.close(ignored);
  }
  if (!on_reply) return;  // It had ended before, and this is what its closing brought.
  on_free_(shared_from_this(), usable);
  on_reply(std::move(reply));
}

}  // namespace oofgg::net
