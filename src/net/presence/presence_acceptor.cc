#include "net/presence/presence_acceptor.h"

#include <fcntl.h>
#include <netinet/tcp.h>

#include <boost/asio/ip/v6_only.hpp>

#include "net/presence/listen_address.h"

namespace oofgg::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;
template <int kName>
using TcpOption = asio::detail::socket_option::integer<IPPROTO_TCP, kName>;

// A peer whose machine is gone is noticed after some 75 s, or 20 s when there are bytes for it.
ErrorCode SetOptions(PresenceAcceptor& acceptor, int send_buffer_bytes) {
  ErrorCode error;
  const auto set = [&](const auto& option) {
    if (!error) acceptor.set_option(option, error);
  };
  set(asio::socket_base::reuse_address(true));
  set(tcp::no_delay(true));
  set(asio::socket_base::keep_alive(true));
  set(TcpOption<TCP_KEEPIDLE>(45));
  set(TcpOption<TCP_KEEPINTVL>(10));
  set(TcpOption<TCP_KEEPCNT>(3));
  set(TcpOption<TCP_USER_TIMEOUT>(20'000));
  if (send_buffer_bytes > 0) set(asio::socket_base::send_buffer_size(send_buffer_bytes));
  return error;
}

ErrorCode Open(PresenceAcceptor& acceptor, const tcp::endpoint& where, int send_buffer_bytes) {
  const bool all_interfaces = where.address() == asio::ip::address_v6::any();
  ErrorCode error;
  acceptor.close(error);
  acceptor.open(where.protocol(), error);
  // Asio leaves it open to programs that this process starts, which would hold the port after us.
  if (!error) fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
  if (!error && all_interfaces) acceptor.set_option(asio::ip::v6_only(false), error);
  if (!error) error = SetOptions(acceptor, send_buffer_bytes);
  if (!error) acceptor.bind(where, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  return error;
}

}  // namespace

Status OpenPresenceAcceptor(PresenceAcceptor& acceptor, std::string_view address, int send_buffer_bytes) {
  return BindTo(address, [&](const asio::ip::address& ip, std::uint16_t port) {
    return Open(acceptor, {ip, port}, send_buffer_bytes);
  });
}

}  // namespace oofgg::net
