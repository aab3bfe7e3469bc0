#include "game/validation.h"

#include <cmath>
#include <limits>
#include <string>

#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

TEST(ValidationTest, Ids) {
  for (const std::string good : {"a", "Z9_.:-", "0190163d-8694-739b-aea5-966c26f8ad91"}) {
    EXPECT_TRUE(CheckId("id", good).ok()) << good;
  }
  EXPECT_TRUE(CheckId("id", std::string(128, 'x')).ok());
  for (const std::string bad : {"", "a b", "a/b", "ü", "a\n", "a\"", "'; DROP TABLE players; --", "<x>"}) {
    EXPECT_EQ(FieldOf(CheckId("the.field", bad)), "the.field") << bad;
  }
  EXPECT_FALSE(CheckId("id", std::string(129, 'x')).ok());
  EXPECT_FALSE(CheckId("id", std::string("a\0b", 3)).ok());
  EXPECT_TRUE(CheckOptionalId("id", "").ok());
  EXPECT_FALSE(CheckOptionalId("id", " ").ok());
}

TEST(ValidationTest, Utf8) {
  for (const std::string good : {"", "plain", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                                 "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
                                 "a\xc3\xbc"
                                 "b"}) {
    EXPECT_TRUE(IsUtf8(good)) << ::testing::PrintToString(good);
  }
  for (const std::string bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xe0\x9f\xbf", "\xe2\x82", "\xed\xa0\x80",
        "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "ok\xfe"}) {
    EXPECT_FALSE(IsUtf8(bad)) << ::testing::PrintToString(bad);
  }
}

TEST(ValidationTest, Texts) {
  EXPECT_TRUE(CheckText("name", "two\nlines\tand more", 1, 100).ok());
  EXPECT_FALSE(CheckText("name", "", 1, 100).ok());
  EXPECT_FALSE(CheckText("name", "toolong", 1, 6).ok());
  EXPECT_FALSE(CheckText("name", "bell\a", 1, 100).ok());
  EXPECT_FALSE(CheckText("name", "\x1b[31m", 1, 100).ok());
  EXPECT_FALSE(CheckText("name", "\xff", 1, 100).ok());
  EXPECT_TRUE(CheckData("data", std::string("\0\x01", 2)).ok());
  EXPECT_FALSE(CheckData("data", std::string(kMaxDataBytes + 1, 'x')).ok());
}

TEST(ValidationTest, Attributes) {
  EXPECT_TRUE(CheckAttributes("attributes", {{"a", 1.5F}, {"b", std::string("x")}, {"c", true}}).ok());
  EXPECT_EQ(FieldOf(CheckAttributes("attributes", {{"a", std::nanf("")}})), "attributes.a");
  EXPECT_FALSE(CheckAttributes("attributes", {{"a", std::numeric_limits<float>::infinity()}}).ok());
  EXPECT_FALSE(CheckAttributes("attributes", {{"", 1}}).ok());
  EXPECT_FALSE(CheckAttributes("attributes", {{std::string(65, 'k'), 1}}).ok());
  EXPECT_FALSE(CheckAttributes("attributes", {{"a", std::string(kMaxAttributeTextBytes + 1, 'x')}}).ok());
  Attributes many;
  for (std::size_t i = 0; i <= kMaxAttributes; ++i) many.emplace(std::to_string(i), true);
  EXPECT_FALSE(CheckAttributes("attributes", many).ok());
}

TEST(ValidationTest, Pages) {
  EXPECT_EQ(*PageSize(0), 10u);
  EXPECT_EQ(*PageSize(1), 1u);
  EXPECT_EQ(*PageSize(100), 100u);
  EXPECT_FALSE(PageSize(101).ok());
  EXPECT_FALSE(PageSize(-1).ok());
  EXPECT_FALSE(PageSize(std::numeric_limits<std::int32_t>::min()).ok());
}

TEST(ValidationTest, FingerprintsTellRequestsApart) {
  const auto sum = [](auto... parts) {
    Fingerprint fingerprint;
    (fingerprint.Add(parts), ...);
    return fingerprint.value();
  };
  EXPECT_EQ(sum("a", "b"), sum("a", "b"));
  EXPECT_NE(sum("ab", "c"), sum("a", "bc"));
  EXPECT_NE(sum("a"), sum("a", ""));
  EXPECT_NE(sum(std::int64_t{1}), sum(std::int64_t{256}));
  // Stored, hence the same for ever.
  EXPECT_EQ(Fingerprint().Add("arena").Add(std::int64_t{-1}).value(), 2099724997778870807);
}

}  // namespace
}  // namespace oofgg::game
