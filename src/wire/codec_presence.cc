#include "wire/codec_impl.h"
#include "wire/proto_presence.h"

namespace oofgg::wire {

OOFGG_INSTANTIATE_CODEC(Connect);
OOFGG_INSTANTIATE_CODEC(WatchPresence);

}  // namespace oofgg::wire
