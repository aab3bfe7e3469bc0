#include "game/global_facade.h"

#include <utility>

#include "game/authorization.h"
#include "game/global_stream.h"
#include "game/session_access.h"

namespace oofgg::game {

Status GlobalFacade::EnsureStream() { return EnsureGlobalSession(parts_.sessions); }

StatusOr<StreamHandlerPtr<GlobalEvent, GlobalEvent>> GlobalFacade::Open(const CallContext& context,
                                                                        std::shared_ptr<StreamHost> host) {
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kHearGlobalEvents));
  host->Wake();  // `Next` takes a place in the stream, whether or not the client says anything first.
  return std::make_shared<GlobalStream>(parts_, context, std::move(host));
}

}  // namespace oofgg::game
