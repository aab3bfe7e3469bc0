#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <functional>
#include <string_view>

#include "oofgg/status.h"

namespace oofgg::net {

/// Binds by `bind` to `host:port`, or for `:port` to all interfaces: by IPv6, to which IPv4 is mapped, or on
/// a machine without it by IPv4. Errors: kInvalidArgument (the address), kUnavailable (what `bind` said).
[[nodiscard]] Status BindTo(std::string_view address,
                            const std::function<boost::system::error_code(const boost::asio::ip::address&,
                                                                          std::uint16_t port)>& bind);

}  // namespace oofgg::net
