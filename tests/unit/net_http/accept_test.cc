#include "net/accept.h"

#include <gtest/gtest.h>

#include <string>

namespace oofgg::net {
namespace {

bool WantsJson(const std::string& accept) {
  HttpRequest request;
  request.headers = {{"accept", accept}};
  return WantsType(request, "application/json");
}

TEST(Accept, ATypeThatIsNamedIsWanted) {
  for (const std::string accept :
       {"application/json", "Application/JSON", "text/plain, application/json",
        "text/html,application/json;q=1", "application/json ; charset=utf-8 ; q=0.001",
        "application/json;q=0, application/json;version=2"}) {
    EXPECT_TRUE(WantsJson(accept)) << accept;
  }
}

TEST(Accept, WhatIsNotNamedOrWeighsNothingIsNotWanted) {
  for (const std::string accept :
       {"", ",", ";", "text/plain", "*/*", "application/*", "application/jsonp",
        "application/json-patch+json", "application/json;q=0", "application/json; Q=0.000",
        "application/json;charset=utf-8;q=0.", "text/plain;application/json"}) {
    EXPECT_FALSE(WantsJson(accept)) << accept;
  }
  EXPECT_FALSE(WantsType({}, "application/json"));
}

TEST(Accept, AllHeadersOfThatNameCount) {
  HttpRequest request;
  request.headers = {{"accept", "text/plain"}, {"accept-language", "en"}, {"accept", "application/json"}};
  EXPECT_TRUE(WantsType(request, "application/json"));
}

}  // namespace
}  // namespace oofgg::net
