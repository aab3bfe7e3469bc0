#include "oofgg/config.h"
#include "tests/support/temporary_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>

namespace oofgg {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ConfigTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }

  StatusOr<Config> Load(const std::string& config_file, const std::string& dotenv_file) {
    return Config::Load({config_file, dotenv_file, [this](const std::string& name) {
                           const auto found = environment_.find(name);
                           return found == environment_.end() ? std::nullopt : std::optional(found->second);
                         }});
  }

  static std::string TextOf(const Config& config, const std::string& name) {
    const auto value = config.Find(name);
    return value.has_value() ? value->text : "(not set)";
  }

  const testing::TemporaryDirectory folder_;
  std::map<std::string, std::string> environment_;
};

TEST_F(ConfigTest, TheNearestLayerWins) {
  const std::string file = Write("oofgg.conf", "A=file\nB=file\nC=file\n");
  const std::string dotenv = Write(".env", "A=dotenv\nB=dotenv\n");
  environment_["A"] = "environment";
  const Config config = Load(file, dotenv).value();
  EXPECT_EQ(TextOf(config, "A"), "environment");
  EXPECT_EQ(TextOf(config, "B"), "dotenv");
  EXPECT_EQ(TextOf(config, "C"), "file");
  EXPECT_EQ(TextOf(config, "D"), "(not set)");
  EXPECT_EQ(config.Find("A")->origin, "environment");
  EXPECT_EQ(config.Find("B")->origin, dotenv + ":2");
  EXPECT_EQ(config.Find("C")->origin, file + ":3");
}

TEST_F(ConfigTest, AnEmptyValueCountsAsNotSet) {
  const std::string file = Write("oofgg.conf", "A=file\nB=\n");
  environment_["A"] = "";
  const Config config = Load(file, Write(".env", "A=\"\"\n")).value();
  EXPECT_EQ(TextOf(config, "A"), "file");
  EXPECT_EQ(TextOf(config, "B"), "(not set)");
}

TEST_F(ConfigTest, ReadsTheUsualForms) {
  const std::string file =
      Write("oofgg.conf",
            "# comment\n\n  \t\n  SPACED  =  a b \t\r\nexport EXPORTED=1\nDOUBLE=\" x \"\n"
            "SINGLE='it\"s'\nEQUALS=a=b#c\n_n1=TWICE\n_n1=last\nLAST=no newline");
  const Config config = Load(file, "").value();
  EXPECT_EQ(TextOf(config, "SPACED"), "a b");
  EXPECT_EQ(TextOf(config, "EXPORTED"), "1");
  EXPECT_EQ(TextOf(config, "DOUBLE"), " x ");
  EXPECT_EQ(TextOf(config, "SINGLE"), "it\"s");
  EXPECT_EQ(TextOf(config, "EQUALS"), "a=b#c");
  EXPECT_EQ(TextOf(config, "_n1"), "last");
  EXPECT_EQ(TextOf(config, "LAST"), "no newline");
}

TEST_F(ConfigTest, AMalformedLineIsNamedWithoutItsValue) {
  const std::pair<const char*, const char*> bad[] = {
      {"SECRET hunter2", "there is no '='"},     {"=hunter2", "the name before '='"},
      {"MY-KEY=hunter2", "the name before '='"}, {"1KEY=hunter2", "the name before '='"},
      {"A B=hunter2", "the name before '='"},    {"KEY=\"hunter2", "is not closed"},
      {"KEY='hunter2\"", "is not closed"},       {"KEY='", "is not closed"}};
  for (const auto& [line, problem] : bad) {
    const std::string file = Write("bad.conf", "OK=1\n" + std::string(line) + "\n");
    for (const auto& config : {Load(file, ""), Load("", file)}) {
      EXPECT_EQ(config.status().code(), StatusCode::kInvalidArgument) << line;
      EXPECT_THAT(std::string(config.status().message()),
                  AllOf(HasSubstr(file + ":2: "), HasSubstr(problem), HasSubstr("write NAME=VALUE"),
                        Not(HasSubstr("hunter2"))));
    }
  }
}

TEST_F(ConfigTest, OnlyTheDotenvFileMayBeMissing) {
  EXPECT_TRUE(Load("", folder_ / ".env").ok());
  const auto missing = Load(folder_ / "none.conf", "");
  EXPECT_EQ(missing.status().code(), StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr((folder_ / "none.conf") + ": No such file"));
  EXPECT_FALSE(Load(folder_.path(), "").ok()) << "a folder is not a file";
  EXPECT_FALSE(Load("", folder_.path()).ok()) << "a folder is not a file";
}

TEST_F(ConfigTest, WithoutAnotherEnvironmentThatOfTheProcessIsUsed) {
  ASSERT_EQ(setenv("OOFGG_CONFIG_TEST", "here", 1), 0);
  const Config config = Config::Load({"", "", nullptr}).value();
  EXPECT_EQ(TextOf(config, "OOFGG_CONFIG_TEST"), "here");
  unsetenv("OOFGG_CONFIG_TEST");
}

}  // namespace
}  // namespace oofgg
