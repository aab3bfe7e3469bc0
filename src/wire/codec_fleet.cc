#include "wire/codec_impl.h"
#include "wire/proto_fleet.h"

namespace oofgg::wire {

OOFGG_INSTANTIATE_CODEC(ListGameServers);

}  // namespace oofgg::wire
