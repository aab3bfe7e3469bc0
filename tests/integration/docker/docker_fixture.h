#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/support/docker_engine.h"
#include "tests/support/may_lack_parts.h"

namespace oofgg::testing {

/// One engine for all tests of a program, with images of the quirky server; or a skip that says why not.
class DockerFixture : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (DockerEngine::Obstacle().empty()) StartEngine();
  }
  static void StartEngine(const std::string& more = {}) {
    engine_ = new DockerEngine(more);
    if (!engine_->trouble().empty()) return;
    const std::string program = std::getenv("OOFGG_TEST_QUIRKY_SERVER");
    engine_->MakeImage("quirky", program, {"3000", "3"});
    engine_->MakeImage("quirky:ten", program, {"3000", "10"});
    engine_->MakeImage("quirky:garbles", program, {"3000", "3", "30"});
    engine_->MakeImage("quirky:dies", program, {"3000", "3", "0", "die"});
    engine_->MakeImage("quirky:hog", program, {"3000", "3", "0", "hog"});
    (void)engine_->Docker("network create players");
  }
  static void TearDownTestSuite() {
    delete engine_;
    engine_ = nullptr;
  }

  void SetUp() override {
    std::string obstacle = DockerEngine::Obstacle();
    if (engine_ != nullptr && obstacle.empty()) obstacle = engine_->trouble();
    if (obstacle.empty()) return;
    // What can be installed may not be missing there; whether the kernel lets a dockerd run is the machine's.
    const bool can_be_installed = obstacle.starts_with("there is no ");
    ASSERT_TRUE(MayLackParts() || !can_be_installed) << obstacle << ", and OOFGG_REQUIRE_ALL is set";
    GTEST_SKIP() << "no Docker here: " << obstacle;
  }

  static inline DockerEngine* engine_ = nullptr;
};

}  // namespace oofgg::testing
