#include "wire/codec_impl.h"
#include "wire/proto_player.h"

namespace oofgg::wire {

OOFGG_INSTANTIATE_CODEC(CreatePlayer);
OOFGG_INSTANTIATE_CODEC(GetPlayer);
OOFGG_INSTANTIATE_CODEC(UpdatePlayer);

}  // namespace oofgg::wire
