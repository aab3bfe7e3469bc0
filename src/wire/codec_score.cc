#include "wire/codec_impl.h"
#include "wire/proto_score.h"

namespace oofgg::wire {

OOFGG_INSTANTIATE_CODEC(SubmitScore);
OOFGG_INSTANTIATE_CODEC(GetPlayerScores);
OOFGG_INSTANTIATE_CODEC(GetLeaderboard);
OOFGG_INSTANTIATE_CODEC(GetPlayerRank);

}  // namespace oofgg::wire
