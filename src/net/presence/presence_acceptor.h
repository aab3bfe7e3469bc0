#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string_view>

#include "net/presence/strand.h"
#include "oofgg/status.h"

namespace oofgg::net {

using PresenceAcceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Strand>;

/// Binds `acceptor` to `host:port` or `:port` (all interfaces, IPv6 too where there is any) and listens.
/// What it accepts inherits the options set here: no delay, dead peers noticed by the kernel, and the size of
/// its send buffer unless `send_buffer_bytes` is 0. Errors: kInvalidArgument, kUnavailable.
[[nodiscard]] Status OpenPresenceAcceptor(PresenceAcceptor& acceptor, std::string_view address,
                                          int send_buffer_bytes);

}  // namespace oofgg::net
