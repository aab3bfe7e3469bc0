#pragma once

/// Everything a game needs: `oofgg::Client` and what its methods take and give.
#include "oofgg/client.h"
#include "oofgg/dispatcher.h"
#include "oofgg/grpc_transport.h"
