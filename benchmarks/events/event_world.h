#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "benchmarks/events/event_players.h"
#include "benchmarks/servers/server_under_test.h"
#include "oofgg/auth/token_issuer.h"
#include "tests/support/temporary_directory.h"

namespace oofgg {

/// An oofgg-game with a game, and players who are let in by a key of ours.
class EventWorld {
 public:
  EventWorld();

  /// Seats for `players`, in sessions of `group` each. Empty: something failed.
  [[nodiscard]] std::vector<Seat> MakeSeats(std::size_t players, std::size_t group);

  [[nodiscard]] ServerUnderTest& server() { return *server_; }

 private:
  [[nodiscard]] std::string TokenOf(const std::string& player, const std::string& role) const;

  testing::TemporaryDirectory folder_;
  std::unique_ptr<auth::TokenIssuer> issuer_;
  std::unique_ptr<ServerUnderTest> server_;
  std::size_t made_ = 0;
};

}  // namespace oofgg
