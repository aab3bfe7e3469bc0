#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/http_client.h"

namespace oofgg::net {

/// One connection of a `KeptHttpClient`, for one call at a time. Lives as long as an operation of it does.
/// Threads: its own strand, but for `endpoint`.
class KeptHttpLink : public std::enable_shared_from_this<KeptHttpLink> {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using Endpoint = boost::asio::ip::tcp::endpoint;
  using TimePoint = boost::asio::steady_timer::time_point;
  /// Before the reply is told: whether the connection can be used for another call.
  using OnFree = std::function<void(const std::shared_ptr<KeptHttpLink>& link, bool usable)>;

  KeptHttpLink(Socket socket, Endpoint endpoint, OnFree on_free)
      : socket_(std::move(socket)), endpoint_(std::move(endpoint)), on_free_(std::move(on_free)) {}
  KeptHttpLink(const KeptHttpLink&) = delete;
  KeptHttpLink& operator=(const KeptHttpLink&) = delete;

  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }
  auto get_executor() { return socket_.get_executor(); }

  /// Makes a call while none is under way. `path` is what follows the authority.
  void Run(const HttpCall& call, std::string_view authority, std::string_view path,
           HttpClient::OnReply on_reply);
  /// Ends the call that is under way, if it should have ended by `now`.
  void Expire(TimePoint now);
  /// Ends whatever is under way.
  void Cancel();

 private:
  using ErrorCode = boost::system::error_code;

  void ExpectReply();
  [[nodiscard]] bool IsUsable();
  void Connect();
  void Write();
  void Read();
  void OnRead(const ErrorCode& error);
  void Fail(const ErrorCode& error);
  void FailLater(const ErrorCode& error);
  void End(StatusOr<HttpReply> reply, bool usable);
  [[nodiscard]] HttpReply TakeReply();

  Socket socket_;
  const Endpoint endpoint_;
  const OnFree on_free_;
  std::string request_;
  HttpClient::OnReply on_reply_;  // Empty: no call is under way.
  TimePoint expires_;
  std::size_t most_bytes_ = 0;
  bool without_body_ = false;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::response_parser<boost::beast::http::string_body>> parser_;
};

}  // namespace oofgg::net
