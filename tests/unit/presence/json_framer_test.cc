#include "presence/json_framer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace oofgg::presence {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr JsonFramer::Limits kLimits{.max_bytes = 64, .max_depth = 4};

// Feeds segments of `size` bytes; a last entry beginning with "!" is the error.
std::vector<std::string> Frame(std::string_view bytes, std::size_t size) {
  JsonFramer framer;
  std::vector<std::string> objects;
  while (!bytes.empty()) {
    std::string segment(bytes.substr(0, size));  // Its own memory, so that ASan sees a use after it went.
    bytes.remove_prefix(segment.size());
    std::string_view rest = segment;
    for (;;) {
      const auto object = framer.Next(rest, kLimits);
      if (!object.ok()) {
        objects.push_back("!" + std::string(object.status().message()));
        return objects;
      }
      if (!object->has_value()) break;
      objects.emplace_back(**object);
    }
  }
  if (framer.unfinished()) objects.push_back("...");
  return objects;
}

TEST(JsonFramerTest, SegmentsDoNotMatter) {
  const std::string stream = " {\"a\":1}\r\n{\"b\":[{\"c\":\"}\"}]}{\"d\":\"\\\"{\\\\\"}\t{\"e\":";
  for (std::size_t size = 1; size <= stream.size(); ++size) {
    EXPECT_THAT(Frame(stream, size),
                ElementsAre("{\"a\":1}", "{\"b\":[{\"c\":\"}\"}]}", "{\"d\":\"\\\"{\\\\\"}", "..."))
        << "in segments of " << size;
  }
}

TEST(JsonFramerTest, OnlyObjectsAreFramed) {
  for (const std::string stream : {"[1]", "1", "x", "}", "{}]", "{},{}", "\"{}\"", "GET / HTTP/1.1\r\n",
                                   "\xEF\xBB\xBF{}", "\x16\x03\x01"}) {
    EXPECT_THAT(Frame(stream, 100).back(), HasSubstr("!expected a JSON object")) << stream;
    EXPECT_THAT(Frame(stream, 1).back(), HasSubstr("!expected a JSON object")) << stream;
  }
  EXPECT_THAT(Frame(std::string(1, '\0'), 1), ElementsAre(HasSubstr("!expected a JSON object")));
}

TEST(JsonFramerTest, LengthIsLimitedAtTheVeryByte) {
  const std::string fits = "{\"a\":\"" + std::string(56, 'x') + "\"}";
  ASSERT_EQ(fits.size(), kLimits.max_bytes);
  const std::string over = "{\"a\":\"" + std::string(57, 'x') + "\"}";
  for (const std::size_t size : {1, 7, 1000}) {
    EXPECT_THAT(Frame(fits + fits, size), ElementsAre(fits, fits));
    EXPECT_THAT(Frame(over, size), ElementsAre("!an object may have 64 bytes at most"));
  }
}

TEST(JsonFramerTest, DepthIsLimited) {
  EXPECT_THAT(Frame("{[[[]]]}", 3), ElementsAre("{[[[]]]}"));
  EXPECT_THAT(Frame("{[[[[]]]]}", 3), ElementsAre("!an object may nest 4 levels at most"));
}

TEST(JsonFramerTest, AnErrorIsFinal) {
  JsonFramer framer;
  std::string_view bad = "x";
  EXPECT_FALSE(framer.Next(bad, kLimits).ok());
  std::string_view good = "{}";
  EXPECT_FALSE(framer.Next(good, kLimits).ok());
}

}  // namespace
}  // namespace oofgg::presence
