#include "wire/codec_impl.h"
#include "wire/proto_match_history.h"

namespace oofgg::wire {

OOFGG_INSTANTIATE_CODEC(ListMatches);
OOFGG_INSTANTIATE_CODEC(GetMatch);

}  // namespace oofgg::wire
