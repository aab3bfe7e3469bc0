#pragma once

/// The generated messages and stubs of every service, for who would rather speak gRPC than use
/// `oofgg::Client`. Link `oofgg::stubs`; nothing else of the library shows generated code. The files'
/// namespaces are the packages of the .proto files: `v1::api::auth`, `oofgg::v1` and so on.

#include "oofgg/v1/account.grpc.pb.h"
#include "oofgg/v1/admin.grpc.pb.h"
#include "oofgg/v1/fleet.grpc.pb.h"
#include "oofgg/v1/match_history.grpc.pb.h"
#include "oofgg/v1/matchmaking.grpc.pb.h"
#include "oofgg/v1/presence.grpc.pb.h"
#include "oofgg/v1/revocation.grpc.pb.h"
#include "v1/api/auth/auth_service.grpc.pb.h"
#include "v1/api/common/game_service.grpc.pb.h"
#include "v1/api/common/global_service.grpc.pb.h"
#include "v1/api/common/instance_service.grpc.pb.h"
#include "v1/api/common/player_service.grpc.pb.h"
#include "v1/api/common/score_service.grpc.pb.h"
