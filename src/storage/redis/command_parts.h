#pragma once

#include <string_view>
#include <vector>

namespace oofgg::storage::redis {

/// Each of the commands that stand in `bytes` one behind the other, as `RedisCommand::AppendTo` writes them.
[[nodiscard]] std::vector<std::string_view> SplitCommands(std::string_view bytes);

}  // namespace oofgg::storage::redis
