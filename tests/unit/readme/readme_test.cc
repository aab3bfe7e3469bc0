// README.md's sample, word for word: once as it stands, on the network, and once played on testing::Backend.

#include "readme_includes.inc"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "oofgg/testing/backend.h"

namespace {

// What the reader of README.md has: a password field, a friend, something on the screen, and a game loop.
std::string password;
std::string bob;
std::vector<std::pair<std::string, bool>> shown;
std::vector<oofgg::Status> errors;
void ShowFriend(const std::string& id, bool online) { shown.emplace_back(id, online); }
void ShowError(const oofgg::Status& status) { errors.push_back(status); }

/// The loop asks before each frame whether there is another.
struct Playing {
  std::function<bool()> next_frame;
  explicit operator bool() const { return next_frame(); }
} playing;

/// Compiled and linked with the real transport; not run, as it wants servers.
[[maybe_unused]] void AsItStands(){
#include "readme_body.inc"
}

oofgg::testing::Backend* backend = nullptr;

namespace on_backend {

/// Hides those names of the library that would reach for the network.
namespace oofgg {
using namespace ::oofgg;

int MakeGrpcTransport() { return 0; }

class Client {
 public:
  Client(int, const ::oofgg::ClientOptions& options) : client_(backend->NewClient(options)) {}
  auto auth() { return client_->auth(); }
  auto presence() { return client_->presence(); }

 private:
  std::unique_ptr<::oofgg::Client> client_;
};

}  // namespace oofgg

void Play() {
#include "readme_body.inc"
}

}  // namespace on_backend

class ReadmeTest : public ::testing::Test {
 protected:
  ReadmeTest() {
    backend = &backend_;
    password = "a long password";
    friends_ = backend_.NewClient();
    bob = friends_->auth().Register({"bob", "", password})->user_id;
    EXPECT_TRUE(backend_.NewClient()->auth().Register({"ann", "", password}).ok());
    shown.clear();
    errors.clear();
  }

  oofgg::testing::Backend backend_;
  std::unique_ptr<oofgg::Client> friends_;
};

TEST_F(ReadmeTest, ItsSampleShowsAFriendComeOnlineAndGo) {
  std::optional<oofgg::PresenceWatch> online;
  playing.next_frame = [&, frame = 0]() mutable {
    backend_.Advance(std::chrono::milliseconds(16));
    if (++frame == 10) online.emplace(friends_->presence().Watch({}, [](const auto&) {}));
    if (frame == 20) online.reset();
    return frame < 1000;
  };
  on_backend::Play();
  const std::vector<std::pair<std::string, bool>> expected{{bob, false}, {bob, true}, {bob, false}};
  EXPECT_EQ(shown, expected);
  EXPECT_TRUE(errors.empty());
}

TEST_F(ReadmeTest, ItsSampleTellsOfAWrongPassword) {
  password = "another password";
  playing.next_frame = [] { return false; };
  on_backend::Play();
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].code(), oofgg::StatusCode::kUnauthenticated);
}

}  // namespace
