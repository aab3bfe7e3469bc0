#include "wire/codec_impl.h"
#include "wire/proto_revocation.h"

namespace oofgg::wire {

OOFGG_INSTANTIATE_CODEC(WatchRevocations);

}  // namespace oofgg::wire
