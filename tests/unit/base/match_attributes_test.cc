#include "base/match_attributes.h"

#include <gtest/gtest.h>

#include <string>

namespace oofgg::base {
namespace {

TEST(MatchAttributes, WhatIsReportedIsRead) {
  const MatchReport report{.players = {{"ann", {.result = MatchResult::kDraw, .placement = 3}}},
                           .teams = {{"red", {.result = MatchResult::kWin}}, {"blue", {.placement = 2}}}};
  const Attributes attributes = AttributesOf(report);
  EXPECT_EQ(attributes, (Attributes{{"result.ann", std::string("draw")},
                                    {"placement.ann", 3},
                                    {"team_result.red", std::string("win")},
                                    {"team_placement.blue", 2}}));
  EXPECT_EQ(OutcomeIn(attributes, "ann", "red").result, MatchResult::kDraw);
  EXPECT_EQ(OutcomeIn(attributes, "ann", "red").placement, 3);
  EXPECT_EQ(OutcomeIn(attributes, "bob", "red").result, MatchResult::kWin);
  EXPECT_EQ(OutcomeIn(attributes, "bob", "red").placement, 0);
  EXPECT_EQ(OutcomeIn(attributes, "cid", "blue").placement, 2);
  EXPECT_EQ(OutcomeIn(attributes, "red", "").result, MatchResult::kNone);
}

TEST(MatchAttributes, WhatIsOfAnotherTypeSaysNothing) {
  const Attributes attributes = {{"result.ann", 1},
                                 {"result.bob", std::string("victory")},
                                 {"placement.ann", std::string("1")},
                                 {"placement.bob", -1}};
  for (const char* player : {"ann", "bob"}) {
    EXPECT_EQ(OutcomeIn(attributes, player, "").result, MatchResult::kNone);
    EXPECT_EQ(OutcomeIn(attributes, player, "").placement, 0);
  }
}

TEST(MatchAttributes, EndsHaveNames) {
  EXPECT_EQ(NameOf(MatchEnd::kUnknown), "unknown");
  EXPECT_EQ(NameOf(MatchEnd::kHostLost), "host_lost");
  EXPECT_EQ(NameOf(MatchEnd::kDeleted), "deleted");
}

}  // namespace
}  // namespace oofgg::base
