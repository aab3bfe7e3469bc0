#pragma once

#include <string>
#include <string_view>

#include "storage/redis/row_link.h"

namespace oofgg::storage {

/// Who the makers are that share the Redis of `client`: the same for all of them, as long as Redis remembers.
/// `fresh` is it the first time. It blocks; not inside callbacks of `client`. Errors: kUnavailable.
[[nodiscard]] StatusOr<std::string> RedisMakerId(RedisClient& client, std::string_view fresh,
                                                 RowOptions options = {});

}  // namespace oofgg::storage
