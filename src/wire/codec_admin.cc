#include "wire/codec_impl.h"
#include "wire/proto_admin.h"

namespace oofgg::wire {

OOFGG_INSTANTIATE_CODEC(FindAccount);
OOFGG_INSTANTIATE_CODEC(Ban);
OOFGG_INSTANTIATE_CODEC(Unban);
OOFGG_INSTANTIATE_CODEC(SetRole);
OOFGG_INSTANTIATE_CODEC(EndUserSessions);
OOFGG_INSTANTIATE_CODEC(DeleteUser);
OOFGG_INSTANTIATE_CODEC(CreateServiceCredential);
OOFGG_INSTANTIATE_CODEC(RotateServiceCredential);
OOFGG_INSTANTIATE_CODEC(RevokeServiceCredential);
OOFGG_INSTANTIATE_CODEC(ListServiceCredentials);

}  // namespace oofgg::wire
