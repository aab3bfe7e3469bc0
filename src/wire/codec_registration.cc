#include "wire/codec_impl.h"
#include "wire/proto_registration.h"

namespace oofgg::wire {

OOFGG_INSTANTIATE_CODEC(RegisterGameServer);
OOFGG_INSTANTIATE_CODEC(ReportGameServer);
OOFGG_INSTANTIATE_CODEC(DeregisterGameServer);

}  // namespace oofgg::wire
