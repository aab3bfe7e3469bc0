#include "orchestration/request.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <utility>

namespace oofgg::orchestration {
namespace {

using enum RequestState;

TEST(RequestState, MovesOnlyAsTheTableSays) {
  const std::array all = {kCreated, kInProgress, kDone, kFailed, kOccupied};
  const std::set<std::pair<RequestState, RequestState>> allowed = {
      {kCreated, kInProgress}, {kCreated, kFailed},   {kInProgress, kDone}, {kInProgress, kFailed},
      {kInProgress, kCreated}, {kDone, kOccupied},    {kDone, kFailed},     {kFailed, kCreated},
      {kOccupied, kDone},      {kOccupied, kCreated}, {kOccupied, kFailed},
  };
  for (const RequestState from : all) {
    for (const RequestState to : all) {
      EXPECT_EQ(CanMove(from, to), allowed.contains({from, to})) << NameOf(from) << " to " << NameOf(to);
    }
  }
}

TEST(RequestKey, ClientsAndMatchesNeverMeet) {
  EXPECT_NE(ClientKey("arena", "1"), MatchKey("arena", "1"));
  EXPECT_NE(ClientKey("arena", "1"), ClientKey("duel", "1"));
  EXPECT_NE(ClientKey("arena", "match/1"), MatchKey("arena", "1"));
}

}  // namespace
}  // namespace oofgg::orchestration
