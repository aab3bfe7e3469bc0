#include "wire/codec_impl.h"
#include "wire/proto_auth.h"

namespace oofgg::wire {

OOFGG_INSTANTIATE_CODEC(Register);
OOFGG_INSTANTIATE_CODEC(Login);
OOFGG_INSTANTIATE_CODEC(TwitchLogin);
OOFGG_INSTANTIATE_CODEC(ValidateToken);
OOFGG_INSTANTIATE_CODEC(RefreshToken);

}  // namespace oofgg::wire
