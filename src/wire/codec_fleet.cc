#include "wire/codec_impl.h"
#include "wire/proto_fleet.h"

namespace oofgg::wire {

OOFGG_INSTANTIATE_CODEC(ListGameServers);
OOFGG_INSTANTIATE_CODEC(ListFleets);
OOFGG_INSTANTIATE_CODEC(ScaleFleet);
OOFGG_INSTANTIATE_CODEC(DrainServers);
OOFGG_INSTANTIATE_CODEC(UpdateFleet);

}  // namespace oofgg::wire
