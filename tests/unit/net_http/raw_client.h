#pragma once

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace oofgg::net {

/// A socket that says exactly what it is told: for requests that no HTTP library would send.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(io_) {
    socket_.connect({boost::asio::ip::address_v4::loopback(), port});
  }

  void Send(std::string_view text) {
    boost::system::error_code ignored;  // A server that has refused already may have closed.
    boost::asio::write(socket_, boost::asio::buffer(text.data(), text.size()), ignored);
  }

  void HalfClose() {
    boost::system::error_code ignored;
    socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
  }

  /// All until the server closes.
  std::string ReadAll() {
    std::string all;
    boost::system::error_code error;
    boost::asio::read(socket_, boost::asio::dynamic_buffer(all), error);
    return all;
  }

  /// Until `end` has come, or the server closes.
  std::string ReadUntil(std::string_view end) {
    std::string text;
    boost::system::error_code error;
    char c = 0;
    while (!text.ends_with(end) && boost::asio::read(socket_, boost::asio::buffer(&c, 1), error) == 1)
      text += c;
    return text;
  }

 private:
  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_;
};

/// The status code of an answer; 0 if there is none.
inline int StatusIn(std::string_view answer) {
  if (!answer.starts_with("HTTP/1.1 ") || answer.size() < 12) return 0;
  return (answer[9] - '0') * 100 + (answer[10] - '0') * 10 + (answer[11] - '0');
}

}  // namespace oofgg::net
