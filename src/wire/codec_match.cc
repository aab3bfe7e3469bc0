#include "wire/codec_impl.h"
#include "wire/proto_match.h"

namespace oofgg::wire {

OOFGG_INSTANTIATE_CODEC(CreateTicket);
OOFGG_INSTANTIATE_CODEC(GetTicket);
OOFGG_INSTANTIATE_CODEC(CancelTicket);
OOFGG_INSTANTIATE_CODEC(WatchTicket);

}  // namespace oofgg::wire
