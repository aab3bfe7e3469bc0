#include "wire/codec_impl.h"
#include "wire/proto_entity.h"
#include "wire/proto_game.h"
#include "wire/proto_global.h"
#include "wire/proto_session.h"

namespace oofgg::wire {

OOFGG_INSTANTIATE_CODEC(CreateGame);
OOFGG_INSTANTIATE_CODEC(GetGame);
OOFGG_INSTANTIATE_CODEC(UpdateGame);
OOFGG_INSTANTIATE_CODEC(TrendingGames);
OOFGG_INSTANTIATE_CODEC(CreateSession);
OOFGG_INSTANTIATE_CODEC(GetSession);
OOFGG_INSTANTIATE_CODEC(UpdateSession);
OOFGG_INSTANTIATE_CODEC(DeleteSession);
OOFGG_INSTANTIATE_CODEC(CreateEntity);
OOFGG_INSTANTIATE_CODEC(GetEntity);
OOFGG_INSTANTIATE_CODEC(UpdateEntity);
OOFGG_INSTANTIATE_CODEC(DeleteEntity);
OOFGG_INSTANTIATE_CODEC(JoinLeave);
OOFGG_INSTANTIATE_CODEC(WatchQueue);
OOFGG_INSTANTIATE_CODEC(StreamEvents);
OOFGG_INSTANTIATE_CODEC(StreamInstanceEvents);
OOFGG_INSTANTIATE_CODEC(StreamGlobalEvents);

}  // namespace oofgg::wire
