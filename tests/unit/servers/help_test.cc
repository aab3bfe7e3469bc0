#include "servers/common/help.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <memory>

namespace oofgg::servers {
namespace {

TEST(WrapTest, BreaksBetweenWordsAndIndentsWhatFollows) {
  EXPECT_EQ(Wrap("one two three four five six seven eight nine ten", 4, 34),
            "one two three four five six\n    seven eight nine ten");
}

TEST(WrapTest, LeavesAlone) {
  const std::string text = "a line that is longer than thirty columns of a terminal";
  EXPECT_EQ(Wrap(text, 4, 0), text) << "no terminal";
  EXPECT_EQ(Wrap(text, 20, 40), text) << "too narrow to be worth it";
  EXPECT_EQ(Wrap("short", 4, 80), "short");
  EXPECT_EQ(Wrap("", 4, 80), "");
}

TEST(WrapTest, DoesNotBreakAWord) {
  const std::string word(50, 'x');
  EXPECT_EQ(Wrap(word, 0, 30), word);
  EXPECT_EQ(Wrap(word + " tail", 0, 30), word + "\ntail");
}

TEST(HelpFormatterTest, ColumnsAreAlignedWhateverTheNamesAreWrittenWith) {
  CLI::App app("", "server");
  app.formatter(std::make_shared<HelpFormatter>(0));
  app.add_option("--from", "Whom")->type_name("NETWORK,…")->expected(1);
  app.add_option("--other", "What")->type_name("TEXT");
  const std::string help = app.help();
  EXPECT_NE(help.find("  --from NETWORK,…  Whom\n  --other TEXT      What\n"), std::string::npos) << help;
}

}  // namespace
}  // namespace oofgg::servers
