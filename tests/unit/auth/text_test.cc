#include "auth/text.h"

#include <gtest/gtest.h>

namespace oofgg::auth {
namespace {

TEST(TextTest, TakesWellFormedUtf8) {
  for (const char* text : {"", "plain", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                           "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "a\xc3\xa9z"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
  }
}

TEST(TextTest, RefusesWhatRfc3629Forbids) {
  for (const char* text : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf",
                           "\xed\xa0\x80", "\xe1\x80", "\xe1\x80\x41", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
                           "\xf5\x80\x80\x80", "\xf0\x90\x80", "\xf0\x90\x80\x41", "\xff", "ok\xfe"}) {
    EXPECT_FALSE(IsUtf8(text));
  }
}

TEST(TextTest, TokenTextHasNoControlCharactersAndALimit) {
  EXPECT_TRUE(IsTokenText("ab c", 4));
  EXPECT_FALSE(IsTokenText("ab cd", 4));
  EXPECT_FALSE(IsTokenText("", 4));
  EXPECT_FALSE(IsTokenText("a\tb", 4));
  EXPECT_FALSE(IsTokenText("a\x7f", 4));
}

TEST(TextTest, FoldsAsciiOnly) { EXPECT_EQ(FoldCase("AbZ@\xc3\x89[`"), "abz@\xc3\x89[`"); }

}  // namespace
}  // namespace oofgg::auth
