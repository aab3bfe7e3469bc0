#pragma once

#include "wire/proto_account.h"
#include "wire/proto_admin.h"
#include "wire/proto_auth.h"
#include "wire/proto_fleet.h"
#include "wire/proto_game.h"
#include "wire/proto_match.h"
#include "wire/proto_player.h"
#include "wire/proto_presence.h"
#include "wire/proto_revocation.h"
#include "wire/proto_score.h"
#include "wire/proto_session.h"
