#pragma once

#include <cstddef>
#include <string_view>

#include "oofgg/model/match.h"
#include "oofgg/status.h"

namespace oofgg::matchmaking {

inline constexpr std::size_t kMaxAttributes = 16;  ///< Numbers, and as many strings.
inline constexpr std::size_t kMaxValueBytes = 128;
inline constexpr std::size_t kMaxIdBytes = 128;  ///< Of player ids and idempotency keys.

/// What is wrong with a request whatever the game's rules are; what they ask for, the engine checks. Returns
/// it with the caller filled in where it names no players. kPermissionDenied where a caller who does not
/// manage names others: nobody is put in a queue, and so kept out of others, but by themselves.
[[nodiscard]] StatusOr<CreateTicketRequest> CheckRequest(CreateTicketRequest request, std::string_view caller,
                                                         bool manages);

[[nodiscard]] bool SameRequest(const CreateTicketRequest& a, const CreateTicketRequest& b);

}  // namespace oofgg::matchmaking
