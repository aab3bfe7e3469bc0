#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/auth/facade_fixture.h"

// What a door of the facade answers to bad input, field by field.
namespace oofgg::auth {
namespace {

using testing::FacadeFixture;

struct BadRegistration {
  const char* name;
  RegisterRequest request;
  std::vector<std::string> fields;
};

class BadRegistrationTest : public ::testing::TestWithParam<BadRegistration> {};

TEST_P(BadRegistrationTest, NamesEveryBadFieldAndRepeatsNone) {
  FacadeFixture auth;
  const Status status = auth.facade->Register({}, GetParam().request).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  std::vector<std::string> fields;
  for (const FieldViolation& violation : FieldViolationsOf(status)) fields.push_back(violation.field);
  EXPECT_EQ(fields, GetParam().fields) << status;
  EXPECT_THAT(std::string(status.message()), ::testing::Not(::testing::HasSubstr("MARKER")));
}

std::vector<BadRegistration> BadRegistrations() {
  const std::string pass = "MARKER-password";
  const std::string local65(65, 'a');
  const std::string long_domain =
      std::string(63, 'a') + "." + std::string(63, 'b') + "." + std::string(63, 'c');
  const auto name = [&](const std::string& bad) { return RegisterRequest{bad, "", pass}; };
  const auto email = [&](const std::string& bad) { return RegisterRequest{"alice", bad, pass}; };
  const auto password = [&](const std::string& bad) { return RegisterRequest{"alice", "", bad}; };
  return {
      {"NameEmpty", name(""), {"username"}},
      {"NameTwoCharacters", name("ab"), {"username"}},
      {"Name33Characters", name(std::string(33, 'a')), {"username"}},
      {"NameHuge", name(std::string(1 << 20, 'a')), {"username"}},
      {"NameWithSpace", name("MARKER a"), {"username"}},
      {"NameWithNewline", name("MARKER\n"), {"username"}},
      {"NameWithNul", name(std::string("MARKER\0", 7)), {"username"}},
      {"NameWithAt", name("MARKER@x"), {"username"}},
      {"NameWithSlash", name("MARKER/x"), {"username"}},
      {"NameNotAscii", name("MARKER\xc3\xa9"), {"username"}},
      {"NameCyrillicLookAlike", name("\xd0\xb0lice"), {"username"}},
      {"EmailWithoutAt", email("MARKER"), {"email"}},
      {"EmailWithoutLocal", email("@MARKER.com"), {"email"}},
      {"EmailWithoutDomain", email("MARKER@"), {"email"}},
      {"EmailTwoAts", email("MARKER@x@y.com"), {"email"}},
      {"EmailWithSpace", email("MARKER @x.com"), {"email"}},
      {"EmailWithNewline", email("MARKER@x.com\nBcc: all"), {"email"}},
      {"EmailDotFirst", email(".MARKER@x.com"), {"email"}},
      {"EmailDotLast", email("MARKER.@x.com"), {"email"}},
      {"EmailTwoDots", email("MAR..KER@x.com"), {"email"}},
      {"EmailEmptyLabel", email("MARKER@x..com"), {"email"}},
      {"EmailHyphenFirst", email("MARKER@-x.com"), {"email"}},
      {"EmailHyphenLast", email("MARKER@x-.com"), {"email"}},
      {"EmailTrailingDot", email("MARKER@x.com."), {"email"}},
      {"EmailQuoted", email("\"MARKER\"@x.com"), {"email"}},
      {"EmailWithName", email("MARKER <m@x.com>"), {"email"}},
      {"EmailLocalTooLong", email(local65 + "@x.com"), {"email"}},
      {"EmailLabelTooLong", email("m@" + local65 + ".com"), {"email"}},
      {"EmailTooLong", email(std::string(63, 'm') + "@" + long_domain), {"email"}},
      {"EmailNotAscii", email("m\xc3\xa9@x.com"), {"email"}},
      {"PasswordEmpty", password(""), {"password"}},
      {"PasswordSevenBytes", password("1234567"), {"password"}},
      {"Password257Bytes", password(std::string(257, 'p')), {"password"}},
      {"PasswordHuge", password(std::string(1 << 20, 'p')), {"password"}},
      {"PasswordNotUtf8", password("MARKER\xff\xfe"), {"password"}},
      {"Everything", {"", "x", ""}, {"username", "email", "password"}},
  };
}

std::string NameOfRegistration(const ::testing::TestParamInfo<BadRegistration>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Table, BadRegistrationTest, ::testing::ValuesIn(BadRegistrations()),
                         NameOfRegistration);

TEST(GoodRegistrationTest, TheEdgesAreInside) {
  FacadeFixture auth;
  const std::string longest_label(63, 'd');
  const std::vector<RegisterRequest> good = {
      {"abc", "", "x7!kQ2zw"},
      {std::string(32, 'z'), std::string(64, 'm') + "@" + longest_label + ".com",
       std::string(255, 'p') + "q"},
      {"A.b-c_9", "o'hara+tag@localhost", "p\xc3\xa4ssw\xc3\xb6rt"},
      {"...", "a@b-c.example", std::string("nul\0inside", 10)},
  };
  for (const RegisterRequest& request : good) {
    EXPECT_TRUE(auth.facade->Register({}, request).ok()) << auth.facade->Register({}, request).status();
  }
}

TEST(BadLoginTest, NamesTheField) {
  FacadeFixture auth;
  const auto fields = [&](const LoginRequest& request) {
    std::vector<std::string> names;
    const Status status = auth.facade->Login({}, request).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    for (const FieldViolation& violation : FieldViolationsOf(status)) names.push_back(violation.field);
    return names;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(fields({"", "password"}), Names{"username"});
  EXPECT_EQ(fields({std::string(255, 'a'), "password"}), Names{"username"});
  EXPECT_EQ(fields({"alice", ""}), Names{"password"});
  EXPECT_EQ(fields({"alice", std::string(257, 'p')}), Names{"password"});
  EXPECT_EQ(fields({"", ""}), (Names{"username", "password"}));
}

TEST(BadRefreshTest, TellsAbsentFromUnknown) {
  FacadeFixture auth;
  EXPECT_EQ(auth.Refresh("").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(FieldViolationsOf(auth.Refresh("").status())[0].field, "refresh_token");
  const std::string real = auth.Register("alice")->refresh_token;
  for (const std::string& bad :
       {std::string("x"), real + "A", real + "=", " " + real, real.substr(1), std::string(43, 'A'),
        std::string(1 << 20, 'A'), std::string(43, '\0'), auth.Login("alice")->access_token}) {
    const Status status = auth.Refresh(bad).status();
    EXPECT_EQ(status.code(), StatusCode::kUnauthenticated);
    EXPECT_EQ(ReasonOf(status), "REFRESH_TOKEN_INVALID");
  }
  EXPECT_TRUE(auth.Refresh(real).ok()) << "and what is alike does not harm it";
}

TEST(BadIdempotencyKeyTest, IsRefusedWhereItCounts) {
  FacadeFixture auth;
  const std::string token = auth.Register("alice")->refresh_token;
  for (const std::string& bad :
       {std::string(129, 'k'), std::string("a b"), std::string("a\n"), std::string("\xc3\xa9")}) {
    EXPECT_EQ(FieldViolationsOf(auth.Refresh(token, bad).status()).at(0).field, "idempotency-key");
    EXPECT_EQ(FieldViolationsOf(auth.Register("bob", "", bad).status()).at(0).field, "idempotency-key");
  }
  EXPECT_TRUE(auth.Refresh(token, std::string(128, 'k')).ok());
}

TEST(BadValidateTest, IsAnAnswerAndNoError) {
  FacadeFixture auth;
  for (const std::string& bad :
       {std::string(), std::string("x"), std::string(1 << 20, 'a'), std::string("a.b.c")}) {
    const auto answer = auth.facade->ValidateToken({}, {.access_token = bad});
    ASSERT_TRUE(answer.ok());
    EXPECT_FALSE(answer->is_valid);
    EXPECT_EQ(answer->user_id, "");
    EXPECT_EQ(answer->role, "");
  }
}

}  // namespace
}  // namespace oofgg::auth
