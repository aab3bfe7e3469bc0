#include "oofgg/client.h"

#include <utility>

#include "client/core.h"
#include "client/session.h"

namespace oofgg {

Client::Client(std::shared_ptr<Transport> transport, ClientOptions options)
    : core_(std::make_shared<internal::ClientCore>(std::move(transport), std::move(options))),
      auth_(core_),
      account_(core_),
      presence_(core_),
      matchmaking_(core_),
      games_(core_),
      instances_(core_),
      global_(core_),
      players_(core_),
      scores_(core_),
      matches_(core_),
      fleets_(core_),
      admin_(core_),
      revocations_(core_) {}

Client::~Client() { core_->Shutdown(); }

SessionTokens Client::tokens() const { return core_->session().tokens(); }

void Client::SetTokens(SessionTokens tokens) { core_->session().Set(std::move(tokens)); }

}  // namespace oofgg
