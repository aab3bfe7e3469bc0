#include "base/encoding.h"

#include <gtest/gtest.h>

#include "base/constant_time.h"
#include "oofgg/random.h"

namespace oofgg::base {
namespace {

TEST(Base64UrlTest, AgreesWithTheRfc) {
  // RFC 4648 section 10, without padding.
  const std::pair<std::string, std::string> vectors[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xfe", "-__-"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(Base64UrlEncode(bytes), text);
    EXPECT_EQ(Base64UrlDecode(text), bytes);
  }
}

TEST(Base64UrlTest, EveryLengthSurvivesTheRoundTrip) {
  SeededRandom random(5);
  for (std::size_t size = 0; size < 100; ++size) {
    const std::string bytes = random.Bytes(size);
    EXPECT_EQ(Base64UrlDecode(Base64UrlEncode(bytes)), bytes);
  }
}

TEST(Base64UrlTest, RefusesEverySecondSpelling) {
  for (const std::string_view text : {"Z", "Zg==", "Zg=", "Zm9vY", "Zh", "Zm9", "-__+", "-_/-", "Zm 9v",
                                      "Zm9v\n", "Zm9v.", "\xc3\xa9Zm", "Zm9vYg=="}) {
    EXPECT_EQ(Base64UrlDecode(text), std::nullopt) << text;
  }
  EXPECT_EQ(Base64UrlDecode(std::string_view("Zg\0\0", 4)), std::nullopt);
}

TEST(HexTest, RoundTripAndRefusals) {
  EXPECT_EQ(HexEncode(std::string_view("\x00\x0f\xff", 3)), "000fff");
  EXPECT_EQ(HexDecode("000fFF"), std::string("\x00\x0f\xff", 3));
  EXPECT_EQ(HexDecode(""), "");
  for (const std::string_view text : {"0", "0g", "0x", " 0", "0 ", "\xff\xff"}) {
    EXPECT_EQ(HexDecode(text), std::nullopt) << text;
  }
}

TEST(ConstantTimeTest, ComparesAllBytes) {
  EXPECT_TRUE(ConstantTimeEquals("", ""));
  EXPECT_TRUE(ConstantTimeEquals("secret", "secret"));
  EXPECT_FALSE(ConstantTimeEquals("secret", "secreT"));
  EXPECT_FALSE(ConstantTimeEquals("Secret", "secret"));
  EXPECT_FALSE(ConstantTimeEquals("secret", "secret "));
  EXPECT_FALSE(ConstantTimeEquals(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
}

}  // namespace
}  // namespace oofgg::base
