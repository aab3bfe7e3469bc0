#include "auth/twitch_provider.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace oofgg::auth {
namespace {

/// Answers at once with what it was told, and keeps the question.
class FakeHttp final : public HttpClient {
 public:
  void Send(HttpCall call, OnReply on_reply) override {
    asked = std::move(call);
    on_reply(reply);
  }
  StatusOr<HttpReply> reply = HttpReply{};
  HttpCall asked;
};

constexpr const char* kGood =
    R"({"client_id":"our-game","login":"dallas","scopes":["user:read:email"],"user_id":"44322889","expires_in":5520838})";

class TwitchProviderTest : public ::testing::Test {
 protected:
  Status Verify(int status, const std::string& body) {
    http_.reply = HttpReply{.status = status, .body = body};
    const auto identity = provider_.Verify("user-token");
    if (!identity.ok()) return identity.status();
    identity_ = *identity;
    return {};
  }

  FakeHttp http_;
  TwitchProvider provider_{http_, {.base_url = "http://127.0.0.1:1", .client_id = "our-game"}};
  ExternalIdentity identity_;
};

TEST_F(TwitchProviderTest, AsksTheValidateEndpointAndReadsWhoItIs) {
  ASSERT_TRUE(Verify(200, kGood).ok());
  EXPECT_EQ(identity_.subject, "44322889");
  EXPECT_EQ(identity_.username, "dallas");
  EXPECT_EQ(http_.asked.url, "http://127.0.0.1:1/oauth2/validate");
  EXPECT_EQ(http_.asked.method, "GET");
  EXPECT_EQ(http_.asked.headers, (HttpHeaders{{"Authorization", "OAuth user-token"}}));
  EXPECT_EQ(provider_.name(), "twitch");
}

TEST_F(TwitchProviderTest, WhatIsNotForUsOrNobodysIsRefused) {
  struct Case {
    const char* name;
    int status;
    std::string body;
  };
  for (const Case& c : {
           Case{"unknown token", 401, R"({"status":401,"message":"invalid access token"})"},
           Case{"made for another application", 200,
                R"({"client_id":"other-game","login":"dallas","user_id":"44322889"})"},
           Case{"made for none", 200, R"({"login":"dallas","user_id":"44322889"})"},
           Case{"an application's own token", 200, R"({"client_id":"our-game","scopes":[]})"},
           Case{"user id of another type", 200, R"({"client_id":"our-game","user_id":44322889})"},
           Case{"user id empty", 200, R"({"client_id":"our-game","user_id":""})"},
       }) {
    const Status status = Verify(c.status, c.body);
    EXPECT_EQ(status.code(), StatusCode::kUnauthenticated) << c.name << status;
    EXPECT_EQ(ReasonOf(status), "INVALID_CREDENTIALS") << c.name;
  }
}

TEST_F(TwitchProviderTest, WhenTwitchIsAwayItSaysSoAndWhenToComeBack) {
  for (const int status : {500, 502, 429, 302, 204}) {
    EXPECT_EQ(Verify(status, "").code(), StatusCode::kUnavailable) << status;
  }
  for (const char* body :
       {"", "<html>", "[]", R"({"client_id":"our-game","client_id":"x"})", "{\"client_id\":"}) {
    EXPECT_EQ(Verify(200, body).code(), StatusCode::kUnavailable) << body;
  }
  http_.reply = MakeStatus(StatusCode::kDeadlineExceeded, "no reply");
  const auto away = provider_.Verify("user-token");
  EXPECT_EQ(away.status().code(), StatusCode::kUnavailable);
  EXPECT_TRUE(RetryAfterOf(away.status()).has_value());
}

}  // namespace
}  // namespace oofgg::auth
