#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "oofgg/status.h"

namespace oofgg::load {

/// Where a load may aim. Errors: kInvalidArgument for what is not HOST:PORT of 127.0.0.0/8 or `localhost`.
[[nodiscard]] StatusOr<sockaddr_in> LoopbackServer(const std::string& address);

/// The addresses that connections come from, some from each.
struct SourcePlan {
  std::uint32_t first = 0;      ///< In host order.
  std::uint32_t addresses = 1;  ///< From `first` on.
  std::uint32_t per_address = 1;

  [[nodiscard]] sockaddr_in AddressOf(std::uint32_t connection) const { return At(connection / per_address); }
  [[nodiscard]] sockaddr_in At(std::uint32_t index) const;
};

/// `network` such as 127.0.0.0/8. Errors: kInvalidArgument for one off loopback, or too small for so many.
[[nodiscard]] StatusOr<SourcePlan> PlanSources(std::string_view network, std::uint32_t connections,
                                               std::uint32_t per_address);

/// One address, or one that the kernel is to choose a port for.
[[nodiscard]] sockaddr_in SocketAddress(std::uint32_t host_order, std::uint16_t port);

}  // namespace oofgg::load
