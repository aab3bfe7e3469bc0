#include "net/http_message.h"

#include <gtest/gtest.h>

namespace oofgg::net {
namespace {

TEST(ParseTarget, SplitsBeforeItDecodes) {
  HttpRequest request;
  ASSERT_TRUE(ParseTarget("/reservation/a%2Fb%20c?fleet=eu+west&wait=5&x", request).ok());
  EXPECT_EQ(request.segments, (std::vector<std::string>{"reservation", "a/b c"}));
  EXPECT_EQ(request.Query("fleet"), "eu west");
  EXPECT_EQ(request.Query("wait"), "5");
  EXPECT_EQ(request.Query("x"), "");
  EXPECT_EQ(request.Query("y"), std::nullopt);
}

TEST(ParseTarget, KeepsEmptySegments) {
  HttpRequest request;
  ASSERT_TRUE(ParseTarget("/request/", request).ok());
  EXPECT_EQ(request.segments, (std::vector<std::string>{"request", ""}));
}

TEST(ParseTarget, APlusInThePathIsAPlus) {
  HttpRequest request;
  ASSERT_TRUE(ParseTarget("/a+b", request).ok());
  EXPECT_EQ(request.segments, (std::vector<std::string>{"a+b"}));
}

TEST(ParseTarget, RefusesWhatIsNotATarget) {
  for (const std::string target :
       {"", "request", "*", "http://host/request", "/%", "/%4", "/%zz", "/a%00b", "/?q=%g1", "/?%=1"}) {
    HttpRequest request;
    EXPECT_FALSE(ParseTarget(target, request).ok()) << target;
  }
}

TEST(TakeAuthority, TheAbsoluteFormBecomesTheUsualOne) {
  struct Row {
    std::string sent, authority, target;
  };
  for (const Row& row : {Row{"http://host/request?wait=5", "host", "/request?wait=5"},
                         {"HTTPS://[::1]:3000/a//b", "[::1]:3000", "/a//b"},
                         {"http://host:80", "host:80", "/"},
                         {"http://host?a=/b", "host", "/?a=/b"},
                         {"/http://host/", "", "/http://host/"},
                         {"http:/host", "", "http:/host"},
                         {"ftp://host/", "", "ftp://host/"}}) {
    std::string target = row.sent;
    const auto authority = TakeAuthority(target);
    ASSERT_TRUE(authority.ok()) << row.sent;
    EXPECT_EQ(*authority, row.authority);
    EXPECT_EQ(target, row.target);
  }
  for (std::string target : {"http://", "http:///request", "http://?a", "http://ann:secret@host/"}) {
    EXPECT_FALSE(TakeAuthority(target).ok()) << target;
  }
}

TEST(HttpRequest, TheFirstHeaderOfANameCounts) {
  HttpRequest request;
  request.headers = {{"accept", "a"}, {"accept", "b"}};
  EXPECT_EQ(request.Header("accept"), "a");
  EXPECT_EQ(request.Header("host"), std::nullopt);
}

}  // namespace
}  // namespace oofgg::net
