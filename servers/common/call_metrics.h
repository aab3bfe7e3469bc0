#pragma once

#include "rpc/call_stats.h"
#include "servers/common/ops_server.h"

namespace oofgg::servers {

/// Shows what a server has counted of its gRPC calls: `oofgg_rpc_calls_total` by method and code,
/// `oofgg_rpc_seconds` (a histogram of unary calls), `oofgg_rpc_open_calls` and
/// `oofgg_rpc_stream_messages_total` by method. Labels are bounded: our own methods, gRPC's codes. Lifetime:
/// `calls` outlives `ops`' last answer.
void AddCallMetrics(OpsServer& ops, const rpc::CallStats& calls);

}  // namespace oofgg::servers
