#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "tests/integration/docker/maker_docker_fixture.h"

namespace oofgg::testing {

/// The maker in containers, as compose files deploy it, with images made on the spot: no registry is asked.
class DeploymentFixture : public MakerDockerFixture {
 protected:
  static void SetUpTestSuite() {
    DockerFixture::SetUpTestSuite();
    if (engine_ == nullptr || !engine_->trouble().empty()) return;
    setenv("DOCKER_HOST", engine_->host().c_str(), 1);
    setenv("DOCKER_SOCKET", engine_->host().substr(std::string("unix://").size()).c_str(), 1);
    const std::string images = Here("make_images.sh") + " '" OOFGG_SOURCE_DIR "' '" OOFGG_BINARY_DIR "'";
    images_are_made_ = std::system(images.c_str()) == 0;
  }

  void SetUp() override {
    MakerDockerFixture::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_TRUE(images_are_made_);
    if (!ComposeProgram().empty()) return;
    ASSERT_TRUE(MayLackParts()) << "there is no docker-compose, and OOFGG_REQUIRE_ALL is set";
    GTEST_SKIP() << "no Docker here: there is no docker-compose; scripts/setup --stack installs it";
  }
  /// Not even of a test that failed is anything left for the next one.
  void TearDown() override {
    if (!images_are_made_) return;
    if (!project_.empty()) (void)Compose("down --volumes");  // First, or the maker would start others.
    (void)Shell("docker ps --all --quiet | xargs --no-run-if-empty docker rm --force");
  }

  [[nodiscard]] static std::string Here(const std::string& name) {
    return std::string(OOFGG_SOURCE_DIR "/tests/integration/docker/") + name;
  }

  /// What it prints, on stderr too, without the last newline.
  static std::string Shell(const std::string& command) {
    const std::unique_ptr<std::FILE, decltype(&pclose)> pipe(
        popen(("{ " + command + "; } 2>&1").c_str(), "r"), &pclose);
    std::string output;
    char block[4096];
    while (const std::size_t count = std::fread(block, 1, sizeof block, pipe.get()))
      output.append(block, count);
    while (!output.empty() && output.back() == '\n') output.pop_back();
    return output;
  }

  /// Of the deployment in `project_`, a folder with a compose file and an `.env`.
  [[nodiscard]] std::string Compose(const std::string& arguments) const {
    return Shell("cd '" + project_ + "' && " + ComposeProgram() + " " + arguments);
  }

  /// Starts the deployment and waits until its API answers, at `address`.
  void Up(const std::string& address) {
    const std::string said = Compose("up --detach");
    address_ = address;
    ASSERT_TRUE(Eventually([this] { return Ask("GET", "http://" + address_ + "/request").status == 401; }))
        << said << "\n"
        << Compose("logs");
  }

  /// Players go home, and their games end, each by itself: the maker removes what ended.
  void EndGamesOfMaker() {
    GoHome();
    EXPECT_TRUE(Eventually([] {
      for (const std::string& name : GameServers()) (void)engine_->Docker("stop " + name);
      return GameServers().empty();
    })) << engine_->Docker("ps --all");
  }
  static std::vector<std::string> GameServers() { return engine_->Containers("label=gg.oof.maker"); }

  std::string project_;

 private:
  static std::string ComposeProgram() {
    static const std::string program = Shell(
        "docker compose version >/dev/null 2>&1 && echo docker compose || "
        "{ command -v docker-compose || true; }");
    return program;
  }

  static inline bool images_are_made_ = false;
};

}  // namespace oofgg::testing
