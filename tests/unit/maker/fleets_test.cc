#include "servers/maker/fleets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_directory.h"

namespace oofgg::servers {
namespace {

using orchestration::FleetConfig;
using orchestration::FleetOptions;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class FleetCatalogTest : public ::testing::Test {
 protected:
  /// As editors and deployments do it: a new file in place of the old one.
  void Write(const std::string& text) {
    std::ofstream(path_ + ".new") << text;
    std::filesystem::rename(path_ + ".new", path_);
  }
  StatusOr<std::unique_ptr<FleetCatalog>> Load() { return FleetCatalog::Load(path_, {}, {}); }

  testing::TemporaryDirectory directory_;
  std::string path_ = directory_.path() + "/fleets.json";
};

TEST_F(FleetCatalogTest, WithoutAFileThereIsOneFleetAsTheVariablesSay) {
  FleetOptions defaults;
  defaults.max = 5;
  const auto catalog = FleetCatalog::Load("", defaults, {}).value();
  ASSERT_THAT(*catalog->now(), SizeIs(1));
  EXPECT_EQ(catalog->OptionsOf("default").max, 5U);
  EXPECT_FALSE(catalog->Look());
}

TEST_F(FleetCatalogTest, AFileThatChangesIsReadAgain) {
  Write(R"({"fleets": [{"name": "default", "max": 2}]})");
  const auto catalog = Load().value();
  EXPECT_FALSE(catalog->Look());
  Write(R"({"fleets": [{"name": "default", "max": 7}]})");
  EXPECT_TRUE(catalog->Look());
  EXPECT_FALSE(catalog->Look());
  EXPECT_EQ(catalog->OptionsOf("default").max, 7U);
}

TEST_F(FleetCatalogTest, AWrongNewFileLeavesTheOldOneInForce) {
  Write(R"({"fleets": [{"name": "default", "max": 2}]})");
  const auto catalog = Load().value();
  Write(R"({"fleets": [{"name": "default", "max": )");
  EXPECT_FALSE(catalog->Look());
  EXPECT_EQ(catalog->OptionsOf("default").max, 2U);
  std::filesystem::remove(path_);
  EXPECT_FALSE(catalog->Look());
  EXPECT_EQ(catalog->OptionsOf("default").max, 2U);
  Write(R"({"fleets": [{"name": "default", "max": 3}]})");
  EXPECT_TRUE(catalog->Look());
  EXPECT_EQ(catalog->OptionsOf("default").max, 3U);
}

TEST_F(FleetCatalogTest, FleetsComeCloseAndComeBack) {
  Write(R"({"fleets": [{"name": "default"}, {"name": "arena", "game": "arena", "max": 2}]})");
  const auto catalog = Load().value();
  Write(R"({"fleets": [{"name": "default"}, {"name": "duel", "game": "arena"}]})");
  std::size_t prepared = 0;
  EXPECT_TRUE(catalog->Look([&](const std::vector<FleetConfig>& next) {
    prepared = next.size();
    EXPECT_THAT(*catalog->now(), SizeIs(2)) << "nobody is led to a fleet that is not ready";
  }));
  EXPECT_EQ(prepared, 3U);
  ASSERT_THAT(*catalog->now(), SizeIs(3));
  EXPECT_TRUE(catalog->OptionsOf("arena").closes);
  EXPECT_EQ(catalog->OptionsOf("arena").max, 2U) << "else as it was";
  EXPECT_FALSE(catalog->OptionsOf("duel").closes);
  EXPECT_EQ(orchestration::ChooseFleet(*catalog->now(), {"arena", "", ""})->options.name, "duel");

  Write(R"({"fleets": [{"name": "arena", "game": "arena", "max": 3}]})");
  EXPECT_TRUE(catalog->Look());
  EXPECT_FALSE(catalog->OptionsOf("arena").closes);
  EXPECT_EQ(catalog->OptionsOf("arena").max, 3U);
  EXPECT_TRUE(catalog->OptionsOf("default").closes);
  EXPECT_EQ(orchestration::ChooseFleet(*catalog->now(), {"arena", "", ""})->options.name, "arena");
  EXPECT_EQ(orchestration::ChooseFleet(*catalog->now(), {"chess", "", ""}), nullptr)
      << "not even the one called default, as it closes";
}

TEST_F(FleetCatalogTest, WhatTheBackendCouldNotRunIsRefused) {
  Write(R"({"fleets": [{"name": "arena"}]})");
  const auto refused =
      FleetCatalog::Load(path_, {}, [](const FleetConfig&) { return InvalidField("command", "is missing"); });
  EXPECT_EQ(refused.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("fleet arena"));
}

}  // namespace
}  // namespace oofgg::servers
