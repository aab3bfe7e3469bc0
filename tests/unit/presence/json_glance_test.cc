#include "presence/json_glance.h"

#include <gtest/gtest.h>

#include <string>

namespace oofgg::presence {
namespace {

TEST(JsonGlanceTest, FindsAMemberOfTheObject) {
  EXPECT_EQ(GlanceAtString(R"({"cookie":"c1"})", "cookie"), "c1");
  EXPECT_EQ(GlanceAtString("{ \"v\" : 2 ,\n\"cookie\"\t: \"c1\" }", "cookie"), "c1");
  EXPECT_EQ(GlanceAt(R"({"a":[1,{"b":2}],"v":2})", "v"), "2}");
}

TEST(JsonGlanceTest, WhatIsInsideOfOthersIsNotMeant) {
  EXPECT_EQ(GlanceAtString(R"({"a":{"cookie":"no"},"b":["cookie","no"],"cookie":"c1"})", "cookie"), "c1");
  EXPECT_EQ(GlanceAtString(R"({"text":"\"cookie\":\"no\"","cookie":"c1"})", "cookie"), "c1");
  EXPECT_EQ(GlanceAtString(R"({"text":"cookie","cookie":"c1"})", "cookie"), "c1");
  EXPECT_EQ(GlanceAtString(R"({"text":"\\","cookie":"c1"})", "cookie"), "c1");
}

TEST(JsonGlanceTest, FindsNothingInOtherThings) {
  for (const char* text : {"", "{", R"({"cookie)", R"({"cookie")", R"({"cookie":)", R"({"cookie":7})",
                           R"(["cookie","c1"])", R"("cookie":"c1")", "{}}}}", R"({"cookie\)"}) {
    EXPECT_EQ(GlanceAtString(text, "cookie"), "") << text;
  }
  EXPECT_EQ(GlanceAtString(R"({"cookie":"unfinished)", "cookie"), "unfinished");
}

}  // namespace
}  // namespace oofgg::presence
