#include "storage/redis/publish.h"

namespace oofgg::storage {

std::string_view PublishWord(const RedisUrl& url) { return url.is_cluster ? "SPUBLISH" : "PUBLISH"; }

RedisCommand PublishCommand(const RedisUrl& url, std::string_view channel, std::string_view message) {
  return RedisCommand({PublishWord(url), channel, message});
}

}  // namespace oofgg::storage
