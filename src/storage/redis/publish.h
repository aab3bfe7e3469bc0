#pragma once

#include <string_view>

#include "storage/redis/redis_command.h"
#include "storage/redis/redis_url.h"

namespace oofgg::storage {

/// What reaches the channels of a `RedisSubscriber` there: "SPUBLISH" in a cluster, where each channel lives
/// on the node of its slot, "PUBLISH" elsewhere. For scripts that publish; in a cluster their keys and their
/// channel share a slot.
[[nodiscard]] std::string_view PublishWord(const RedisUrl& url);

[[nodiscard]] RedisCommand PublishCommand(const RedisUrl& url, std::string_view channel,
                                          std::string_view message);

}  // namespace oofgg::storage
