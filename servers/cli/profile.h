#pragma once

#include <string>

#include "oofgg/client.h"
#include "servers/cli/context.h"

namespace oofgg::cli {

/// Gives the player's profile on the game server the name that others see on leaderboards. The account is
/// made whether or not that server can be reached, so a failure is but a warning.
void NameProfile(const Context& context, Client& client, const std::string& username);

}  // namespace oofgg::cli
