#pragma once

#include <grpcpp/generic/generic_stub.h>

#include <memory>
#include <string>

#include "client/transport/grpc/in_flight.h"
#include "oofgg/clock.h"
#include "oofgg/transport.h"

namespace oofgg::internal {

[[nodiscard]] std::unique_ptr<TransportHandle> StartGrpcUnary(grpc::GenericStub& stub, InFlight& in_flight,
                                                              const Clock& clock, const TransportCall& call,
                                                              const std::string& request,
                                                              Transport::OnReply on_reply);

}  // namespace oofgg::internal
