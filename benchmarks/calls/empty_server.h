#pragma once

#include <string_view>

namespace oofgg {

/// What makes this program the server that does nothing, instead of the benchmark.
inline constexpr std::string_view kServeEmpty = "--serve-empty";

/// Serves GetSession on any port, which it says as our servers do: with nothing, or for the id
/// `kSessionShaped` with a session. Until it is killed.
[[noreturn]] void ServeEmpty();

inline constexpr std::string_view kSessionShaped = "session";

}  // namespace oofgg
