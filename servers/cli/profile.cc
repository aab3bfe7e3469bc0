#include "servers/cli/profile.h"

#include "oofgg/player_client.h"

namespace oofgg::cli {

void NameProfile(const Context& context, Client& client, const std::string& username) {
  Player profile;
  profile.username = username;
  if (const auto player = client.players().CreatePlayer(profile); !player.ok()) {
    context.Warn("the account is made, but its profile has no name yet: " +
                 std::string(player.status().message()));
  }
}

}  // namespace oofgg::cli
