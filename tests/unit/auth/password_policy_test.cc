#include "auth/password_policy.h"

#include <gtest/gtest.h>

#include <string>

namespace oofgg::auth {
namespace {

TEST(CommonPasswordPolicyTest, RefusesWhatIsTriedFirst) {
  const CommonPasswordPolicy policy;
  for (const char* easy :
       {"password", "PassWord", "password123", "qwertyuiop", "iloveyou", "letmein123", "trustno1", "11111111",
        "aaaaaaaaaaaa", "12345678", "abcdefgh", "87654321", "abcabcabc", "xyxyxyxyxy"}) {
    const Status status = policy.Check(easy, "somebody", "");
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << easy;
    EXPECT_EQ(ReasonOf(status), "PASSWORD_TOO_EASY") << easy;
    EXPECT_EQ(FieldViolationsOf(status).at(0).field, "password");
    // Its own field is called so.
    if (std::string(easy) == "password") continue;
    EXPECT_EQ(std::string(status.message()).find(easy), std::string::npos) << "no message repeats it";
  }
}

TEST(CommonPasswordPolicyTest, RefusesTheAccountsOwnNames) {
  const CommonPasswordPolicy policy;
  EXPECT_FALSE(policy.Check("SpaceRacer", "spaceracer", "").ok());
  EXPECT_FALSE(policy.Check("spaceracer123", "SpaceRacer", "").ok());
  EXPECT_FALSE(policy.Check("1spaceracer", "spaceracer", "").ok());
  EXPECT_FALSE(policy.Check("rosa.maier", "x-42", "Rosa.Maier@example.com").ok());
  EXPECT_TRUE(policy.Check("the spaceracer is late", "spaceracer", "").ok()) << "a phrase may hold it";
  EXPECT_TRUE(policy.Check("amaze the crowd", "ama", "").ok()) << "three letters tell nothing";
}

TEST(CommonPasswordPolicyTest, TakesWhatIsNot) {
  const CommonPasswordPolicy policy;
  for (const char* good :
       {"correct horse", "x7!kQ2zw", "vier w\xc3\xb6rter im satz", "aaaaaaab1", "abcabcabd"}) {
    EXPECT_TRUE(policy.Check(good, "somebody", "somebody@example.com").ok()) << good;
  }
}

}  // namespace
}  // namespace oofgg::auth
