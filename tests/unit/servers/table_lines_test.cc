#include "servers/cli/table_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oofgg::cli {
namespace {

using ::testing::ElementsAre;

const Cells kTitles = {"id", "client", ""};
const std::vector<Cells> kRows = {{"0123456789", "Race", "this one"}, {"ab", "", ""}};

TEST(TableLinesTest, ColumnsStandUnderTheirTitles) {
  const auto lines = ElementsAre("id          client", "0123456789  Race    this one", "ab");
  EXPECT_THAT(TableLines(kTitles, kRows, 0), lines) << "no terminal";
  EXPECT_THAT(TableLines(kTitles, kRows, 28), lines) << "it just fits";
}

TEST(TableLinesTest, OnANarrowTerminalNothingIsCut) {
  EXPECT_THAT(TableLines(kTitles, kRows, 27),
              ElementsAre("id      0123456789", "client  Race", "        this one", "", "id      ab"));
}

}  // namespace
}  // namespace oofgg::cli
