#pragma once

#include <optional>
#include <string_view>

#include "oofgg/status.h"

namespace oofgg::base {

/// What a code is called where it stands beside words that people read, such as `UNAUTHENTICATED`: gRPC's
/// names, which do not change.
[[nodiscard]] std::string_view NameOf(StatusCode code);

/// Its inverse, for errors; nothing for `OK` and for what no code is called.
[[nodiscard]] std::optional<StatusCode> CodeCalled(std::string_view name);

}  // namespace oofgg::base
