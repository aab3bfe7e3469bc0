#include "storage/redis/game/creation.h"

#include <algorithm>
#include <cstdint>

#include "oofgg/parse.h"
#include "storage/millis.h"
#include "storage/redis/packed.h"

namespace oofgg::storage {

std::string NameOf(const game::CreationKey& key) {
  return key.key.empty() ? std::string() : OwnedName(key.creator, key.key);
}

StatusOr<RowCreation> RowCreationIn(const RedisReply& reply, const game::CreationKey& key) {
  if (reply.elements.empty()) {
    return MakeStatus(StatusCode::kUnavailable, "Redis gave another answer than the script's");
  }
  RowCreation creation{.outcome = reply.elements[0].text};
  if (reply.elements.size() > 1) creation.made = reply.elements[1].text;
  if (creation.outcome == "other") {
    OOFGG_ASSIGN_OR_RETURN(const auto fingerprint, ParseInteger<std::int64_t>(creation.made));
    OOFGG_RETURN_IF_ERROR(game::CheckSameRequest(fingerprint, key));
  }
  if (reply.elements.size() > 2 && !reply.elements[2].is_nil()) creation.row = reply.elements[2].text;
  return creation;
}

std::vector<std::string> PurgeArguments(const game::Sweep& sweep) {
  // A session may have hundreds of entries, and Redis serves nobody else meanwhile.
  constexpr std::size_t kMostAtOnce = 100;
  return {std::to_string(ToMillis(sweep.now)), std::to_string(ToMillis(sweep.now - sweep.keep)),
          std::to_string(std::min(sweep.limit, kMostAtOnce))};
}

StatusOr<bool> MoreIn(const StatusOr<RedisReply>& reply) {
  OOFGG_RETURN_IF_ERROR(reply.status());
  OOFGG_ASSIGN_OR_RETURN(const std::int64_t more, reply->AsInteger());
  return more != 0;
}

}  // namespace oofgg::storage
