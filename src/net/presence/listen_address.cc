#include "net/presence/listen_address.h"

#include <boost/asio/error.hpp>
#include <string>

#include "oofgg/parse.h"

namespace oofgg::net {

namespace asio = boost::asio;

Status BindTo(std::string_view address,
              const std::function<boost::system::error_code(const asio::ip::address&, std::uint16_t)>& bind) {
  OOFGG_ASSIGN_OR_RETURN(const HostPort endpoint, ParseHostPort(address));
  boost::system::error_code error;
  if (endpoint.host.empty()) {
    error = bind(asio::ip::address_v6::any(), endpoint.port);
    if (error && error != asio::error::address_in_use) {
      error = bind(asio::ip::address_v4::any(), endpoint.port);
    }
  } else {
    const std::string host = endpoint.host == "localhost" ? "127.0.0.1" : endpoint.host;
    const asio::ip::address ip = asio::ip::make_address(host, error);
    if (error) return InvalidField("listen", "needs an IP address, localhost, or nothing before the colon");
    error = bind(ip, endpoint.port);
  }
  if (!error) return absl::OkStatus();
  return MakeStatus(StatusCode::kUnavailable,
                    "cannot listen on " + std::string(address) + ": " + error.message());
}

}  // namespace oofgg::net
