#include "oofgg/auth/join_ticket.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "oofgg/auth/token_issuer.h"
#include "oofgg/auth/token_verifier.h"
#include "oofgg/testing/fake_clock.h"
#include "tests/unit/auth/token_forge.h"

namespace oofgg::auth {
namespace {

using testing::SetOf;
using namespace std::chrono_literals;

const JoinTicket kSeat = {.player_id = "alice", .match_id = "m-1", .server_id = "server-1"};

class JoinTicketTest : public ::testing::Test {
 protected:
  std::string NewTicket() { return signer_.Sign(kSeat).value(); }

  oofgg::testing::FakeClock clock_;
  SigningKey key_ = SigningKey::Generate().value();
  JoinTicketSigner signer_{key_, clock_, RandomSource::System()};
  JoinTicketVerifier verifier_{SetOf(key_), "server-1", clock_};
};

TEST_F(JoinTicketTest, SaysWhoSitsWhere) { EXPECT_EQ(verifier_.Redeem(NewTicket()).value(), kSeat); }

TEST_F(JoinTicketTest, LetsInOnce) {
  const std::string ticket = NewTicket();
  ASSERT_TRUE(verifier_.Redeem(ticket).ok());
  const Status again = verifier_.Redeem(ticket).status();
  EXPECT_EQ(again.code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(again), "TICKET_ALREADY_USED");
  EXPECT_TRUE(verifier_.Redeem(NewTicket()).ok()) << "another ticket of the same player is another ticket";
}

TEST_F(JoinTicketTest, OfManyAtOnceOneGetsIn) {
  const std::string ticket = NewTicket();
  constexpr int kThreads = 8;
  std::atomic<int> admitted = 0;
  std::latch start(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      if (verifier_.Redeem(ticket).ok()) ++admitted;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(admitted, 1);
}

TEST_F(JoinTicketTest, IsForOneServer) {
  JoinTicketVerifier other(SetOf(key_), "server-2", clock_);
  EXPECT_EQ(ReasonOf(other.Redeem(NewTicket()).status()), "TOKEN_AUDIENCE_WRONG");
}

TEST_F(JoinTicketTest, Expires) {
  const std::string ticket = NewTicket();
  clock_.Advance(120s + 30s);
  EXPECT_EQ(ReasonOf(verifier_.Redeem(ticket).status()), "TOKEN_EXPIRED");
}

TEST_F(JoinTicketTest, IsRefusedAgainUntilItsLastMomentAndAfter) {
  const std::string ticket = NewTicket();
  ASSERT_TRUE(verifier_.Redeem(ticket).ok());
  clock_.Advance(150s - 1ns);
  EXPECT_EQ(ReasonOf(verifier_.Redeem(ticket).status()), "TICKET_ALREADY_USED");
  clock_.Advance(1ns);
  EXPECT_EQ(ReasonOf(verifier_.Redeem(ticket).status()), "TOKEN_EXPIRED");
}

TEST_F(JoinTicketTest, IsRefusedThoughTheWallClockStepsBack) {
  const std::string ticket = NewTicket();
  const WallTime signed_at = clock_.WallNow();
  ASSERT_TRUE(verifier_.Redeem(ticket).ok());
  clock_.Advance(1h);
  ASSERT_TRUE(verifier_.Redeem(NewTicket()).ok());  // Forgets what has expired.
  clock_.SetWall(signed_at);
  EXPECT_FALSE(verifier_.Redeem(ticket).ok());
}

TEST_F(JoinTicketTest, RefusesRatherThanForgets) {
  JoinTicketVerifier small(SetOf(key_), "server-1", clock_, {.max_remembered = 2});
  const std::string first = NewTicket();
  ASSERT_TRUE(small.Redeem(first).ok());
  ASSERT_TRUE(small.Redeem(NewTicket()).ok());
  EXPECT_EQ(small.Redeem(NewTicket()).status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(small.Redeem(first).status().code(), StatusCode::kAlreadyExists);
  clock_.Advance(150s);
  EXPECT_TRUE(small.Redeem(NewTicket()).ok()) << "what expired makes room";
}

TEST_F(JoinTicketTest, NeedsTheMakersKey) {
  const JoinTicketSigner other(SigningKey::Generate().value(), clock_, RandomSource::System());
  EXPECT_EQ(ReasonOf(verifier_.Redeem(other.Sign(kSeat).value()).status()), "TOKEN_KEY_UNKNOWN");
}

TEST_F(JoinTicketTest, AnAccessTokenIsNoTicketNorTheReverse) {
  const TokenIssuer issuer(key_, clock_, RandomSource::System(),
                           {.issuer = "oofgg-maker", .audience = "server-1"});
  const std::string access = issuer.Issue({.user_id = "alice", .role = "user", .session_id = "s"}).value();
  EXPECT_EQ(ReasonOf(verifier_.Redeem(access).status()), "TOKEN_TYPE_WRONG");
  const TokenVerifier tokens(clock_, SetOf(key_), {.issuer = "oofgg-maker", .audience = "server-1"});
  EXPECT_EQ(ReasonOf(tokens.Verify(NewTicket()).status()), "TOKEN_TYPE_WRONG");
}

TEST_F(JoinTicketTest, SignsOnlyWholeSeats) {
  for (const JoinTicket& bad : {JoinTicket{"", "m", "s"}, JoinTicket{"p", "", "s"}, JoinTicket{"p", "m", ""},
                                JoinTicket{"p\xff", "m", "s"}, JoinTicket{std::string(300, 'p'), "m", "s"}}) {
    EXPECT_EQ(signer_.Sign(bad).status().code(), StatusCode::kInvalidArgument);
  }
}

TEST_F(JoinTicketTest, ARotationLosesNoTicketWhereTheNextKeyWasKnownBefore) {
  const SigningKey next = SigningKey::Generate().value();
  JoinTicketVerifier prepared(Jwks::Of({key_.verifying_key(), next.verifying_key()}).value(), "server-1",
                              clock_);
  const JoinTicketSigner rotated(next, clock_, RandomSource::System());
  EXPECT_TRUE(prepared.Redeem(NewTicket()).ok());
  EXPECT_TRUE(prepared.Redeem(rotated.Sign(kSeat).value()).ok());
  EXPECT_EQ(verifier_.Redeem(rotated.Sign(kSeat).value()).status().code(), StatusCode::kUnauthenticated);
}

TEST_F(JoinTicketTest, NewKeysTakeThePlaceOfTheOldAndWhatWasRedeemedStaysSo) {
  const SigningKey next = SigningKey::Generate().value();
  const JoinTicketSigner rotated(next, clock_, RandomSource::System());
  const std::string used = NewTicket();
  const std::string unused = NewTicket();
  ASSERT_TRUE(verifier_.Redeem(used).ok());
  verifier_.SetKeys(Jwks::Of({key_.verifying_key(), next.verifying_key()}).value());
  EXPECT_EQ(ReasonOf(verifier_.Redeem(used).status()), "TICKET_ALREADY_USED");
  EXPECT_TRUE(verifier_.Redeem(rotated.Sign(kSeat).value()).ok());
  verifier_.SetKeys(SetOf(next));
  EXPECT_EQ(verifier_.Redeem(unused).status().code(), StatusCode::kUnauthenticated)
      << "its key was withdrawn";
}

TEST_F(JoinTicketTest, PublishesItsKey) {
  JoinTicketVerifier verifier(Jwks::Parse(signer_.PublicKeys().value().ToJson()).value(), "server-1", clock_);
  EXPECT_TRUE(verifier.Redeem(NewTicket()).ok());
}

}  // namespace
}  // namespace oofgg::auth
