#include "wire/codec_impl.h"
#include "wire/proto_game.h"
#include "wire/proto_session.h"

namespace oofgg::wire {

OOFGG_INSTANTIATE_CODEC(CreateGame);
OOFGG_INSTANTIATE_CODEC(GetGame);
OOFGG_INSTANTIATE_CODEC(CreateSession);
OOFGG_INSTANTIATE_CODEC(GetSession);
OOFGG_INSTANTIATE_CODEC(JoinLeave);
OOFGG_INSTANTIATE_CODEC(WatchQueue);
OOFGG_INSTANTIATE_CODEC(StreamEvents);

}  // namespace oofgg::wire
