#include "storage/redis/auth/shared_record.h"

#include "auth/digest.h"
#include "base/encoding.h"

namespace oofgg::storage {

std::string MicrosOf(const Clock* clock) {
  if (clock == nullptr) return "";
  return std::to_string(
      std::chrono::duration_cast<std::chrono::microseconds>(clock->WallNow().time_since_epoch()).count());
}

std::string HiddenName(std::string_view prefix, std::string_view name_key,
                       std::initializer_list<std::string_view> parts) {
  constexpr std::size_t kEnough = 16;
  const std::string hash = auth::HmacSha256(name_key, parts).substr(0, kEnough);
  return std::string(prefix) + ":" + base::Base64UrlEncode(hash);
}

}  // namespace oofgg::storage
