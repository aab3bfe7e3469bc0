#include "oofgg/auth/authorizer.h"

#include <gtest/gtest.h>

#include "oofgg/testing/fake_clock.h"
#include "tests/unit/auth/token_forge.h"

namespace oofgg::auth {
namespace {

TEST(JwtAuthorizerTest, TellsWhoHoldsATokenAndRefusesTheRest) {
  const oofgg::testing::FakeClock clock;
  const SigningKey key = SigningKey::Generate().value();
  JwtAuthorizer authorizer(std::make_shared<const TokenVerifier>(clock, testing::SetOf(key)));
  const TokenIssuer issuer(key, clock, RandomSource::System());
  const std::string token = issuer.Issue({.user_id = "u", .role = "admin", .session_id = "s"}).value();
  const Caller caller = authorizer.Authenticate(token).value();
  EXPECT_EQ(caller.user_id, "u");
  EXPECT_EQ(caller.role, "admin");
  EXPECT_EQ(caller.session_id, "s");
  EXPECT_EQ(authorizer.Authenticate("nonsense").status().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(authorizer.Authenticate("").status().code(), StatusCode::kUnauthenticated);
}

TEST(BearerCredentialTest, IsWhatFollowsTheScheme) {
  for (const char* header : {"Bearer abc.def", "bearer abc.def", "BEARER abc.def"}) {
    EXPECT_EQ(BearerCredential(header).value(), "abc.def") << header;
  }
}

TEST(BearerCredentialTest, RefusesOtherForms) {
  for (const char* header : {"", "Bearer", "Bearer ", "Bearer  abc", "Bearer abc def", "Bearer abc ",
                             "Basic abc", "abc", " Bearer abc", "Bearer\tabc", "Bearerabc"}) {
    EXPECT_EQ(BearerCredential(header).status().code(), StatusCode::kUnauthenticated) << header;
  }
}

}  // namespace
}  // namespace oofgg::auth
