#include "game/event_facade.h"

#include <utility>

#include "game/authorization.h"
#include "game/event_stream.h"

namespace oofgg::game {

StatusOr<StreamHandlerPtr<GameEvent, GameEvent>> EventFacade::Open(const CallContext& context,
                                                                   std::shared_ptr<StreamHost> host,
                                                                   OnRefused on_refused) {
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadGame));  // Whose session it is, the first message says.
  return std::make_shared<EventStream>(parts_, context, EventStream::Side::kPlayer, std::move(host),
                                       std::move(on_refused));
}

StatusOr<StreamHandlerPtr<GameEvent, GameEvent>> EventFacade::OpenAsServer(const CallContext& context,
                                                                           std::shared_ptr<StreamHost> host) {
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadGame));
  return std::make_shared<EventStream>(parts_, context, EventStream::Side::kServer, std::move(host));
}

}  // namespace oofgg::game
