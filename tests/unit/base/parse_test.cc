#include "oofgg/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oofgg {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;

std::string MessageOf(const Status& status) { return std::string(status.message()); }

TEST(ParseDurationTest, TakesANumberAndAUnit) {
  EXPECT_EQ(ParseDuration("500ms").value(), milliseconds(500));
  EXPECT_EQ(ParseDuration("0s").value(), seconds(0));
  EXPECT_EQ(ParseDuration("15m").value(), minutes(15));
  EXPECT_EQ(ParseDuration("2h").value(), hours(2));
  EXPECT_EQ(ParseDuration("30d").value(), hours(720));
  EXPECT_EQ(ParseDuration("36525d").value(), hours(24) * 36'525);
}

TEST(ParseDurationTest, TakesABareNumberOnlyWhereAUnitIsGiven) {
  EXPECT_EQ(ParseDuration("2000", milliseconds(1)).value(), milliseconds(2000));
  EXPECT_EQ(ParseDuration("2s", milliseconds(1)).value(), seconds(2));
  EXPECT_THAT(MessageOf(ParseDuration("2000").status()),
              HasSubstr("has no unit; write a whole number and a unit"));
}

TEST(ParseDurationTest, RefusesTheRestAndSaysWhatIsRight) {
  const std::pair<const char*, const char*> bad[] = {{"", "'' is not a duration"},
                                                     {"m", "is not a duration"},
                                                     {"-5s", "is not a duration"},
                                                     {" 5s", "is not a duration"},
                                                     {"+5s", "is not a duration"},
                                                     {"5 s", "has an unknown unit"},
                                                     {"5s ", "has an unknown unit"},
                                                     {"1.5s", "has an unknown unit"},
                                                     {"5S", "has an unknown unit"},
                                                     {"15min", "has an unknown unit"},
                                                     {"1h30m", "has an unknown unit"},
                                                     {"36526d", "longer than a century"},
                                                     {"99999999999999999999ms", "longer than a century"}};
  for (const auto& [text, problem] : bad) {
    const auto parsed = ParseDuration(text);
    EXPECT_EQ(parsed.status().code(), StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(MessageOf(parsed.status()), HasSubstr(problem));
    EXPECT_THAT(MessageOf(parsed.status()), HasSubstr("such as 15m"));
  }
}

TEST(ParseDurationTest, AMessageStaysOnOneShortLine) {
  const std::string message = MessageOf(ParseDuration("x\n\x1b" + std::string(5000, 'y')).status());
  EXPECT_LT(message.size(), 200U);
  EXPECT_EQ(message.find_first_of("\n\x1b"), std::string::npos);
}

TEST(ParseHostPortTest, TakesTheFormsOfTheFlags) {
  const std::pair<const char*, HostPort> good[] = {{"127.0.0.1:50051", {"127.0.0.1", 50051}},
                                                   {"localhost:0", {"localhost", 0}},
                                                   {":8080", {"", 8080}},
                                                   {"[::1]:65535", {"::1", 65535}},
                                                   {"a_b-c.example:1", {"a_b-c.example", 1}}};
  for (const auto& [text, address] : good) {
    EXPECT_EQ(ParseHostPort(text).value(), address) << text;
    EXPECT_EQ(FormatHostPort(address), text);
  }
}

TEST(ParseHostPortTest, RefusesTheRestAndSaysWhatIsRight) {
  const std::pair<const char*, const char*> bad[] = {{"", "has no port"},
                                                     {"localhost", "has no port"},
                                                     {"localhost:", "no port from 0 to 65535"},
                                                     {":65536", "no port from 0"},
                                                     {":-1", "no port from 0"},
                                                     {":80 ", "no port from 0"},
                                                     {"::1:80", "no valid host"},
                                                     {"[::1:80", "no valid host"},
                                                     {"[]:80", "no valid host"},
                                                     {"a b:80", "no valid host"},
                                                     {"http://a:80", "no valid host"},
                                                     {"[host]:80", "no valid host"}};
  for (const auto& [text, problem] : bad) {
    const auto parsed = ParseHostPort(text);
    EXPECT_EQ(parsed.status().code(), StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(MessageOf(parsed.status()), HasSubstr(problem));
    EXPECT_THAT(MessageOf(parsed.status()), HasSubstr("write HOST:PORT"));
  }
}

TEST(IsLoopbackTest, KnowsThisMachineFromNamesThatLookLikeIt) {
  for (const char* host : {"localhost", "127.0.0.1", "127.255.0.9", "::1"})
    EXPECT_TRUE(IsLoopback(host)) << host;
  for (const char* host :
       {"", "0.0.0.0", "::", "128.0.0.1", "127.example", "127.0.0.1@example", "[::1]", "::2"}) {
    EXPECT_FALSE(IsLoopback(host)) << host;
  }
}

TEST(ParseIntegerTest, TakesWholeNumbersInRange) {
  EXPECT_EQ(ParseInteger<int>("-12").value(), -12);
  EXPECT_EQ(ParseInteger<std::uint8_t>("255").value(), 255);
  EXPECT_EQ(ParseInteger<std::uint64_t>("18446744073709551615").value(), UINT64_MAX);
  EXPECT_EQ(ParseInteger<std::int64_t>("-9223372036854775808").value(), INT64_MIN);
  EXPECT_EQ(ParseInteger<int>("007", 1, 7).value(), 7);
}

TEST(ParseIntegerTest, RefusesTheRestAndSaysWhatIsRight) {
  for (const char* text : {"", " 1", "1 ", "+1", "0x10", "1e3", "1.0", "--1", "one", "12three"}) {
    EXPECT_THAT(MessageOf(ParseInteger<int>(text).status()), HasSubstr("is not a whole number")) << text;
  }
  EXPECT_THAT(MessageOf(ParseInteger<unsigned>("-1").status()), HasSubstr("is not a whole number"));
  for (const char* text : {"0", "8", "-3", "99999999999999999999"}) {
    EXPECT_EQ(MessageOf(ParseInteger<int>(text, 1, 7).status()),
              "'" + std::string(text) + "' is out of range; write a whole number from 1 to 7");
  }
  EXPECT_FALSE(ParseInteger<std::uint8_t>("256").ok());
}

}  // namespace
}  // namespace oofgg
