#pragma once

#include <grpcpp/generic/generic_stub.h>

#include <memory>

#include "client/transport/grpc/in_flight.h"
#include "oofgg/clock.h"
#include "oofgg/transport.h"

namespace oofgg::internal {

[[nodiscard]] std::unique_ptr<TransportStream> StartGrpcStream(grpc::GenericStub& stub, InFlight& in_flight,
                                                               const Clock& clock, const TransportCall& call,
                                                               TransportStreamCallbacks callbacks);

}  // namespace oofgg::internal
