#pragma once

#include <string>
#include <string_view>

#include "base/address_list.h"

namespace oofgg {

/// Whom `peer` speaks for by `forwarded`, an `x-forwarded-for` as Envoy and most others write it: each proxy
/// appends the address that it heard. Read from its end for as long as one of `proxies` speaks, since anybody
/// may have written what stands before; what is no address ends it.
[[nodiscard]] std::string ForwardedFor(const AddressList& proxies, std::string_view peer,
                                       std::string_view forwarded);

}  // namespace oofgg
