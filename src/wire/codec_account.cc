#include "wire/codec_impl.h"
#include "wire/proto_account.h"

namespace oofgg::wire {

OOFGG_INSTANTIATE_CODEC(GuestLogin);
OOFGG_INSTANTIATE_CODEC(ServiceLogin);
OOFGG_INSTANTIATE_CODEC(RequestPasswordReset);
OOFGG_INSTANTIATE_CODEC(ResetPassword);
OOFGG_INSTANTIATE_CODEC(VerifyEmail);
OOFGG_INSTANTIATE_CODEC(GetAccount);
OOFGG_INSTANTIATE_CODEC(UpgradeAccount);
OOFGG_INSTANTIATE_CODEC(ListSessions);
OOFGG_INSTANTIATE_CODEC(Logout);
OOFGG_INSTANTIATE_CODEC(LogoutEverywhere);
OOFGG_INSTANTIATE_CODEC(ChangePassword);
OOFGG_INSTANTIATE_CODEC(LinkTwitch);
OOFGG_INSTANTIATE_CODEC(RequestEmailCode);
OOFGG_INSTANTIATE_CODEC(DeleteAccount);

}  // namespace oofgg::wire
