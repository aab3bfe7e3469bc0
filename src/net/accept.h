#pragma once

#include <string_view>

#include "net/http_message.h"

namespace oofgg::net {

/// Whether `Accept` (RFC 9110, 12.5.1) names this media type and wants it. Ranges such as `*/*` name none:
/// who sends them takes what everybody gets.
[[nodiscard]] bool WantsType(const HttpRequest& request, std::string_view type);

}  // namespace oofgg::net
